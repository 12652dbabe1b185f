%% The exact answers that EMQX 4.4 is given, and the ends of its sessions.
-module(shape4_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1, connect/2, may/3]).

-define(START, #{anonymous => true, auth_result => success}).

all_test_() ->
    [{Name, {setup, fun fixture:start/0, fun fixture:stop/1, Test}} ||
        {Name, Test} <- [
            {"allow is in the map that came", fun allow/0},
            {"deny is in the map that came", fun deny/0},
            {"the user name of the token is in the map that came", fun username/0},
            {"deny is a map whatever came", fun deny_odd/0},
            {"not ours is ok", fun not_ours/0},
            {"a permission is in a stop", fun permission/0},
            {"a rule for some QoS is no rule for all", fun some_qos/0},
            {"a delay is a number of seconds", fun delay/0},
            {"the hooks come just before those of the broker", fun priority/0},
            {"an end beyond the timers of the VM is none", fun far_end/0},
            {"the expiry of a taken over connection leaves the new one alone", fun take_over/0},
            {"a session is not ended while two connections have its id", fun two_connections/0},
            {"a connection that the broker does not know is killed", fun unknown_connection/0},
            {"a new token moves the end", fun renewed/0},
            {"a stop and a start keep the expiry", fun restart/0},
            {"a revoked token ends its session", fun revoked/0}]].

call(Client, Start) ->
    broker_connections:run(broker_connections:open(),
                           fun() -> emqx_jwt_auth_hooks4:on_authenticate(Client, Start) end).

allow() ->
    ?assertEqual({stop, #{auth_result => success, anonymous => false, is_superuser => true, x => 1}},
                 call(client(token(#{is_superuser => true})), ?START#{x => 1})).

username() ->
    fixture:set(#{secret => fixture:secret(), advanced => <<"{\"username_claim\": \"name\"}">>}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    Answer = fun(Name) -> call(client(token(#{name => Name})), ?START#{x => 1}) end,
    ?assertEqual({stop, #{auth_result => success, anonymous => false, is_superuser => false, x => 1,
                          username => <<"alice">>}}, Answer(<<"alice">>)),
    ?assertEqual({stop, #{auth_result => bad_username_or_password, anonymous => false, x => 1}},
                 Answer(<<"#">>)).

deny() ->
    ?assertEqual({stop, #{auth_result => bad_username_or_password, anonymous => false, x => 1}},
                 call(client(<<"x">>), ?START#{x => 1})).

deny_odd() ->
    ?assertEqual({stop, #{auth_result => bad_username_or_password, anonymous => false}},
                 call(client(<<"x">>), odd)),
    ?assertEqual({stop, #{auth_result => not_authorized, anonymous => false}}, call(odd, odd)).

not_ours() ->
    fixture:set(#{secret => fixture:secret(), on_missing => ignore}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual(ok, call(client(undefined), ?START)).

permission() ->
    Client = client(token(#{acl => #{pub => [<<"a">>]}})),
    {Connection, {ok, _}} = connect(Client),
    Ask = fun(C, Topic) ->
              broker_connections:run(Connection, fun() ->
                  emqx_jwt_auth_hooks4:on_check_acl(C, publish, Topic, allow) end)
          end,
    ?assertEqual([{stop, allow}, {stop, deny}, {stop, deny}],
                 [Ask(Client, <<"a">>), Ask(Client, <<"b">>), Ask(odd, <<"a">>)]),
    ?assertEqual({stop, allow}, Ask(Client#{clientid => <<"c2">>}, <<"a">>)),
    {Silent, {ok, _}} = connect(token(#{})),
    ?assertEqual(ignore, broker_connections:run(Silent, fun() ->
        emqx_jwt_auth_hooks4:on_check_acl(Client, publish, <<"a">>, allow) end)).

some_qos() ->
    Rule = fun(Topic, More) ->
               maps:merge(#{permission => allow, action => publish, topic => Topic}, More)
           end,
    Rules = [Rule(<<"q">>, #{qos => 0}), Rule(<<"r">>, #{retain => false}), Rule(<<"all">>, #{})],
    {Connection, {ok, _}} = connect(token(#{acl => Rules})),
    ?assertEqual([deny, deny, allow], [may(Connection, publish, T) || T <- [<<"q">>, <<"r">>, <<"all">>]]).

delay() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{pub => [<<"#">>, <<"$delayed/#">>]}})),
    ?assertEqual([allow, allow, deny, deny, deny, deny, deny, deny],
                 [may(Connection, publish, <<"$delayed/", Topic/binary>>)
                  || Topic <- [<<"0/a">>, <<"12/a/b">>, <<"x/a">>, <<"1x/a">>, <<"-1/a">>, <<"/a">>,
                               <<"1/">>, <<"1">>]]),
    ?assertEqual(deny, may(Connection, publish, <<"$delayed/1/$SYS/a">>)).

priority() ->
    [{callback, {emqx_jwt_auth_hooks4, on_authenticate, []}, _, 971}] =
        emqx_hooks:lookup('client.authenticate'),
    [{callback, {emqx_jwt_auth_hooks4, on_check_acl, []}, _, 962}] =
        emqx_hooks:lookup('client.check_acl').

tick() -> ok = gen_server:call(emqx_jwt_auth_session_reaper, tick).

expire(Connection) -> fixture:expire(Connection).

gone(Connection) ->
    fixture:until(fun() -> tick(), not is_process_alive(Connection) end).

far_end() ->
    {Connection, {ok, _}} = connect(token(<<"{\"exp\": 15822553606420000}">>)),
    tick(),
    ?assertEqual(true, is_process_alive(Connection)).

take_over() ->
    {Old, {ok, _}} = connect(token(#{exp => fixture:now() + 100})),
    exit(Old, kill),
    {New, {ok, _}} = connect(token(#{})),
    fixture:until(fun() -> not is_process_alive(Old) end),
    expire(Old),
    tick(), tick(),
    ?assertEqual(true, is_process_alive(New)),
    ?assertEqual([], broker_connections:kicked()).

two_connections() ->
    {Old, {ok, _}} = connect(token(#{exp => fixture:now() + 100})),
    {New, {ok, _}} = connect(token(#{})),
    expire(Old),
    tick(),
    ?assertEqual([], broker_connections:kicked()),
    ?assertEqual(true, is_process_alive(New)).

unknown_connection() ->
    Connection = broker_connections:open(),
    {Connection, {ok, _}} = connect(Connection, (client(token(#{exp => fixture:now() + 100})))),
    broker_connections:forget(),
    ok = emqx_jwt_auth_sessions:retry({{mqtt, <<"c1">>}, Connection}, fixture:now(), 6),
    tick(),
    ?assertEqual(true, is_process_alive(Connection)),
    expire(Connection),
    ok = emqx_jwt_auth_sessions:retry({{mqtt, <<"c1">>}, Connection}, fixture:now(), 6),
    gone(Connection),
    ?assertEqual([], broker_connections:kicked()).

renewed() ->
    {Connection, {ok, _}} = connect(token(#{exp => fixture:now() + 1})),
    {Connection, {ok, _}} = connect(Connection, client(token(#{exp => fixture:now() + 100}))),
    ?assertEqual(none, emqx_jwt_auth_sessions:due(fixture:now() + 50)),
    timer:sleep(1100),
    tick(), tick(),
    ?assertEqual(true, is_process_alive(Connection)).

restart() ->
    {Connection, {ok, _}} = connect(token(#{exp => fixture:now() + 1})),
    ok = application:stop(emqx_jwt_auth),
    ok = application:start(emqx_jwt_auth),
    gone(Connection),
    ?assertEqual([{disconnected, 16#87}], broker_connections:told(Connection)).

revoked() ->
    File = filename:join(os:getenv("JWT_AUTH_WORK", "/tmp"), "revocations.json"),
    ok = file:write_file(File, <<"{\"jti\": []}">>),
    fixture:set(#{secret => fixture:secret(), revocations_file => unicode:characters_to_binary(File)}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    {Connection, {ok, _}} = connect(token(#{jti => <<"j1">>})),
    {Other, {ok, _}} = connect((client(token(#{jti => <<"j2">>})))#{clientid => <<"c2">>}),
    tick(), tick(), tick(),
    ok = file:write_file(File, <<"{\"jti\": [\"j1\"]}">>),
    Set = #{<<"secret">> => fixture:secret(), <<"revocations_file">> => unicode:characters_to_binary(File)},
    ok = emqx_jwt_auth_app:on_config_changed(#{}, Set),
    gone(Connection),
    ?assertEqual([<<"c1">>], broker_connections:kicked()),
    ?assertEqual(true, is_process_alive(Other)),
    {_, {error, not_authorized}} = connect(token(#{jti => <<"j1">>})).
