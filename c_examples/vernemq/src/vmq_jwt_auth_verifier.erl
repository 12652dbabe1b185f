%% Holds the verifier, and has it read its file again when that has changed.
%%
%% A configuration that is not accepted changes nothing; until the first one is accepted there is no
%% verifier, and every client is refused.
-module(vmq_jwt_auth_verifier).
-behaviour(gen_server).

-export([start_link/0, current/0, close/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(PERIOD, 5000).

%% What the file held when it was last tried, by its digest, and what became of that.
-type tried() :: {binary() | file:posix() | atom(), ok | {error, binary()}} | none.

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% The verifier that decides; none: no configuration was accepted.
-spec current() -> {ok, jwt_auth:verifier()} | none.
current() ->
    persistent_term:get(?MODULE, none).

-spec close() -> ok.
close() ->
    _ = persistent_term:erase(?MODULE),
    ok.

-spec init([]) -> {ok, tried()}.
init([]) ->
    %% The text of the file holds a secret.
    jwt_auth_guard:hide(),
    _ = erlang:send_after(?PERIOD, self(), look),
    {ok, look(none)}.

%% Looks at the file at once, and says what became of the configuration.
-spec handle_call(look, gen_server:from(), tried()) -> {reply, ok | {error, binary()}, tried()}.
handle_call(look, _From, Tried) ->
    {_, Result} = Now = look(Tried),
    {reply, Result, Now}.

-spec handle_cast(term(), tried()) -> {noreply, tried()}.
handle_cast(_Message, Tried) ->
    {noreply, Tried}.

-spec handle_info(term(), tried()) -> {noreply, tried()}.
handle_info(look, Tried) ->
    _ = erlang:send_after(?PERIOD, self(), look),
    {noreply, look(Tried)};
handle_info(_Message, Tried) ->
    {noreply, Tried}.

%% Without a verifier it is tried each time: a file that it names may be there by now.
look(Tried) ->
    Path = application:get_env(vmq_jwt_auth, config_file, ""),
    Digest = digest(file:read_file(Path)),
    case {Tried, current()} of
        {{Digest, _}, {ok, _}} ->
            Tried;
        {_, Current} ->
            Result = put_in_force(Current, Path),
            {Digest, Result} =:= Tried orelse tell(Result),
            {Digest, Result}
    end.

digest({ok, Text}) -> erlang:md5(Text);
digest({error, Why}) -> Why.

put_in_force({ok, Verifier}, Path) ->
    jwt_auth:reload_file(Verifier, Path);
put_in_force(none, Path) ->
    case jwt_auth:new_file(Path) of
        {ok, Verifier} -> persistent_term:put(?MODULE, {ok, Verifier});
        Error -> Error
    end.

tell(ok) ->
    logger:notice("jwt_auth: the configuration is in force");
tell({error, Text}) ->
    Consequence = case current() of
                      {ok, _} -> "the old one stays";
                      none -> "so every client is refused"
                  end,
    logger:error("jwt_auth: the configuration is not accepted, ~ts: ~ts", [Consequence, Text]).
