%% @doc Holds the verifier of a broker, and reads its configuration again when the file has changed.
%%
%% The environment of the plugin's application says where the file is, by config_file. This process
%% reads the file every five seconds. A configuration that is not accepted changes nothing; until
%% the first one is accepted there is no verifier, and the plugin must refuse every client.
-module(jwt_auth_config_file).
-behaviour(gen_server).

-export([start_link/1, start_link/2, current/0, look/0, close/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
-export_type([result/0, check/0]).

-define(PERIOD, 5000).

-type result() :: ok | {error, unicode:chardata()}.
-type check() :: fun((Text :: binary()) -> result()).

%% digest: of what the file held when it was last tried, or why it could not be read; none: it was
%% not tried, or that failed. result: what became of it.
-record(state, {application :: atom(),
                check :: check(),
                digest = none :: unicode:chardata() | none,
                result = ok :: result()}).

-spec start_link(Application :: atom()) -> {ok, pid()} | ignore | {error, term()}.
start_link(Application) ->
    start_link(Application, fun(_Text) -> ok end).

%% @doc The same, with what this broker refuses in a configuration. Check is called by the process,
%% with the text of the file, before the library sees it.
-spec start_link(Application :: atom(), check()) -> {ok, pid()} | ignore | {error, term()}.
start_link(Application, Check) ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, {Application, Check}, []).

%% @doc The verifier that decides; none: no configuration was accepted.
-spec current() -> {ok, jwt_auth:verifier()} | none.
current() ->
    persistent_term:get(?MODULE, none).

%% @doc Has the process read the file at once, and says what became of the configuration.
-spec look() -> result().
look() ->
    gen_server:call(?MODULE, look).

%% @doc Called when the application has stopped: from now on there is no verifier.
-spec close() -> ok.
close() ->
    _ = persistent_term:erase(?MODULE),
    ok.

%% @private
-spec init({atom(), check()}) -> {ok, #state{}}.
init({Application, Check}) ->
    %% The text of the file may hold a secret.
    jwt_auth_guard:hide(),
    _ = erlang:send_after(?PERIOD, self(), look),
    {ok, read_again(#state{application = Application, check = Check})}.

%% @private
-spec handle_call(look, gen_server:from(), #state{}) -> {reply, result(), #state{}}.
handle_call(look, _From, State) ->
    #state{result = Result} = Now = read_again(State),
    {reply, Result, Now}.

%% @private
-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_Message, State) ->
    {noreply, State}.

%% @private
-spec handle_info(term(), #state{}) -> {noreply, #state{}}.
handle_info(look, State) ->
    _ = erlang:send_after(?PERIOD, self(), look),
    {noreply, read_again(State)};
handle_info(_Message, State) ->
    {noreply, State}.

%% A stack trace may hold the text, and so a secret.
read_again(State) ->
    Failed = State#state{digest = none, result = {error, "the file could not be looked at"}},
    jwt_auth_guard:run(configuration, Failed, fun() -> try_file(State) end).

%% Without a verifier it is tried each time: a file that it names may be there by now.
try_file(#state{application = Application, check = Check, digest = Before} = State) ->
    File = read(application:get_env(Application, config_file)),
    Digest = digest(File),
    case current() of
        {ok, _} when Digest =:= Before ->
            State;
        Current ->
            Result = put_in_force(File, Check, Current),
            Now = State#state{digest = Digest, result = Result},
            Now =:= State orelse tell(Result),
            Now
    end.

read(undefined) ->
    {error, "config_file is not set"};
read({ok, Path}) ->
    case file:read_file(Path) of
        {ok, Text} -> {ok, Path, Text};
        {error, Why} -> in_file(Path, file:format_error(Why))
    end.

in_file(Path, Why) -> {error, ["`", Path, "`: ", Why]}.

digest({ok, _Path, Text}) -> erlang:md5(Text);
digest({error, Why}) -> Why.

put_in_force({ok, Path, Text}, Check, Current) ->
    case replace(Check(Text), Current, Text) of
        ok -> ok;
        {error, Why} -> in_file(Path, Why)
    end;
put_in_force(Unread, _Check, _Current) ->
    Unread.

replace(ok, {ok, Verifier}, Text) ->
    jwt_auth:reload(Verifier, Text);
replace(ok, none, Text) ->
    case jwt_auth:new(Text) of
        {ok, Verifier} -> persistent_term:put(?MODULE, {ok, Verifier});
        Error -> Error
    end;
replace(Refused, _Current, _Text) ->
    Refused.

tell(ok) ->
    logger:notice("jwt_auth: the configuration is in force");
tell({error, Why}) ->
    Consequence = case current() of
                      {ok, _} -> "the old one stays";
                      none -> "so every client is refused"
                  end,
    logger:error("jwt_auth: the configuration is not accepted, ~ts: ~ts", [Consequence, Why]).
