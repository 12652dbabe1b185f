%% What a client is answered: may it connect, use a topic, go on by another token?
-module(jwt_auth_decisions_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [verifier/0, verifier/1, session/2, secret/0, other_secret/0, claims/0,
                           token/1, token/2, client/0, client/1]).

a_good_token_is_allowed_test() ->
    {allow, Map} = jwt_auth:check(verifier(), client()),
    ?assertMatch(#{superuser := false, expires_at := 4102444800, session := _}, Map),
    ?assertEqual(3, map_size(Map)).

a_token_without_end_has_no_expiry_test() ->
    {allow, Map} = jwt_auth:check(verifier(), client(token(<<"{\"is_superuser\":true}">>))),
    ?assertMatch(#{superuser := true, session := _}, Map),
    ?assertEqual(2, map_size(Map)).

refusals_say_why_test() ->
    V = verifier(),
    Expired = token(<<"{\"exp\":1}">>),
    ?assertEqual({deny, expired}, jwt_auth:check(V, client(Expired))),
    ?assertEqual({deny, bad_signature}, jwt_auth:check(V, client(token(claims(), other_secret())))).

a_client_without_a_token_is_left_to_others_test() ->
    V = verifier(),
    ?assertEqual(ignore, jwt_auth:check(V, #{client_id => <<"c1">>})),
    ?assertEqual(ignore, jwt_auth:check(V, #{password => undefined})),
    ?assertEqual(ignore, jwt_auth:check(V, #{})).

an_empty_field_is_not_an_absent_one_test() ->
    V = verifier(#{secret => secret(), on_missing => deny, on_malformed => deny}),
    ?assertEqual({deny, missing_token}, jwt_auth:check(V, #{})),
    ?assertEqual({deny, malformed_token}, jwt_auth:check(V, #{password => <<>>})).

the_fields_are_those_of_the_client_test() ->
    V = verifier(#{secret => secret(), from => username,
                   verify_claims => #{cid => <<"${clientid}">>}}),
    Token = token(<<"{\"cid\":\"c7\"}">>),
    ?assertMatch({allow, _}, jwt_auth:check(V, #{username => Token, client_id => <<"c7">>})),
    ?assertEqual({deny, claim_mismatch},
                 jwt_auth:check(V, #{username => Token, client_id => <<"c8">>})).

the_address_may_be_a_binary_or_a_tuple_test() ->
    V = verifier(),
    Token = token(<<"{\"acl\":[{\"permission\":\"allow\",\"action\":\"publish\",\"topic\":\"t\","
                    "\"ipaddr\":\"10.0.0.0/8\"},{\"permission\":\"allow\",\"action\":\"publish\","
                    "\"topic\":\"t\",\"ipaddr\":\"2001:db8::/32\"}]}">>),
    Ask = fun(Address) ->
                  Client = (client(Token))#{peer_address => Address},
                  {allow, #{session := S}} = jwt_auth:check(V, Client),
                  jwt_auth:authorize(V, S, publish, <<"t">>, #{})
          end,
    Inside = [<<"10.1.2.3">>, {10, 1, 2, 3}, <<"2001:db8::7">>, {16#2001, 16#db8, 0, 0, 0, 0, 0, 7},
              {0, 0, 0, 0, 0, 16#ffff, 16#0a01, 16#0203}],
    ?assertEqual([allow || _ <- Inside], [Ask(A) || A <- Inside]),
    ?assertNotEqual(allow, Ask({11, 1, 2, 3})),
    ?assertNotEqual(allow, Ask(undefined)).

a_bound_token_needs_its_certificate_test() ->
    V = verifier(),
    Certificate = <<"abc">>,
    Digest = <<"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0">>,
    Bound = client(token(<<"{\"cnf\":{\"x5t#S256\":\"", Digest/binary, "\"}}">>)),
    ?assertMatch({allow, _}, jwt_auth:check(V, Bound#{peer_certificate => Certificate})),
    Refused = [Bound, Bound#{peer_certificate => undefined}, Bound#{peer_certificate => <<>>},
               Bound#{peer_certificate => <<"abd">>}],
    ?assertEqual([{deny, certificate_mismatch} || _ <- Refused],
                 [jwt_auth:check(V, Client) || Client <- Refused]).

a_session_is_asked_about_topics_test() ->
    V = verifier(),
    S = session(V, token(<<"{\"acl\":{\"pub\":[\"up/#\"],\"sub\":[\"down/+\"]}}">>)),
    ?assertEqual(allow, jwt_auth:authorize(V, S, publish, <<"up/1">>, #{qos => 1, retain => true})),
    ?assertEqual(allow, jwt_auth:authorize(V, S, subscribe, <<"down/+">>, #{qos => 2})),
    ?assertEqual(allow, jwt_auth:authorize(V, S, 'receive', <<"down/1">>, #{})),
    ?assertEqual(deny, jwt_auth:authorize(V, S, publish, <<"up/#">>, #{})),
    ?assertEqual(deny, jwt_auth:authorize(V, S, publish, <<>>, #{})),
    ?assertEqual(deny, jwt_auth:authorize(V, S, subscribe, <<"up/1">>, #{})).

qos_and_retain_reach_the_rules_test() ->
    V = verifier(),
    S = session(V, token(<<"{\"acl\":[{\"permission\":\"allow\",\"action\":\"publish\","
                           "\"topic\":\"t\",\"qos\":[1],\"retain\":true}]}">>)),
    Ask = fun(Options) -> jwt_auth:authorize(V, S, publish, <<"t">>, Options) end,
    ?assertEqual(allow, Ask(#{qos => 1, retain => true})),
    ?assertNotEqual(allow, Ask(#{qos => 0, retain => true})),
    ?assertNotEqual(allow, Ask(#{qos => 1, retain => false})),
    ?assertNotEqual(allow, Ask(#{qos => 1})),
    ?assertNotEqual(allow, Ask(#{retain => true})).

%% Rules that grant one QoS after the other, then one value of retain after the other.
every_qos_has_the_same_answer_or_the_answer_is_deny_test() ->
    Rule = fun(Action, More) ->
                   [<<"{\"permission\":\"allow\",\"action\":\"">>, Action, <<"\",\"topic\":\"t\"">>, More, $}]
           end,
    V = verifier(),
    Ask = fun(Rules, Action, HighestQos) ->
                  Claims = iolist_to_binary([<<"{\"acl\":[">>, lists:join($,, Rules), <<"]}">>]),
                  jwt_auth:authorize_every_qos(V, session(V, token(Claims)), Action, <<"t">>, HighestQos)
          end,
    All = Rule("all", ""),
    ?assertEqual([allow, allow, allow], [Ask([All], A, 2) || A <- [publish, subscribe, 'receive']]),
    ?assertEqual([no_match, no_match], [Ask([], A, 2) || A <- [publish, subscribe]]),
    Two = Rule("all", ",\"qos\":[0,1]"),
    ?assertEqual([{A, Q, case Q of 2 -> deny; _ -> allow end} || A <- [publish, subscribe], Q <- [0, 1, 2]],
                 [{A, Q, Ask([Two], A, Q)} || A <- [publish, subscribe], Q <- [0, 1, 2]]),
    Retained = Rule("publish", ",\"retain\":true"),
    ?assertEqual([deny, deny, deny], [Ask([Retained], publish, Q) || Q <- [0, 1, 2]]),
    ?assertEqual(allow, Ask([Retained, Rule("publish", ",\"retain\":false")], publish, 2)).

a_token_without_permissions_says_nothing_test() ->
    V = verifier(),
    S = session(V, token(claims())),
    ?assertEqual(no_match, jwt_auth:authorize(V, S, publish, <<"t">>, #{})).

a_session_is_renewed_by_another_token_of_its_client_test() ->
    V = verifier(),
    S = session(V, token(<<"{\"sub\":\"alice\",\"acl\":{\"pub\":[\"a\"]},\"exp\":4102444800}">>)),
    Next = token(<<"{\"sub\":\"alice\",\"acl\":{\"pub\":[\"b\"]},\"exp\":4102444801}">>),
    {allow, #{session := Renewed} = Map} = jwt_auth:renew(V, S, client(Next)),
    ?assertEqual(#{superuser => false, expires_at => 4102444801}, maps:remove(session, Map)),
    Ask = fun(Session) -> [jwt_auth:authorize(V, Session, publish, T, #{}) || T <- [<<"a">>, <<"b">>]] end,
    ?assertEqual([[allow, deny], [deny, allow]], [Ask(S), Ask(Renewed)]).

a_renewal_is_refused_with_a_reason_test() ->
    V = verifier(),
    S = session(V, token(<<"{\"sub\":\"alice\"}">>)),
    Renew = fun(Client) -> jwt_auth:renew(V, S, Client) end,
    ?assertEqual({deny, identity_changed}, Renew(client(token(<<"{\"sub\":\"bob\"}">>)))),
    ?assertEqual({deny, expired}, Renew(client(token(<<"{\"sub\":\"alice\",\"exp\":1}">>)))),
    ?assertEqual({deny, missing_token}, Renew(#{client_id => <<"c1">>})),
    ok = jwt_auth:free(V),
    ?assertEqual({deny, undecided}, Renew(client(token(<<"{\"sub\":\"alice\"}">>)))).

%% Far more than the reductions of the call itself.
a_long_signature_uses_up_the_time_slice_test() ->
    V = verifier(#{public_key => jwt_auth_fixture:key_file("rsa4096.pub.pem")}),
    Token = jwt_auth_fixture:vector("RS256 with rsa4096"),
    {reductions, Before} = process_info(self(), reductions),
    _ = jwt_auth:check(V, client(Token)),
    {reductions, After} = process_info(self(), reductions),
    ?assert(After - Before >= 40).
