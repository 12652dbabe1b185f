%% What a change of the configuration does, and a stop of the plugin, in every generation of EMQX.
-module(active_config_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [start/1, token/1, client/1, connect/1, may/3]).

sentences(Start, Sentences) ->
    [{setup, Start, fun fixture:stop/1, {Name, Test}} || {Name, Test} <- Sentences].

acl() -> #{pub => [<<"p/%c">>], sub => [<<"s/#">>], all => [<<"both">>]}.

active_config_test_() ->
    sentences(fun() -> start(#{from => password}) end,
      [{"without a key every client is refused", fun closed/0},
       {"a closed plugin opens when a key comes", fun opens/0}])
    ++ sentences(fun fixture:start/0,
      [{"a change keeps the sessions", fun change/0},
       {"a change that is not accepted changes nothing", fun bad_change/0},
       {"what was not accepted is not tried again when the broker has saved it", fun saved_bad/0},
       {"a change is seen though the process that looks has crashed", fun seen_after_crash/0},
       {"a form that was refused hides no fault of what the broker has", fun hidden_fault/0},
       {"a changed key ends the sessions of the old one", fun other_key/0},
       {"keys that have not come yet are no fault of the client", fun no_keys_yet/0},
       {"keys that have not come yet end no session", fun keys_to_come/0},
       {"neither is it if revocations have not, and they end no session", fun no_revocations_yet/0},
       {"a withdrawn key ends its sessions while keys have not come yet", fun withdrawn_key/0},
       {"a stop and a start keep the sessions", fun restart/0},
       {"a configuration that the broker stored and nobody can accept is not started with", fun earlier/0},
       {"what was accepted before is not used where there is no key at all", fun no_key_at_all/0},
       {"what was accepted is in a file of one's own", fun accepted_file/0},
       {"a file that was missing is waited for", fun missing_file/0},
       {"a restart does not fetch keys anew before it decides", fun kept_keys/0},
       {"a change of permissions is not held up by the broker's memory", fun drained/0},
       {"a client without a token may be left to others", fun ignore_missing/0},
       {"claims are verified", fun claims/0}]).

closed() ->
    {Connection, Answer} = connect(token(#{})),
    ?assertEqual({error, server_unavailable}, Answer),
    ?assertEqual(nomatch, may(Connection, publish, <<"t">>)),
    ?assertNotEqual(nomatch, binary:match(fixture:logged(), <<"so every client is refused">>)),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual(1, length(binary:matches(fixture:logged(), <<"so every client is refused">>))),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"no key is configured">>)).

opens() ->
    fixture:set(#{secret => fixture:secret()}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).

change() ->
    {Connection, {ok, _}} = connect(token(#{acl => acl()})),
    ok = emqx_jwt_auth_app:on_config_changed(#{}, #{<<"secret">> => fixture:secret(),
                                                    <<"advanced">> => <<"{\"require_exp\": true}">>}),
    ?assertEqual(allow, may(Connection, publish, <<"both">>)),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))),
    ?assertMatch({_, {ok, _}}, connect(token(#{exp => fixture:now() + 60}))).

bad_change() ->
    {Connection, {ok, _}} = connect(token(#{acl => acl()})),
    {error, Text} = emqx_jwt_auth_app:on_config_changed(
                      #{}, #{<<"secret">> => <<"a secret word">>, <<"from">> => <<"header">>}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"from">>)),
    ?assertEqual(nomatch, binary:match(fixture:logged(), <<"a secret word">>)),
    ?assertNotEqual(nomatch, binary:match(fixture:logged(), <<"the old one stays">>)),
    ?assertEqual(allow, may(Connection, publish, <<"both">>)),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    %% The broker has not stored it, so nothing is wrong.
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).

saved_bad() ->
    Bad = #{<<"secret">> => fixture:secret(), <<"from">> => <<"header">>},
    {error, _} = emqx_jwt_auth_app:on_config_changed(#{}, Bad),
    fixture:set(#{secret => fixture:secret(), from => header}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual(1, length(binary:matches(fixture:logged(), <<"is not accepted">>))),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"the old one stays: ">>)),
    ?assertMatch([{on, <<"jwt_auth">>, #{error := Text}}], broker_node:alarms()),
    fixture:set(#{secret => fixture:secret(), from => username}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    ?assertMatch([_, {off, <<"jwt_auth">>}], broker_node:alarms()),
    ?assertMatch({_, {ok, _}}, connect((client(undefined))#{username => token(#{})})).

hidden_fault() ->
    File = filename:join(broker_node:data(), "secret"),
    fixture:set(#{secret_file => unicode:characters_to_binary(File)}),
    Refresh = fun() -> ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config) end,
    Refresh(),
    {error, _} = Fault = emqx_jwt_auth_app:on_health_check(#{}),
    {error, _} = emqx_jwt_auth_app:on_config_changed(#{}, #{<<"from">> => <<"header">>}),
    ?assertEqual(Fault, emqx_jwt_auth_app:on_health_check(#{})),
    ok = file:write_file(File, <<"another long secret of the tests">>),
    Refresh(),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))).

seen_after_crash() ->
    fixture:set(#{secret => <<"another long secret of the tests">>}),
    Reaper = whereis(emqx_jwt_auth_session_reaper),
    exit(Reaper, kill),
    fixture:until(fun() -> not lists:member(whereis(emqx_jwt_auth_session_reaper), [undefined, Reaper]) end),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))).

other_key() ->
    {Connection, {ok, _}} = connect(token(#{})),
    ok = emqx_jwt_auth_app:on_config_changed(#{}, #{<<"secret">> => <<"another long secret of tests">>}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, tick),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, tick),
    fixture:until(fun() -> not is_process_alive(Connection) end),
    ?assertEqual([<<"c1">>], broker_connections:kicked()).

%% Nobody listens there.
waiting() -> #{<<"endpoint">> => <<"http://127.0.0.1:1/keys">>}.

rsa() -> fixture:rsa_token("rsa2048.key.pem", <<"{}">>).

no_keys_yet() ->
    ok = emqx_jwt_auth_app:on_config_changed(#{}, waiting()),
    ?assertMatch({_, {error, server_unavailable}}, connect(rsa())),
    ?assertEqual(1, fixture:counted(keys_unavailable)).

keys_to_come() ->
    Fetched = #{<<"endpoint">> => fixture:key_server("rsa2048.pub.pem")},
    ok = emqx_jwt_auth_app:on_config_changed(#{}, Fetched),
    fixture:until(fun() -> element(1, element(2, connect(rsa()))) =:= ok end),
    {Connection, {ok, _}} = connect(rsa()),
    ok = emqx_jwt_auth_app:on_config_changed(Fetched, waiting()),
    _ = [ok = gen_server:call(emqx_jwt_auth_session_reaper, tick) || _ <- [1, 2, 3]],
    ?assertEqual(0, fixture:counted(ended)),
    ?assertEqual(true, is_process_alive(Connection)).

no_revocations_yet() ->
    {Connection, {ok, _}} = connect(token(#{jti => <<"j1">>})),
    Set = #{<<"secret">> => fixture:secret(),
            <<"advanced">> => <<"{\"revocations_endpoint\": {\"url\": \"http://127.0.0.1:1/revoked\"}}">>},
    ok = emqx_jwt_auth_app:on_config_changed(#{}, Set),
    ?assertMatch({_, {error, server_unavailable}}, connect(token(#{jti => <<"j2">>}))),
    ?assertEqual(1, fixture:counted(revocations_unavailable)),
    _ = [ok = gen_server:call(emqx_jwt_auth_session_reaper, tick) || _ <- [1, 2, 3]],
    ?assertEqual({0, true}, {fixture:counted(ended), is_process_alive(Connection)}).

withdrawn_key() ->
    Key = #{<<"public_key">> => fixture:key_file("rsa2048.pub.pem")},
    ok = emqx_jwt_auth_app:on_config_changed(#{}, Key),
    {Connection, {ok, _}} = connect(rsa()),
    ok = emqx_jwt_auth_app:on_config_changed(Key, waiting()),
    _ = [ok = gen_server:call(emqx_jwt_auth_session_reaper, tick) || _ <- [1, 2, 3]],
    fixture:until(fun() -> not is_process_alive(Connection) end),
    ?assertEqual(1, fixture:counted(ended)).

restart() ->
    {Connection, {ok, _}} = connect(token(#{acl => acl()})),
    ok = application:stop(emqx_jwt_auth),
    ok = application:start(emqx_jwt_auth),
    ?assertEqual(allow, may(Connection, publish, <<"both">>)),
    ?assertEqual(deny, may(Connection, publish, <<"x">>)),
    ?assertEqual(1, emqx_jwt_auth_sessions:size()).

bad() -> #{secret => fixture:secret(), from => header}.

earlier() ->
    ok = application:stop(emqx_jwt_auth),
    fixture:set(bad()),
    ok = application:start(emqx_jwt_auth),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"was accepted before the start is in force">>)),
    ?assertMatch([{on, _, _}], broker_node:alarms()),
    fixture:set(#{secret => <<"another long secret of the tests">>}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))).

no_key_at_all() ->
    ok = application:stop(emqx_jwt_auth),
    fixture:set(#{from => password}),
    ok = application:start(emqx_jwt_auth),
    ?assertMatch({_, {error, server_unavailable}}, connect(token(#{}))).

accepted_file() ->
    File = filename:join(broker_node:data(), "emqx_jwt_auth.accepted.json"),
    {ok, Info} = file:read_file_info(File),
    ?assertEqual(8#100600, element(8, Info)),
    {ok, Text} = file:read_file(File),
    ?assertNotEqual(nomatch, binary:match(Text, fixture:secret())),
    ?assertEqual(["emqx_jwt_auth.accepted.json"], filelib:wildcard("*", broker_node:data())),
    fixture:set(bad()),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual({ok, Text}, file:read_file(File)).

missing_file() ->
    File = filename:join(broker_node:data(), "secret"),
    fixture:set(#{secret_file => unicode:characters_to_binary(File)}),
    Refresh = fun() -> ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config) end,
    Refresh(),
    Failures = fun() -> {ok, V} = emqx_jwt_auth_gate:verifier(), {ok, Text} = jwt_auth:stats(V),
                        {match, [Count]} = re:run(Text, "reload_failures_total ([0-9]+)", [{capture, [1], list}]),
                        list_to_integer(Count) end,
    Before = Failures(),
    Refresh(),
    ?assertEqual(Before, Failures()),
    ?assertMatch({error, _}, emqx_jwt_auth_app:on_health_check(#{})),
    ok = file:write_file(File, <<"another long secret of the tests">>),
    Refresh(),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))).

%% The verifier holds the keys.
kept_keys() ->
    fixture:set(#{endpoint => fixture:key_server("rsa2048.pub.pem")}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    fixture:until(fun() -> element(1, element(2, connect(rsa()))) =:= ok end),
    {ok, Verifier} = emqx_jwt_auth_gate:verifier(),
    ok = application:stop(emqx_jwt_auth),
    ?assertEqual(none, emqx_jwt_auth_gate:verifier()),
    ok = application:start(emqx_jwt_auth),
    ?assertEqual({ok, Verifier}, emqx_jwt_auth_gate:verifier()),
    ?assertMatch({_, {ok, _}}, connect(rsa())).

drained() ->
    Refresh = fun() -> ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config) end,
    File = filename:join(broker_node:data(), "revoked"),
    ok = file:write_file(File, <<"{\"jti\": []}">>),
    AtStart = broker_node:drained(),
    ?assert(AtStart >= 1),
    fixture:set(#{secret => fixture:secret(), revocations_file => unicode:characters_to_binary(File)}),
    Refresh(),
    AtChange = broker_node:drained(),
    ?assert(AtChange > AtStart),
    ok = emqx_jwt_auth_app:on_config_changed(#{}, #{<<"secret">> => fixture:secret(),
                                                    <<"revocations_file">> => list_to_binary(File)}),
    ?assertEqual(AtChange + 1, broker_node:drained()),
    Refresh(),
    Refresh(),
    ?assertEqual(AtChange + 1, broker_node:drained()),
    ok = file:write_file(File, <<"{\"jti\": [\"j1\"]}">>),
    Refresh(),
    ?assert(broker_node:drained() > AtChange + 1).

ignore_missing() ->
    fixture:set(#{secret => fixture:secret(), on_missing => ignore}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertMatch({_, anonymous}, connect(client(undefined))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(<<"a.b.c">>))).

claims() ->
    Claims = [#{name => <<"username">>, value => <<"%u">>}],
    fixture:set(#{secret => fixture:secret(), verify_claims => Claims}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertMatch({_, {ok, _}}, connect(token(#{username => u1}))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{username => u2}))).
