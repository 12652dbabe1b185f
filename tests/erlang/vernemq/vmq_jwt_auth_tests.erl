%% Who may connect, and which topics a client may use, in a stand-in for VerneMQ.
-module(vmq_jwt_auth_tests).
-include_lib("eunit/include/eunit.hrl").
-import(vmq_fixture, [token/0, token/1, made/1, config_file/0, reconfigure/1, logged/1, sessions/0,
                      connected/1, in/1]).

-define(ID, <<"c1">>).

all_test_() ->
    vmq_fixture:tests(
     [{a_client_with_a_good_token_uses_its_topics, fun a_good_token/0},
      {a_client_with_a_bad_token_is_refused, fun a_bad_token/0},
      {a_client_without_a_token_is_left_to_other_plugins, fun no_token/0},
      {one_packet_gets_one_answer, fun one_answer/0},
      {the_rules_are_told_qos_retain_and_address, fun conditions/0},
      {the_certificate_reaches_the_library, fun certificate/0},
      {what_the_token_says_nothing_of_is_left_to_other_plugins, fun no_match/0},
      {the_broker_gets_the_user_name_of_the_token, fun username/0},
      {a_token_may_come_by_auth, fun auth/0},
      {a_failure_is_a_refusal, fun failure/0},
      {the_file_is_read_again, fun file/0},
      {without_the_application_nobody_is_accepted, fun stopped/0}]).

a_good_token() ->
    [begin
         Pid = connected(#{password => token(), version => Version}),
         ?assertEqual(ok, broker:publish(Pid, <<"own/a">>, 1)),
         ?assertEqual(ok, broker:publish(Pid, <<"own//">>, 0)),
         ?assertEqual(ok, broker:subscribe(Pid, [{<<"own/+/#">>, 2}])),
         ?assertEqual(ok, broker:subscribe(Pid, [{<<"$share/g/own/a">>, 1}])),
         ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"other">>, 1)),
         ?assertEqual({error, not_authorized}, broker:subscribe(Pid, [{<<"#">>, 0}])),
         ?assertEqual({error, not_authorized}, broker:subscribe(Pid, [{<<"$share/g/a">>, 1}])),
         broker:leave(Pid)
     end || Version <- [4, 5]],
    jwt_auth_fixture:until(fun() -> sessions() =:= [] end).

