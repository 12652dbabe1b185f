%% Enhanced authentication of MQTT 5: with CONNECT, and again with AUTH.
-module(enhanced5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1, connect/2, may/3, tick/0, until/1]).

-define(BAD, {error, bad_username_or_password}).

all_test_() ->
    [{Name, {setup, fixture:start_in(Release), fun fixture:stop/1, Test}} ||
        {Name, Test} <- [
            {"a token may come in the authentication data", fun accepted/0},
            {"it is in the place of the field that the configuration names", fun in_username/0},
            {"without a good token such a client is refused", fun refused/0},
            {"also where clients without a token are left to others", fun missing/0},
            {"which methods carry a token is configured", fun methods/0},
            {"no method may carry one", fun no_methods/0},
            {"a client with another method is left to another authenticator", fun others/0},
            {"if there is none it is refused", fun nobody/0},
            {"who was left to an authenticator stays when the plugin starts", fun no_stranger/0},
            {"a refusal does not log the token, wherever it is", fun silent/0},
            {"who was left to others is asked about again", fun left_once/0},
            {"a new token brings new rights at once, and a new end", fun renewed/0},
            {"a new token may end earlier", fun shorter/0},
            {"a new token may take rights, and subscriptions that it denies", fun narrower/0},
            {"a token of another subject is refused, and the client disconnected", fun other_subject/0},
            {"no attribute outlives the token that gave it", fun attributes/0},
            {"a renewal needs a good token", fun bad_renewal/0},
            {"a token for a certificate is good for that of the connection", fun certificate/0},
            {"a renewal is about the user name that the client sent", fun username/0},
            {"a renewal is refused while there is no configuration", fun closed/0},
            {"a crash in a renewal is a refusal, and tells nothing", fun crash/0},
            {"the options of the plugin are looked at", fun options/0},
            {"the options are in force before the gate opens", fun options_first/0},
            {"a configuration that is not accepted leaves the options", fun options_kept/0}],
        Release <- ["5.8.9", "6.2.2"]]
    ++ [{"if there is none it is refused, also before 5.0.12",
         {setup, fixture:start_in("5.0.11"), fun fixture:stop/1, fun nobody/0}},
        {"an authenticator of EMQX before 5.0.12 is asked",
         {setup, fixture:start_in("5.0.11"), fun fixture:stop/1, fun others/0}}].

