%% A claim that becomes the client id, in EMQX 6.
-module(clientid5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1, may/3, tick/0, until/1]).

-define(BAD, {error, bad_username_or_password}).

all_test_() ->
    [{Name, {setup, fun start/0, fun fixture:stop/1, Test}} ||
        {Name, Test} <- [
            {"the broker is told the client id of the token", fun told/0},
            {"permissions are about that client id, and follow it", fun permissions/0},
            {"a client that sent it itself is not told of", fun same/0},
            {"a token without the claim is refused", fun missing/0},
            {"what is no client id is refused", fun bad/0},
            {"an id may have any other character, and 1,024 bytes", fun good/0},
            {"a token that is not good for the client with this id is refused", fun conditions/0},
            {"the session is ended under this id", fun ended/0},
            {"another stream of the connection has its permissions", fun stream/0},
            {"a renewal keeps the client id", fun renewed/0},
            {"a refusal does not log the claim", fun silent/0}]]
    ++ [{"a token may choose the tenant if it is let", {setup, fixture:start_in("6.2.2"), fun fixture:stop/1, fun tenant/0}},
        {"EMQX before 6.0 cannot do that, so the configuration is not accepted",
         {setup, fixture:start_in("5.10.2"), fun fixture:stop/1, fun old/0}},
        {"nor where the release is not known",
         {setup, fixture:start_in("x"), fun fixture:stop/1, fun old/0}}].

start() ->
    (fixture:start_in("6.2.2"))(),
    set("\"clientid_claim\": \"device\"", "").

set(Own, More) ->
    fixture:set(#{secret => fixture:secret(),
                  advanced => iolist_to_binary(["{\"emqx\": {", Own, "}", More, "}"])}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config).

answer(Claims) -> element(2, connect(token(Claims))).

told() ->
    {Connection, Answer} = connect(token(#{device => <<"d-1">>})),
    ?assertEqual({ok, #{is_superuser => false, clientid_override => <<"d-1">>}}, Answer),
    ?assertMatch(#{clientid := <<"d-1">>}, broker_connections:kept(Connection)).

permissions() ->
    {Connection, {ok, _}} = connect(token(#{device => <<"d-1">>, acl => #{pub => [<<"%c">>]}})),
    Client = broker_connections:kept(Connection),
    ?assertEqual([allow, deny], [may({Connection, Client}, publish, Topic) || Topic <- [<<"d-1">>, <<"c1">>]]).

same() -> ?assertEqual({ok, #{is_superuser => false}}, answer(#{device => <<"c1">>})).

missing() ->
    NoId = (client(token(#{})))#{clientid => undefined},
    ?assertEqual({error, bad_username_or_password},
                 broker_connections:run(broker_connections:open(), fun() -> broker:connect(NoId) end)),
    [?assertEqual(?BAD, answer(Claims)) || Claims <- [#{}, #{devices => <<"d">>}, #{x => #{device => <<"d">>}}]],
    ?assertEqual(4, fixture:counted(claim_mismatch)),
    ?assertEqual(0, emqx_jwt_auth_sessions:size()).

bad() ->
    [?assertEqual(?BAD, answer(#{device => Id}))
     || Id <- [<<>>, <<"#">>, <<"a+">>, <<"a/b">>, <<"a", 0>>, <<"a\n">>, <<16#85/utf8>>, <<"$SYS">>,
               binary:copy(<<"x">>, 1025), 1, true, null, #{a => b}, [<<"d">>]]].

good() ->
    [?assertMatch({ok, #{clientid_override := Id}}, answer(#{device => Id}))
     || Id <- [<<"a">>, <<"a b\"\\">>, <<"caf\x{e9} \x{1f600}"/utf8>>, <<"a$">>, binary:copy(<<"x">>, 1024)]],
    Escaped = <<"{\"devic\\u0065\": \"d\\u002D1\"}">>,
    ?assertMatch({ok, #{clientid_override := <<"d-1">>}}, answer(Escaped)).

conditions() ->
    set("\"clientid_claim\": \"device\"", ", \"verify_claims\": {\"for\": \"%c\"}"),
    ?assertEqual(?BAD, answer(#{device => <<"d">>, for => <<"c1">>})),
    ?assertEqual(?BAD, answer(#{device => <<"d">>, for => <<"d">>})),
    ?assertMatch({ok, _}, answer(#{device => <<"c1">>, for => <<"c1">>})).

ended() ->
    {Connection, {ok, _}} = connect(token(#{device => <<"d-1">>})),
    fixture:set(#{secret => <<"another long secret of the tests">>}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    until(fun() -> tick(), not is_process_alive(Connection) end),
    ?assertEqual([<<"d-1">>], broker_connections:kicked()).

stream() ->
    {Connection, {ok, _}} = connect(token(#{device => <<"d-1">>, acl => #{pub => [<<"t">>]}})),
    Stream = {broker_connections:open(), broker_connections:kept(Connection)},
    ?assertEqual([allow, deny], [may(Stream, publish, Topic) || Topic <- [<<"t">>, <<"u">>]]).

renewed() ->
    Method = #{auth_method => <<"jwt">>, auth_cache => #{}},
    Token = fun(Device) -> token(#{device => Device, acl => #{pub => [<<"%c">>]}}) end,
    {Connection, {ok, _}} = connect(maps:merge(client(undefined), Method#{auth_data => Token(<<"d-1">>)})),
    Again = fun(Data) ->
                broker_connections:run(Connection, fun() -> broker:reauthenticate(<<"jwt">>, Data) end)
            end,
    ?assertEqual({ok, #{is_superuser => false}}, Again(Token(<<"d-1">>))),
    Client = broker_connections:kept(Connection),
    ?assertEqual(<<"d-1">>, maps:get(clientid, Client)),
    ?assertEqual([allow, deny], [may({Connection, Client}, publish, Topic) || Topic <- [<<"d-1">>, <<"c1">>]]),
    ?assertEqual({error, not_authorized}, Again(Token(<<"c1">>))),
    ?assertEqual(1, fixture:counted(identity_changed)).

silent() ->
    ?assertEqual(?BAD, answer(#{device => <<"a secret/word">>})),
    until(fun() -> binary:match(fixture:logged(), <<"the client id in the token">>) =/= nomatch end),
    ?assertEqual([], [Text || {_, Text, #{clientid := <<"c1">>} = Meta} <- ets:tab2list(fixture),
                              not maps:is_key(tag, Meta)]),
    ?assertEqual(nomatch, binary:match(fixture:logged(), <<"secret/word">>)).

tenant() ->
    set("\"tenant\": true", ""),
    ?assertEqual({ok, #{is_superuser => false, client_attrs => #{<<"tns">> => <<"t1">>}}},
                 answer(#{client_attrs => #{tns => <<"t1">>}})),
    set("\"tenant\": false", ""),
    ?assertEqual({ok, #{is_superuser => false}}, answer(#{client_attrs => #{tns => <<"t1">>}})).

old() ->
    Form = #{<<"secret">> => <<"x">>, <<"advanced">> => <<"{\"emqx\": {\"clientid_claim\": \"device\"}}">>},
    ?assertEqual({error, <<"`emqx`: `clientid_claim`: EMQX before 6.0 cannot give a client another client id">>},
                 emqx_jwt_auth_app:on_config_changed(#{}, Form)).
