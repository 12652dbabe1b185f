%% The exact answers that the releases of EMQX 5 are given.
-module(shape5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1, may/3]).

all_test_() ->
    [{Name, {setup, fun fixture:start/0, fun fixture:stop/1, Test}} ||
        {Name, Test} <- [
            {"allow and deny are in a stop", fun answers/0},
            {"the broker is told the user name of the token", fun username/0},
            {"not ours is ignore", fun not_ours/0},
            {"a permission is a map in a stop", fun permission/0},
            {"an action may be an atom", fun atoms/0},
            {"QoS and retain are compared", fun qos/0},
            {"the broker is told when to disconnect, in milliseconds", fun expire_at/0},
            {"the broker is not told an end beyond its timers", fun far_end/0},
            {"the broker is told the attributes", fun attributes/0},
            {"the hooks come just before those of the broker", fun priority/0},
            {"an expired session is left to the broker for a while", fun grace/0},
            {"a session whose key is gone is ended", fun ended/0}]]
    ++ [{Name, {setup, fixture:start_in(Release), fun fixture:stop/1, Test}} ||
        {Name, Release, Test} <- [
            {"5.0.26 ends no connection by itself", "5.0.26", fun own_expiry/0},
            {"5.0.7 takes bare permissions", "5.0.7", fun bare/0},
            {"5.6.1 is not told when to disconnect", "5.6.1", fun own_expiry/0},
            {"5.7.0 is told when to disconnect", "5.7.0", fun expire_at/0},
            {"6.2.2 is told when to disconnect", "6.2.2", fun expire_at/0},
            {"an unknown release with attributes is told when to disconnect", "x", fun unknown/0},
            {"5.7.0 is told the attributes", "5.7.0", fun attributes/0},
            {"5.6.1 knows no attributes", "5.6.1", fun no_attributes/0},
            {"6.2.2 does not remember what a token says", "6.2.2", fun not_remembered/0},
            {"6.0.3 does not remember it either", "6.0.3", fun not_remembered/0},
            {"an unknown release without attributes is not", "x", fun old_unknown/0}]]
    ++ [{"EMQX 5.0 has its configuration in a file", fun file/0},
        {"without that file every client is refused", fun no_file/0},
        {"a file may leave clients without a token to others", fun file_ignores/0},
        {"a broker of no known kind is refused", fun unknown_broker/0},
        {"if one hook cannot be registered none is, and the start fails", fun no_hook/0},
        {"while the plugin does not run a configuration is only looked at", fun validate/0},
        {"without the native library every client is refused", fun closed_gate/0}].

call(Client) ->
    broker_connections:run(broker_connections:open(), fun() ->
        emqx_jwt_auth_hooks5:on_authenticate(Client, ignore, emqx_jwt_auth_broker:facts()) end).