set(More) ->
    ok = fixture:set(#{secret => fixture:secret(), advanced => More}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config).

with(Method, Data) ->
    (maps:remove(password, client(undefined)))#{auth_method => Method, auth_data => Data, auth_cache => #{}}.
jwt(Token) -> with(<<"jwt">>, Token).
answer(Client) -> element(2, connect(Client)).

again(Connection, Token) ->
    broker_connections:run(Connection, fun() -> broker:reauthenticate(<<"jwt">>, Token) end).

accepted() ->
    Claims = #{exp => fixture:now() + 100, acl => #{all => [<<"t">>]}},
    {Connection, Answer} = connect(jwt(token(Claims))),
    ?assertEqual({ok, #{is_superuser => false}}, Answer),
    ?assertEqual([allow, deny], [may(Connection, publish, Topic) || Topic <- [<<"t">>, <<"u">>]]),
    ?assertMatch({{mqtt, <<"c1">>}, Connection, 0}, emqx_jwt_auth_sessions:due(fixture:now() + 100)).

in_username() ->
    set(<<"{\"from\": \"username\"}">>),
    ?assertMatch({ok, _}, answer(jwt(token(#{})))),
    ?assertEqual(?BAD, answer((jwt(<<"x">>))#{username => token(#{})})),
    ?assertEqual(?BAD, answer((jwt(undefined))#{username => token(#{})})).

refused() ->
    ?assertEqual(?BAD, answer(jwt(<<"x">>))),
    ?assertEqual(?BAD, answer(jwt(undefined))),
    ?assertEqual(?BAD, answer(maps:remove(auth_data, jwt(undefined)))),
    ?assertEqual(?BAD, answer((jwt(undefined))#{password => token(#{})})),
    ?assertEqual(3, fixture:counted(missing_token)).

missing() ->
    fixture:set(#{secret => fixture:secret(), on_missing => ignore}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual(anonymous, answer(client(undefined))),
    ?assertEqual(?BAD, answer(jwt(undefined))).

methods() ->
    set(<<"{\"emqx\": {\"auth_methods\": [\"OAUTH2-JWT\", \"CUSTOM-JWT\"]}, \"require_exp\": true}">>),
    Good = token(#{exp => fixture:now() + 100}),
    [?assertMatch({ok, _}, answer(with(Method, Good))) || Method <- [<<"OAUTH2-JWT">>, <<"CUSTOM-JWT">>]],
    ?assertEqual(?BAD, answer(with(<<"CUSTOM-JWT">>, token(#{})))),
    ?assertEqual({error, not_authorized}, answer(jwt(Good))).

no_methods() ->
    set(<<"{\"emqx\": {\"auth_methods\": []}}">>),
    ?assertEqual({error, not_authorized}, answer(jwt(token(#{})))),
    ?assertMatch({ok, _}, answer(client(token(#{})))).

others() ->
    ok = emqx_hooks:add('client.authenticate', {broker, scram, []}, 970),
    {Connection, {ok, _}} = connect(with(<<"SCRAM-SHA-256">>, <<"good">>)),
    ?assertEqual(nomatch, may(Connection, publish, <<"t">>)),
    [?assertEqual({error, not_authorized}, answer(Client))
     || Client <- [with(<<"SCRAM-SHA-256">>, <<"bad">>), with(<<"x">>, token(#{})), with(<<>>, <<>>),
                   with(undefined, undefined)]],
    ?assertEqual(0, fixture:counted(missing_token)).

nobody() ->
    Foreign = with(<<"SCRAM-SHA-256">>, <<"good">>),
    ?assertEqual({error, not_authorized}, answer(Foreign)),
    ok = emqx_hooks:add('client.authenticate', {broker, no_chain, []}, 970),
    ?assertEqual({error, not_authorized}, answer(Foreign#{password => token(#{})})).

no_stranger() ->
    ok = application:stop(emqx_jwt_auth),
    [Other, Ours] = [broker_node:stranger((with(Method, <<"x">>))#{clientid => Method})
                     || Method <- [<<"SCRAM-SHA-256">>, <<"jwt">>]],
    ok = application:start(emqx_jwt_auth),
    ok = emqx_jwt_auth_strangers:look(),
    until(fun() -> not is_process_alive(Ours) end),
    ?assertEqual(true, is_process_alive(Other)),
    broker_node:configure([authentication], []),
    ok = emqx_jwt_auth_strangers:look(),
    until(fun() -> not is_process_alive(Other) end).

silent() ->
    Token = token(#{exp => 1}),
    Client = (jwt(Token))#{clientid => Token, username => Token},
    {_, ?BAD} = connect(Client),
    Good = token(#{sub => <<"alice">>}),
    {Connection, {ok, _}} = connect((jwt(Good))#{clientid => Good}),
    ?assertEqual([{error, not_authorized}, {error, not_authorized}],
                  broker_connections:run(Connection, fun() ->
                      [broker:reauthenticate(<<"jwt">>, Data) || Data <- [Token, [Good]]]
                  end)),
    until(fun() -> binary:match(fixture:logged(), <<"renewal refused">>) =/= nomatch end),
    Lines = [{Text, Meta} || {_, Text, #{tag := _} = Meta} <- ets:tab2list(fixture)],
    ?assertEqual(2, length(Lines)),
    Runs = [binary:part(One, At, 8) || One <- [Token, Good], At <- lists:seq(0, byte_size(One) - 8)],
    ?assertEqual(nomatch, binary:match(unicode:characters_to_binary(io_lib:format("~p", [Lines])), Runs)),
    ?assertEqual(nomatch, binary:match(fixture:logged(), Runs)).

left_once() ->
    fixture:set(#{secret => fixture:secret(), on_missing => ignore}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    {Connection, {error, not_authorized}} = connect(with(<<"x">>, <<"y">>)),
    ?assertEqual({Connection, anonymous}, connect(Connection, client(undefined))).

renewed() ->
    {Connection, {ok, _}} = connect(jwt(token(#{exp => fixture:now() + 1, acl => #{all => [<<"a">>]}}))),
    ?assertEqual([allow, deny], [may(Connection, publish, Topic) || Topic <- [<<"a">>, <<"b">>]]),
    Later = token(#{exp => fixture:now() + 100, acl => #{all => [<<"a">>, <<"b">>]}}),
    ?assertEqual({ok, #{is_superuser => false}}, again(Connection, Later)),
    ?assertEqual([allow, allow], [may(Connection, publish, Topic) || Topic <- [<<"a">>, <<"b">>]]),
    timer:sleep(1100),
    [tick() || _ <- [1, 2, 3]],
    ?assertEqual([], broker_connections:told(Connection)),
    ?assertEqual({1, 1, 2}, {emqx_jwt_auth_sessions:size(), ets:info(emqx_jwt_auth_expiry, size),
                             fixture:counted(allowed)}).

shorter() ->
    {Connection, {ok, _}} = connect(jwt(token(#{exp => fixture:now() + 100}))),
    {ok, _} = again(Connection, token(#{exp => fixture:now() + 1})),
    until(fun() -> tick(), broker_connections:told(Connection) =/= [] end),
    ?assertEqual([{disconnected, 16#87}], broker_connections:told(Connection)).

narrower() ->
    Subscriptions = #{<<"a">> => #{qos => 1}, <<"b">> => #{qos => 0}},
    Wide = jwt(token(#{acl => #{all => [<<"a">>, <<"b">>]}})),
    {Connection, {ok, _}} = fixture:connect(broker_connections:open(), Wide, Subscriptions),
    ?assertEqual(allow, may(Connection, publish, <<"b">>)),
    {ok, _} = again(Connection, token(#{acl => #{all => [<<"a">>]}})),
    ?assertEqual([allow, deny], [may(Connection, publish, Topic) || Topic <- [<<"a">>, <<"b">>]]),
    until(fun() ->
        broker_connections:told(Connection) =:= [{unsubscribed, [{<<"b">>, #{qos => 0}}]}]
    end).

other_subject() ->
    {Connection, {ok, _}} = connect(jwt(token(#{sub => <<"alice">>, acl => #{all => [<<"t">>]}}))),
    {ok, _} = again(Connection, token(#{sub => <<"alice">>, acl => #{all => [<<"t">>]}})),
    Other = token(#{sub => <<"bob">>, acl => #{all => [<<"#">>]}}),
    {Answer, Right} = broker_connections:run(Connection, fun() ->
        {broker:reauthenticate(<<"jwt">>, Other), broker:may(client(undefined), publish, <<"u">>)}
    end),
    ?assertEqual({{error, not_authorized}, deny}, {Answer, Right}),
    ?assertEqual(1, fixture:counted(identity_changed)),
    until(fun() -> broker_connections:told(Connection) =:= [{disconnected, 16#87}] end).

attributes() ->
    With = fun(Attributes) -> token(#{client_attrs => Attributes}) end,
    {Connection, {ok, _}} = connect(jwt(With(#{role => <<"admin">>}))),
    ?assertMatch({ok, _}, again(Connection, With(#{role => <<"user">>, site => <<"north">>}))),
    ?assertEqual({error, not_authorized}, again(Connection, With(#{role => <<"user">>}))),
    ?assertEqual(1, fixture:counted(identity_changed)).

bad_renewal() ->
    [begin
         {Connection, {ok, _}} = connect(jwt(token(#{}))),
         ?assertEqual({error, not_authorized}, again(Connection, Data)),
         until(fun() -> broker_connections:told(Connection) =:= [{disconnected, 16#87}] end)
     end || Data <- [<<"x">>, undefined, token(#{exp => 1}), fixture:token(#{}, <<"another secret, a long one">>)]],
    ?assertEqual({1, 1, 1, 1}, list_to_tuple([fixture:counted(Reason)
                                             || Reason <- [malformed_token, missing_token, expired, bad_signature]])).

%% The credential of an AUTH packet has no certificate.
certificate() ->
    Token = token(#{cnf => #{<<"x5t#S256">> => <<"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0">>}}),
    {Connection, {ok, _}} = connect((jwt(Token))#{cert_pem => <<"abc">>}),
    ?assertMatch({ok, _}, again(Connection, Token)),
    {Plain, {ok, _}} = connect(jwt(token(#{}))),
    ?assertEqual({error, not_authorized}, again(Plain, Token)).

username() ->
    set(<<"{\"username_claim\": \"name\", \"verify_claims\": {\"sent\": \"%u\"}}">>),
    Token = fun(Name) -> token(#{sent => <<"u1">>, name => Name}) end,
    {Connection, {ok, #{username := <<"alice">>}}} = connect(jwt(Token(<<"alice">>))),
    ?assertMatch(#{username := <<"alice">>}, broker_connections:kept(Connection)),
    ?assertMatch({ok, #{username := <<"alice">>}}, again(Connection, Token(<<"alice">>))),
    ?assertEqual({error, not_authorized}, again(Connection, Token(<<"bob">>))).

closed() ->
    {Connection, {ok, _}} = connect(jwt(token(#{}))),
    emqx_jwt_auth_gate:close(unconfigured),
    ?assertEqual({error, not_authorized}, again(Connection, token(#{}))),
    ?assertEqual({error, server_unavailable}, answer(jwt(token(#{})))).

crash() ->
    {Connection, {ok, _}} = connect(jwt(token(#{}))),
    ?assertEqual({error, not_authorized}, again(Connection, ["a secret word"])),
    ?assertEqual({error, not_authorized}, answer(with(<<"jwt">>, ["a secret word"]))),
    ?assertEqual(2, fixture:counted(crashed)),
    ?assertEqual([nomatch, nomatch], [binary:match(fixture:logged(), Part)
                                      || Part <- [<<"secret word">>, <<"hook_callback_exception">>]]).

options() ->
    [?assertEqual({error, iolist_to_binary(["`emqx`: ", Text])},
                  emqx_jwt_auth_app:on_config_changed(#{}, #{<<"secret">> => <<"x">>, <<"advanced">> => Advanced}))
     || {Advanced, Text} <- [
            {<<"{\"emqx\": 1}">>, "expected an object"},
            {<<"{\"emqx\": {}, \"emqx\": {}}">>, "it is there more than once"},
            {<<"{\"emqx\": {\"auth_method\": \"jwt\"}}">>,
             "unknown option; known are auth_methods, clientid_claim and tenant"},
            {<<"{\"emqx\": {\"auth_methods\": \"jwt\"}}">>, "`auth_methods`: expected an array of names"},
            {<<"{\"emqx\": {\"auth_methods\": [\"jwt\", 1]}}">>, "`auth_methods`: expected an array of names"},
            {<<"{\"emqx\": {\"auth_methods\": [\"\"]}}">>, "`auth_methods`: expected an array of names"},
            {<<"{\"emqx\": {\"tenant\": \"yes\"}}">>, "`tenant`: expected true or false"},
            {<<"{\"emqx\": {\"clientid_claim\": true}}">>, "`clientid_claim`: expected the name of a claim"}]].

options_first() ->
    Get = fun() -> emqx_jwt_auth_options:get(auth_methods) end,
    With = fun(Load) -> emqx_jwt_auth_options:with(<<"{\"emqx\": {\"auth_methods\": [\"a\"]}}">>, Load) end,
    ?assertEqual({error, <<"x">>}, With(fun(_) -> {error, <<"x">>} end)),
    ?assertError(crash, With(fun(_) -> error(crash) end)),
    ?assertEqual([<<"jwt">>], Get()),
    ?assertEqual({ok, [<<"a">>]}, With(fun(_) -> {ok, Get()} end)),
    ?assertEqual([<<"a">>], Get()).

options_kept() ->
    set(<<"{\"emqx\": {\"auth_methods\": [\"a\"]}}">>),
    set(<<"{\"emqx\": {\"auth_methods\": [\"b\"]}, \"unknown\": 1}">>),
    ?assertMatch({ok, _}, answer(with(<<"a">>, token(#{})))),
    set(<<"{\"emqx\": {}}">>),
    ?assertEqual({error, not_authorized}, answer(with(<<"a">>, token(#{})))),
    ?assertMatch({ok, _}, answer(jwt(token(#{})))).
