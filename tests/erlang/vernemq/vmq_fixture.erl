%% The plugin in a stand-in for VerneMQ, for each test anew: its configuration, tokens and log.
-module(vmq_fixture).
-include_lib("eunit/include/eunit.hrl").

-export([tests/1, token/0, token/1, made/1, config_file/0, reconfigure/1, logged/1, sessions/0]).
-export([connected/1, connected/2, in/1, log/2]).

-define(ID, <<"c1">>).

%% The tests of a module, by their names.
tests(Tests) ->
    {foreach, fun start/0, fun stop/1,
     [{atom_to_list(Name), {timeout, 60, fun() -> Test(), no_secret_is_told() end}}
      || {Name, Test} <- Tests]}.

%% A token for the topics below own/. All tokens are remembered for the search in the log.
token() -> token(<<"\"acl\":{\"all\":[\"own/#\"]}">>).
token(Claims) -> made(jwt_auth_fixture:token(<<"{\"sub\":\"alice\",", Claims/binary, "}">>)).

made(Token) ->
    true = ets:insert(?MODULE, {Token, made}),
    Token.

start() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, bag]),
    ok = logger:add_handler(?MODULE, ?MODULE, #{level => all}),
    ok = logger:set_primary_config(level, all),
    ok = broker:start(),
    ok = application:load(vmq_jwt_auth),
    ok = application:set_env(vmq_jwt_auth, config_file, config_file()),
    configure(#{secret => jwt_auth_fixture:secret()}),
    vmq_plugin:enable(vmq_jwt_auth).

stop(_) ->
    _ = application:stop(vmq_jwt_auth),
    ok = application:unload(vmq_jwt_auth),
    vmq_plugin:chain([]),
    ok = broker:stop(),
    ok = logger:set_primary_config(level, notice),
    ok = logger:remove_handler(?MODULE),
    true = ets:delete(?MODULE).

config_file() -> filename:join(os:getenv("JWT_AUTH_WORK"), "jwt_auth.json").

configure(Options) ->
    {ok, Json} = jwt_auth_json:encode(Options),
    ok = file:write_file(config_file() ++ ".new", Json),
    ok = file:rename(config_file() ++ ".new", config_file()).

reconfigure(Options) ->
    configure(Options),
    ok = jwt_auth_config_file:look().

%% A handler of logger.
log(#{msg := Message}, _Config) ->
    Text = case Message of
               {string, String} -> String;
               {report, Report} -> io_lib:format("~p", [Report]);
               {Format, Arguments} -> io_lib:format(Format, Arguments)
           end,
    ets:insert(?MODULE, {logged, unicode:characters_to_binary(Text)}).

logged(Part) ->
    binary:match(logged(), Part) =/= nomatch.

%% Waits for the lines of the library, which another process takes from a queue.
logged() ->
    _ = whereis(jwt_auth_log) =:= undefined orelse jwt_auth_log:refresh(),
    iolist_to_binary([[Text, $\n] || {logged, Text} <- ets:lookup(?MODULE, logged)]).

%% Neither the log nor what is kept of connections shows how a token ends, which is its signature.
no_secret_is_told() ->
    Kept = [process_info(Pid, dictionary) || Pid <- processes(), Pid =/= self()],
    Told = [logged(), io_lib:format("~p", [{Kept, sessions()}])],
    Text = re:replace(Told, "\\s", "", [global, {return, binary}]),
    Signatures = [binary:part(Token, byte_size(Token), -20) || {Token, made} <- ets:tab2list(?MODULE)],
    ?assertEqual([], [S || S <- Signatures, binary:match(Text, S) =/= nomatch]),
    ?assertEqual(nomatch, binary:match(Text, jwt_auth_fixture:secret())).

sessions() ->
    case ets:whereis(vmq_jwt_auth_sessions) of
        undefined -> [];
        Table -> ets:tab2list(Table)
    end.

connected(Options) -> connected(?ID, Options).
connected(ClientId, Options) ->
    {connected, Pid, _} = broker:connect(ClientId, Options),
    Pid.

%% The value of a claim exp.
in(Seconds) ->
    integer_to_binary(erlang:system_time(second) + Seconds).