a_bad_token() ->
    Forged = made(jwt_auth_fixture:token(<<"{}">>, jwt_auth_fixture:other_secret())),
    Refused = fun(Options) -> [broker:connect(?ID, Options#{version => V}) || V <- [4, 5]] end,
    Bad = [{refused, invalid_credentials}, {refused, #{reason_code => bad_username_or_password}}],
    ?assertEqual(Bad, Refused(#{password => Forged})),
    ?assert(logged(<<"refused: bad_signature: client `c1`">>)),
    {ok, #{reason := bad_signature}} = jwt_auth_refusals:last(?ID),
    ?assertEqual(Bad, Refused(#{password => token(<<"\"exp\":1">>)})),
    Revoked = filename:join(os:getenv("JWT_AUTH_WORK"), "revoked.json"),
    ok = file:write_file(Revoked, <<"{\"jti\":[\"t1\"]}">>),
    reconfigure(#{secret => jwt_auth_fixture:secret(), revocations_file => list_to_binary(Revoked)}),
    ?assertEqual([{refused, not_authorized}, {refused, #{reason_code => not_authorized}}],
                 Refused(#{password => token(<<"\"jti\":\"t1\"">>)})),
    ?assertEqual([], sessions()).

no_token() ->
    [?assertEqual({refused, plugin_chain_exhausted}, broker:connect(?ID, #{version => V}))
     || V <- [4, 5]],
    reconfigure(#{secret => jwt_auth_fixture:secret(), on_missing => deny}),
    ?assertEqual({refused, invalid_credentials}, broker:connect(?ID, #{version => 4})).

one_answer() ->
    Pid = connected(#{password => token(<<"\"acl\":[{\"permission\":\"allow\",\"action\":\"all\","
                                          "\"topic\":\"a\"},{\"permission\":\"deny\","
                                          "\"action\":\"all\",\"topic\":\"b\"}]">>)}),
    Ask = fun(Topics) -> broker:subscribe(Pid, [{Topic, 1} || Topic <- Topics]) end,
    ?assertEqual(ok, Ask([<<"a">>, <<"a">>])),
    ?assertEqual({error, not_authorized}, Ask([<<"a">>, <<"b">>])),
    ?assertEqual({error, not_authorized}, Ask([<<"b">>, <<"c">>])),
    ?assertEqual({error, plugin_chain_exhausted}, Ask([<<"a">>, <<"c">>])).

conditions() ->
    Pid = connected(#{password => token(<<"\"acl\":[{\"permission\":\"allow\",\"action\":\"publish\","
                                          "\"topic\":\"t\",\"qos\":[1],\"retain\":true,"
                                          "\"ipaddr\":\"192.0.2.0/24\"},{\"permission\":\"allow\","
                                          "\"action\":\"subscribe\",\"topic\":\"t\",\"qos\":[0]},"
                                          "{\"permission\":\"deny\",\"action\":\"all\","
                                          "\"topic\":\"#\"}]">>)}),
    ?assertEqual(ok, broker:publish(Pid, <<"t">>, 1, true)),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"t">>, 1, false)),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"t">>, 0, true)),
    ?assertEqual([ok, {error, not_authorized}], [broker:subscribe(Pid, [{<<"t">>, Q}]) || Q <- [0, 1]]).

certificate() ->
    Digest = <<"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0">>,
    Bound = #{password => token(<<"\"cnf\":{\"x5t#S256\":\"", Digest/binary, "\"}">>)},
    [begin
         Listener = fun(Certificate) -> Bound#{version => V, metadata => #{client_cert => Certificate}} end,
         ?assertMatch({connected, _, _}, broker:connect(?ID, Listener(<<"abc">>))),
         ?assertMatch({refused, _}, broker:connect(?ID, Listener(<<"abd">>))),
         ?assertMatch({refused, _}, broker:connect(?ID, Listener(undefined))),
         ?assertMatch({refused, _}, broker:connect(?ID, Bound#{version => V}))
     end || V <- [4, 5]].

no_match() ->
    Pid = connected(#{password => token(<<"\"exp\":", (in(60))/binary>>)}),
    ?assertEqual({error, plugin_chain_exhausted}, broker:publish(Pid, <<"t">>, 0)),
    Hooks = persistent_term:get(vmq_plugin),
    vmq_plugin:chain(Hooks ++ [{auth_on_publish_m5, 7, fun(_) -> ok end}]),
    ?assertEqual(ok, broker:publish(Pid, <<"t">>, 0)).

username() ->
    reconfigure(#{secret => jwt_auth_fixture:secret(), username_claim => sub}),
    Own = <<"\"acl\":{\"all\":[\"%u/#\"]}">>,
    [begin
         {connected, Pid, Modifiers} =
             broker:connect(?ID, #{password => token(Own), username => <<"bob">>, version => V}),
         ?assertMatch(#{username := <<"alice">>}, Modifiers),
         ?assertEqual(ok, broker:publish(Pid, <<"alice/a">>, 0)),
         ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"bob/a">>, 0))
     end || V <- [4, 5]],
    Wildcard = made(jwt_auth_fixture:token(<<"{\"sub\":\"#\"}">>)),
    ?assertEqual({refused, invalid_credentials},
                 broker:connect(?ID, #{password => Wildcard, version => 4})).

auth() ->
    By = fun(Method, Token) -> broker:connect(?ID, #{auth => {Method, Token}}) end,
    {connected, Pid, _} = By(<<"jwt">>, token()),
    ?assertEqual(ok, broker:publish(Pid, <<"own/a">>, 0)),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"a">>, 0)),
    ?assertEqual({refused, #{reason_code => bad_username_or_password}}, By(<<"jwt">>, <<"hunter2">>)),
    ?assertEqual({refused, plugin_chain_exhausted}, By(<<"SCRAM-SHA-256">>, token())),
    %% What it has in its password does not count.
    ?assertMatch({refused, _}, broker:connect(?ID, #{auth => {<<"jwt">>, <<"x">>}, password => token()})).

failure() ->
    %% Improper arguments, with a password that a stack trace would show.
    Hook = fun(Arguments) -> vmq_plugin:all_till_ok(auth_on_register, Arguments) end,
    Token = token(),
    ?assertEqual({error, invalid_credentials}, Hook([peer, {"", no_binary}, undefined, Token, true])),
    ?assertEqual({error, invalid_credentials}, Hook([peer, {"", ?ID}, undefined, {encrypted, Token}, true])),
    Pid = connected(#{password => token()}),
    Publish = fun(User, Id) -> vmq_jwt_auth:auth_on_publish(User, Id, 0, improper, <<>>, false) end,
    ?assertEqual({error, not_authorized}, broker:call(Pid, {run, Publish})),
    ?assert(logged(<<"the callback auth_on_register failed with error in">>)).

file() ->
    Before = connected(#{password => token()}),
    ?assertEqual(ok, broker:publish(Before, <<"own/a">>, 0)),
    ok = file:write_file(config_file(), <<"{\"secret\":1}">>),
    {error, _} = jwt_auth_config_file:look(),
    ?assert(logged(<<"not accepted, the old one stays: ">>)),
    ?assertEqual(ok, broker:publish(Before, <<"own/a">>, 0)),
    reconfigure(#{secret => jwt_auth_fixture:other_secret()}),
    ?assertMatch({refused, _}, broker:connect(<<"c2">>, #{password => token()})),
    ?assertEqual({shutdown, normal}, broker:closed(Before)).

stopped() ->
    Pid = connected(#{password => token()}),
    ok = application:stop(vmq_jwt_auth),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"own/a">>, 0)),
    ?assertMatch({refused, #{reason_code := server_unavailable}},
                 broker:connect(<<"c2">>, #{password => token()})),
    ok = file:delete(config_file()),
    {ok, _} = application:ensure_all_started(vmq_jwt_auth),
    ?assert(logged(<<"not accepted, so every client is refused">>)),
    ?assertMatch({refused, #{reason_code := server_unavailable}},
                 broker:connect(<<"c2">>, #{password => token()})).
