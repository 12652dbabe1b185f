%% How a verifier is made, reloaded and freed.
-module(jwt_auth_lifecycle_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [verifier/0, verifier/1, session/2, config/0, secret/0, other_secret/0,
                           claims/0, token/1, client/0]).

a_configuration_that_is_not_accepted_is_named_test() ->
    V = verifier(),
    Expected = {error, <<"`secret`: expected a string">>},
    ?assertEqual(Expected, jwt_auth:new(#{secret => 1})),
    ?assertEqual(Expected, jwt_auth:new(<<"{\"secret\":1}">>)),
    ?assertEqual(Expected, jwt_auth:new(["{\"secret\"", [$: | <<"1}">>]])),
    ?assertEqual(Expected, jwt_auth:reload(V, #{secret => 1})),
    ?assertMatch({allow, _}, jwt_auth:check(V, client())).

a_configuration_may_be_in_a_file_test() ->
    Path = filename:join(os:getenv("JWT_AUTH_WORK"), "jwt_auth.json"),
    ok = file:write_file(Path, <<"{\"secret\":\"", (secret())/binary, "\"}">>),
    {ok, V} = jwt_auth:new_file(Path),
    ?assertMatch({allow, _}, jwt_auth:check(V, client())),
    ok = file:write_file(Path, <<"{\"secret\":\"", (other_secret())/binary, "\"}">>),
    ?assertEqual(ok, jwt_auth:reload_file(V, list_to_binary(Path))),
    ?assertEqual({deny, bad_signature}, jwt_auth:check(V, client())),
    ok = file:write_file(Path, <<"{\"secret\":1}">>),
    Expected = iolist_to_binary(["`", Path, "`: `secret`: expected a string"]),
    ?assertEqual({error, Expected}, jwt_auth:new_file(Path)),
    ?assertEqual({error, Expected}, jwt_auth:reload_file(V, Path)),
    ok = jwt_auth:free(V),
    ?assertEqual({error, <<"the verifier was freed">>}, jwt_auth:reload_file(V, Path)).

%% As the file system of Erlang spells it.
the_name_of_a_file_may_have_any_letter_test() ->
    Path = filename:join(os:getenv("JWT_AUTH_WORK"), [16#e9, ".json"]),
    ok = file:write_file(Path, <<"{\"secret\":\"", (secret())/binary, "\"}">>),
    ?assertMatch({ok, _}, jwt_auth:new_file(Path)),
    ?assertMatch({error, _}, jwt_auth:new_file([16#e8 | Path])).

a_reload_changes_what_is_answered_test() ->
    V = verifier(),
    S = session(V, token(claims())),
    ?assertEqual(ok, jwt_auth:reload(V, #{secret => other_secret()})),
    ?assertEqual({deny, bad_signature}, jwt_auth:check(V, client())),
    ?assertEqual({deny, no_key}, jwt_auth:recheck(V, S)),
    ?assertEqual({allow, #{superuser => false, expires_at => 4102444800}},
                 jwt_auth:recheck(verifier(), S)).

a_verifier_without_endpoints_is_ready_test() ->
    V = verifier(),
    ?assert(jwt_auth:wait_ready(V, 0)),
    ok = jwt_auth:free(V),
    ?assertNot(jwt_auth:wait_ready(V, 0)).

%% A listener that accepts no connection lets it wait until the time is over.
a_verifier_is_not_ready_until_its_endpoint_has_answered_test() ->
    {ok, Listener} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Listener),
    V = verifier(#{endpoint => iolist_to_binary(io_lib:format("http://127.0.0.1:~b/", [Port]))}),
    ?assertNot(jwt_auth:wait_ready(V, 50)),
    ok = jwt_auth:free(V),
    ok = gen_tcp:close(Listener).

a_freed_verifier_refuses_test() ->
    V = verifier(),
    S = session(V, token(claims())),
    ?assertEqual(ok, jwt_auth:free(V)),
    ?assertEqual(ok, jwt_auth:free(V)),
    ?assertEqual({deny, undecided}, jwt_auth:check(V, client())),
    ?assertEqual({deny, undecided}, jwt_auth:recheck(V, S)),
    ?assertEqual(deny, jwt_auth:authorize(V, S, publish, <<"t">>, #{})),
    ?assertEqual(deny, jwt_auth:authorize_every_qos(V, S, publish, <<"t">>, 2)),
    Freed = {error, <<"the verifier was freed">>},
    ?assertEqual([Freed, Freed, Freed],
                 [jwt_auth:reload(V, config()), jwt_auth:explain(V, client()), jwt_auth:stats(V)]),
    ?assertEqual({ok, claims()}, jwt_auth:claims(S)).