answers() ->
    ?assertEqual({stop, {ok, #{is_superuser => false}}}, call(client(token(#{})))),
    ?assertEqual({stop, {ok, #{is_superuser => true}}}, call(client(token(#{is_superuser => true})))),
    ?assertEqual({stop, {error, bad_username_or_password}}, call(client(<<"x">>))),
    ?assertEqual({stop, {error, not_authorized}}, call(odd)).

username() ->
    set(#{advanced => <<"{\"username_claim\": \"name\"}">>}),
    Answer = fun(Name) -> element(2, connect(token(#{name => Name, acl => #{pub => [<<"%u">>]}}))) end,
    ?assertEqual({ok, #{is_superuser => false, username => <<"alice">>}}, Answer(<<"alice">>)),
    ?assertEqual({error, bad_username_or_password}, Answer(<<"#">>)),
    ?assertEqual(1, fixture:counted(claim_mismatch)),
    %% The plugin itself answers by the name of the token, whatever the client sent.
    {Connection, {ok, _}} = connect(token(#{name => <<"bob">>, acl => #{pub => [<<"%u">>]}})),
    ?assertEqual([allow, deny], [may(Connection, publish, Topic) || Topic <- [<<"bob">>, <<"u1">>]]).

set(Options) ->
    fixture:set(Options#{secret => fixture:secret()}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config).

not_ours() ->
    set(#{on_missing => ignore}),
    ?assertEqual(ignore, call(client(undefined))).

permission() ->
    Client = client(token(#{acl => #{pub => [<<"a">>]}})),
    {Connection, {ok, _}} = connect(Client),
    Ask = fun(C, Topic) ->
              broker_connections:run(Connection, fun() ->
                  emqx_jwt_auth_hooks5:on_authorize(C, publish, Topic, ignore,
                                                    emqx_jwt_auth_broker:facts()) end)
          end,
    ?assertEqual([{stop, #{result => allow, from => jwt_auth, is_cacheable => false}},
                  {stop, #{result => deny, from => jwt_auth, is_cacheable => false}},
                  {stop, #{result => deny, from => jwt_auth, is_cacheable => false}}],
                 [Ask(Client, <<"a">>), Ask(Client, <<"b">>), Ask(odd, <<"a">>)]).

atoms() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{pub => [<<"a">>]}})),
    Ask = fun(Action) ->
              broker_connections:run(Connection, fun() -> broker:may(client(undefined), Action, <<"a">>) end)
          end,
    ?assertEqual({allow, deny}, {Ask(publish), Ask(subscribe)}).

qos() ->
    Rules = [#{permission => allow, action => publish, topic => <<"q">>, qos => 1, retain => false}],
    {Connection, {ok, _}} = connect(token(#{acl => Rules})),
    Ask = fun(Qos, Retain) ->
              may(Connection, #{action_type => publish, qos => Qos, retain => Retain}, <<"q">>)
          end,
    ?assertEqual([nomatch, allow, nomatch, nomatch], [Ask(0, false), Ask(1, false), Ask(2, false), Ask(1, true)]),
    ?assertEqual(deny, Ask(3, false)).

expire_at() ->
    At = fixture:now() + 100,
    ?assertMatch({_, {ok, #{expire_at := Ms}}} when Ms =:= At * 1000, connect(token(#{exp => At}))),
    ?assertEqual(none, emqx_jwt_auth_sessions:due(At + 1)).

far_end() ->
    Far = [8999999999, 9000000000, 253402300799, 15822553606420000],
    Answers = [{At, element(2, connect(token(#{exp => At})))} || At <- Far],
    ?assertEqual([{8999999999, {ok, #{is_superuser => false, expire_at => 8999999999000}}} |
                  [{At, {ok, #{is_superuser => false}}} || At <- tl(Far)]], Answers).

own_expiry() ->
    At = fixture:now() + 100,
    {Connection, Answer} = connect(token(#{exp => At})),
    ?assertEqual({ok, #{is_superuser => false}}, Answer),
    ?assertEqual({{mqtt, <<"c1">>}, Connection, 0}, emqx_jwt_auth_sessions:due(At)).

old_unknown() ->
    Client = client(token(#{exp => fixture:now() + 100, client_attrs => #{g => <<"x">>}})),
    ?assertEqual({ok, #{is_superuser => false}}, element(2, connect(Client))).

unknown() ->
    At = fixture:now() + 100,
    Client = client(token(#{exp => At, client_attrs => #{g => <<"x">>}})),
    ?assertEqual({ok, #{is_superuser => false, expire_at => At * 1000, client_attrs => #{<<"g">> => <<"x">>}}},
                 element(2, connect(Client#{client_attrs => #{}}))).

attributes() ->
    Attrs = #{g => <<"x">>, n => 1, <<"not a name">> => <<"y">>, tns => <<"a tenant">>},
    ?assertEqual({ok, #{is_superuser => false, client_attrs => #{<<"g">> => <<"x">>, <<"n">> => <<"1">>}}},
                 element(2, connect(token(#{client_attrs => Attrs})))),
    ?assertEqual({ok, #{is_superuser => false}},
                 element(2, connect(token(#{client_attrs => #{tns => <<"a tenant">>}})))).

no_attributes() ->
    ?assertEqual({ok, #{is_superuser => false}},
                 element(2, connect(token(#{client_attrs => #{g => <<"x">>}})))).

not_remembered() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    ?assertEqual(allow, may(Connection, publish, <<"t">>)),
    emqx_jwt_auth_gate:close(unconfigured),
    ?assertEqual(deny, may(Connection, publish, <<"t">>)).

priority() ->
    [{callback, {emqx_jwt_auth_hooks5, on_authenticate, _}, _, 971},
     {callback, {emqx_jwt_auth_hooks5, on_unanswered, []}, _, Last}] = emqx_hooks:lookup('client.authenticate'),
    ?assert(Last < 0),
    [{callback, {emqx_jwt_auth_hooks5, on_authorize, _}, _, 962}] =
        emqx_hooks:lookup('client.authorize').

ended() ->
    {Connection, {ok, _}} = connect(token(#{})),
    ok = emqx_jwt_auth_app:on_config_changed(#{}, #{<<"secret">> => <<"another long secret of tests">>}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, tick),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, tick),
    fixture:until(fun() -> not is_process_alive(Connection) end).

grace() ->
    broker_permissions:remember(false),
    Acl = #{all => [<<"t">>]},
    {Connection, {ok, #{expire_at := _}}} = connect(token(#{exp => fixture:now() + 1, acl => Acl})),
    fixture:until(fun() -> may(Connection, publish, <<"t">>) =:= deny end),
    Now = fixture:now(),
    _ = [ok = gen_server:call(emqx_jwt_auth_session_reaper, tick) || _ <- [1, 2, 3]],
    ?assertEqual([], broker_connections:kicked()),
    {_, End} = emqx_jwt_auth_sessions:lookup({mqtt, <<"c1">>}, Connection),
    ?assert(End >= Now + 4),
    ?assertMatch({{mqtt, <<"c1">>}, Connection, 0}, emqx_jwt_auth_sessions:due(End)).

bare() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{pub => [<<"a">>]}})),
    ?assertEqual([allow, deny], [may(Connection, publish, Topic) || Topic <- [<<"a">>, <<"b">>]]).

with_file(Text, Test) ->
    File = filename:join(os:getenv("JWT_AUTH_WORK", "/tmp"), "settings.json"),
    _ = file:delete(File),
    _ = [ok = file:write_file(File, Text) || is_binary(Text)],
    os:putenv("EMQX_JWT_AUTH_CONFIG", File),
    fixture:start(),
    persistent_term:erase({broker, plugin_config}),
    ok = application:stop(emqx_jwt_auth),
    ok = application:start(emqx_jwt_auth),
    try
        Test(File)
    after
        os:unsetenv("EMQX_JWT_AUTH_CONFIG"),
        fixture:stop(ok)
    end.

json(More) -> <<"{\"secret\": \"", (fixture:secret())/binary, "\"", More/binary, "}\n">>.

file() ->
    with_file(json(<<>>), fun(File) ->
        ?assertMatch({_, {ok, _}}, connect(token(#{}))),
        ?assertMatch({_, {error, bad_username_or_password}}, connect(client(undefined))),
        ok = file:write_file(File, json(<<", \"require_exp\": true">>)),
        ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
        ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{})))
    end).

no_file() ->
    with_file(none, fun(File) ->
        ?assertMatch({_, {error, server_unavailable}}, connect(token(#{}))),
        {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
        ?assertNotEqual(nomatch, binary:match(Text, <<"cannot be read">>)),
        ok = file:write_file(File, json(<<>>)),
        ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
        ?assertMatch({_, {ok, _}}, connect(token(#{})))
    end).

file_ignores() ->
    with_file(json(<<", \"on_missing\": \"ignore\"">>), fun(_) ->
        ?assertMatch({_, anonymous}, connect(client(undefined)))
    end).

%% In a virtual machine that has the plugin and no broker.
unknown_broker() ->
    Plugin = filename:dirname(code:which(emqx_jwt_auth_app)),
    {ok, Peer, _} = peer:start_link(#{connection => standard_io, args => ["-pa", Plugin]}),
    Started = peer:call(Peer, application, start, [emqx_jwt_auth]),
    ?assertMatch({error, {{jwt_auth, <<"neither", _/binary>>}, _}}, Started),
    peer:stop(Peer).

no_hook() ->
    fixture:start(),
    ok = application:stop(emqx_jwt_auth),
    persistent_term:put({broker, forbidden}, ['client.authorize']),
    Started = application:start(emqx_jwt_auth),
    persistent_term:erase({broker, forbidden}),
    fixture:stop(ok),
    ?assertMatch({error, {{jwt_auth, <<"no hook can be registered", _/binary>>}, _}}, Started),
    ?assertEqual([], emqx_hooks:lookup('client.authenticate')).

validate() ->
    fixture:start(),
    ok = application:stop(emqx_jwt_auth),
    ?assertEqual(ok, emqx_jwt_auth_app:on_config_changed(#{}, #{<<"secret">> => <<"x">>})),
    ?assertEqual(none, emqx_jwt_auth_gate:verifier()),
    ?assertMatch({error, <<"`secret`", _/binary>>},
                 emqx_jwt_auth_app:on_config_changed(#{}, #{<<"secret">> => 1})),
    fixture:stop(ok).

closed_gate() ->
    fixture:start(),
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    emqx_jwt_auth_gate:close(stopped),
    ?assertEqual({error, server_unavailable}, element(2, connect(token(#{})))),
    ?assertEqual(deny, may(Connection, publish, <<"t">>)),
    fixture:stop(ok).
