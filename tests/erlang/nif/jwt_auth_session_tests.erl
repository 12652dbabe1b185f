%% What a session tells of its token and its client.
-module(jwt_auth_session_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [verifier/0, session/2, secret/0, claims/0, token/1, client/0, client/1]).

what_a_token_says_can_be_read_test() ->
    Claims = <<"{\"client_attrs\":{\"site\":\"a\",\"n\":7,\"on\":true,\"list\":[]}}">>,
    S = session(verifier(), token(Claims)),
    ?assertEqual({ok, Claims}, jwt_auth:claims(S)),
    ?assertEqual(#{<<"site">> => <<"a">>, <<"n">> => <<"7">>, <<"on">> => <<"true">>},
                 jwt_auth:attributes(S)).

a_session_has_the_user_name_that_a_claim_says_test() ->
    {ok, Named} = jwt_auth:new(#{secret => secret(), username_claim => <<"name">>}),
    Token = token(<<"{\"name\":\"a/\\u0000\"}">>),
    ?assertEqual(<<"a/", 0>>, jwt_auth:username(session(Named, Token))),
    ?assertEqual(undefined, jwt_auth:username(session(verifier(), Token))),
    ?assertEqual({deny, missing_claim}, jwt_auth:check(Named, client(token(<<"{}">>)))),
    ?assertError(badarg, jwt_auth:username(Named)).

a_session_has_the_fingerprint_of_its_token_test() ->
    Token = token(claims()),
    <<Digest:32, _/binary>> = crypto:hash(sha256, Token),
    Expected = iolist_to_binary(io_lib:format("~8.16.0b", [Digest])),
    S = session(verifier(), Token),
    ?assertEqual(Expected, jwt_auth:fingerprint(S)),
    ?assertError(badarg, jwt_auth:fingerprint(make_ref())).

%% Not one atom is made from what comes in.
no_atoms_are_made_test() ->
    V = verifier(),
    _ = jwt_auth:check(V, client()),
    Before = erlang:system_info(atom_count),
    [begin
         Name = integer_to_binary(erlang:unique_integer([positive])),
         Claims = <<"{\"client_attrs\":{\"k", Name/binary, "\":\"v", Name/binary, "\"}}">>,
         _ = jwt_auth:attributes(session(V, token(Claims)))
     end || _ <- lists:seq(1, 100)],
    ?assertEqual(Before, erlang:system_info(atom_count)).
