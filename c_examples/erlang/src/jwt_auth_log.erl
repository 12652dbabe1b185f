%% Writes the log lines of the native library to logger.
%%
%% The thread that logs puts its line into a queue and wakes this process through a pipe. While this
%% process does not run, and when lines come faster than it writes them, lines are dropped and
%% counted; checks never wait for it. One process in a node does this: a second start is ignored.
%%
%% Lines of level debug, one for each accepted client, are put into the queue only if logger would
%% log them. This process asks logger at its start, whenever it takes lines, and in refresh/0.
%%
%% The lines have no domain: logger's default handler drops those of domains that it does not know.
-module(jwt_auth_log).
-behaviour(gen_server).

-export([start_link/0, refresh/0, session_ends/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-type reader() :: jwt_auth_nif:log_reader() | none.

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    case gen_server:start_link({local, ?MODULE}, ?MODULE, [], []) of
        {error, {already_started, _}} -> ignore;
        Started -> Started
    end.

%% Call it when the level of logger has changed.
-spec refresh() -> ok.
refresh() ->
    gen_server:call(?MODULE, refresh).

%% Writes the line of a broker's plugin about a session that it ends. It names the client by its
%% token.
-spec session_ends(jwt_auth:session(), jwt_auth:reason()) -> ok.
session_ends(Session, Why) ->
    logger:info("jwt_auth: the session of token ~ts ends: ~ts",
                [jwt_auth:fingerprint(Session), Why]).

-spec init([]) -> {ok, reader()} | ignore | {stop, no_pipe}.
init([]) ->
    case jwt_auth_nif:log_open() of
        {ok, Reader} -> {ok, drain(Reader)};
        {error, not_loaded} -> {ok, none};
        {error, busy} -> ignore;
        {error, _} -> {stop, no_pipe}
    end.

-spec handle_call(term(), gen_server:from(), reader()) -> {reply, ok, reader()}.
handle_call(_Request, _From, Reader) ->
    {reply, ok, drain(Reader)}.

-spec handle_cast(term(), reader()) -> {noreply, reader()}.
handle_cast(_Message, Reader) ->
    {noreply, Reader}.

-spec handle_info(term(), reader()) -> {noreply, reader()}.
handle_info({select, Reader, _, ready_input}, Reader) ->
    {noreply, drain(Reader)};
handle_info(_Message, Reader) ->
    {noreply, Reader}.

drain(none) ->
    none;
drain(Reader) ->
    case jwt_auth_nif:log_take(Reader, logger:allow(debug, ?MODULE)) of
        {Lines, Dropped} ->
            lists:foreach(fun write/1, Lines),
            Dropped > 0 andalso
                logger:warning("jwt_auth: ~b log lines came too fast and are lost", [Dropped]),
            Reader;
        badarg ->
            reopen(jwt_auth_nif:log_open())
    end.

%% Another native library has been loaded, which has a queue of its own.
reopen({ok, Reader}) -> drain(Reader);
reopen({error, _}) -> none.

write({Level, Line}) ->
    logger:log(Level, "jwt_auth: ~ts", [Line]).
