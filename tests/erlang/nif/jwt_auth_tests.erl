-module(jwt_auth_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [config/0, secret/0, other_secret/0, claims/0, token/1, token/2, client/0, client/1]).

verifier() -> verifier(config()).
verifier(Config) ->
    {ok, Verifier} = jwt_auth:new(Config),
    Verifier.

session(Verifier, Token) ->
    {allow, #{session := Session}} = jwt_auth:check(Verifier, client(Token)),
    Session.

the_library_is_loaded_test() ->
    ?assertEqual(ok, jwt_auth:status()).

the_application_has_the_version_of_the_library_test() ->
    application:load(jwt_auth),
    {ok, Version} = application:get_key(jwt_auth, vsn),
    ?assertEqual(Version, binary_to_list(jwt_auth:version())).

the_reasons_are_those_of_the_library_test() ->
    [?assertEqual(Name, atom_to_binary(Atom)) || {Atom, Name} <- jwt_auth_nif:reasons()],
    ?assertMatch({unknown, <<"unknown">>}, lists:last(jwt_auth_nif:reasons())).

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

a_broker_is_given_a_user_name_that_it_can_have_test() ->
    {ok, Named} = jwt_auth:new(#{secret => secret(), username_claim => <<"name">>}),
    ForBroker = fun(Name) ->
                    {ok, Json} = jwt_auth_json:encode(#{name => Name}),
                    jwt_auth_username:for_broker(session(Named, token(iolist_to_binary(Json))))
                end,
    Longest = binary:copy(<<"x">>, 65535),
    Good = [<<"alice">>, <<"a b">>, <<"@$%">>, <<"a$">>, <<"caf", 16#e9/utf8>>, <<16#a0/utf8>>],
    Bad = [<<"+">>, <<"$SYS">>, <<"$">>, <<"a#">>, <<"/a">>, <<"a", 0>>, <<"\n">>, <<"a", 16#7f>>, <<16#85/utf8>>, <<16#9f/utf8>>],
    ?assertEqual([{ok, Name} || Name <- Good], [ForBroker(Name) || Name <- Good]),
    ?assertEqual([{Name, refused} || Name <- Bad], [{Name, ForBroker(Name)} || Name <- Bad]),
    {ok, Roomy} = jwt_auth:new(#{secret => secret(), username_claim => <<"name">>, max_token_size => 1048576}),
    Long = fun(Name) ->
               jwt_auth_username:for_broker(session(Roomy, token(<<"{\"name\":\"", Name/binary, "\"}">>)))
           end,
    ?assertEqual([{ok, Longest}, refused], [Long(Longest), Long(<<Longest/binary, "x">>)]),
    ?assertEqual(none, jwt_auth_username:for_broker(session(verifier(), token(<<"{\"name\":\"#\"}">>)))).

an_explanation_tells_all_that_is_wrong_test() ->
    V = verifier(#{secret => secret(), verify_claims => #{sub => <<"%u">>}}),
    {ok, Json} = jwt_auth:explain(V, client(token(<<"{\"sub\":\"bob\",\"exp\":1}">>))),
    [?assertNotEqual(nomatch, binary:match(Json, Part))
     || Part <- [<<"{\"decision\":\"deny\",\"reason\":\"expired\",">>,
                 <<"{\"check\":\"signature\",\"outcome\":\"passed\",">>,
                 <<"{\"check\":\"exp\",\"outcome\":\"failed\",">>,
                 <<"{\"check\":\"claim sub\",\"outcome\":\"failed\",">>]],
    {ok, Accepted} = jwt_auth:explain(verifier(), client()),
    ?assertMatch(<<"{\"decision\":\"allow\",", _/binary>>, Accepted),
    {ok, Missing} = jwt_auth:explain(V, #{}),
    ?assertNotEqual(nomatch, binary:match(Missing, <<"\"missing_token\"">>)).

what_was_counted_is_told_test() ->
    V = verifier(),
    _ = jwt_auth:check(V, client()),
    _ = jwt_auth:check(V, client(<<"x">>)),
    _ = jwt_auth:explain(V, client(<<"x">>)),
    {ok, Text} = jwt_auth:stats(V),
    [?assertNotEqual(nomatch, binary:match(Text, Line))
     || Line <- [<<"jwt_auth_checks_total{decision=\"allow\",reason=\"accepted\"} 1\n">>,
                 <<"jwt_auth_checks_total{decision=\"deny\",reason=\"malformed_token\"} 1\n">>]].

a_reload_changes_what_is_answered_test() ->
    V = verifier(),
    S = session(V, token(claims())),
    ?assertEqual(ok, jwt_auth:reload(V, #{secret => other_secret()})),
    ?assertEqual({deny, bad_signature}, jwt_auth:check(V, client())),
    ?assertEqual({deny, no_key}, jwt_auth:recheck(V, S)),
    ?assertEqual({allow, #{superuser => false, expires_at => 4102444800}},
                 jwt_auth:recheck(verifier(), S)).

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

a_configuration_that_is_not_accepted_is_named_test() ->
    V = verifier(),
    Expected = {error, <<"`secret`: expected a string">>},
    ?assertEqual(Expected, jwt_auth:new(#{secret => 1})),
    ?assertEqual(Expected, jwt_auth:new(<<"{\"secret\":1}">>)),
    ?assertEqual(Expected, jwt_auth:new(["{\"secret\"", [$: | <<"1}">>]])),
    ?assertEqual(Expected, jwt_auth:reload(V, #{secret => 1})),
    ?assertMatch({allow, _}, jwt_auth:check(V, client())).

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

%% Each wrong argument in the place of a good one.
wrong_calls() ->
    V = verifier(),
    S = session(V, token(claims())),
    Clients = [[], #{client_id => c1}, #{clientid => <<"c1">>}, #{password => "text"},
               #{password => <<1:1>>}, #{username => [<<"a">>]}, #{peer_address => {1, 2, 3}},
               #{peer_address => {1, 2, 3, 256}}, #{peer_address => {1, 2, 3, -1}},
               #{peer_address => {0, 0, 0, 0, 0, 0, 0, 65536}}, #{peer_address => {local, <<"x">>}},
               #{peer_certificate => {1, 2, 3, 4}}, #{peer_certificate => "abc"}],
    Options = [[], #{qos => 3}, #{qos => -1}, #{qos => <<"1">>}, #{retain => 1}, #{dup => true}],
    [{new, [atom]}, {new, [[-1]]}, {reload, [S, config()]}, {reload, [V, {}]}, {free, [S]},
     {free, [make_ref()]}, {check, [S, client()]}, {recheck, [V, V]}, {recheck, [S, S]},
     {explain, [S, client()]}, {stats, [S]}, {stats, [make_ref()]},
     {new_file, [atom]}, {new_file, [<<"a", 0, "b">>]}, {new_file, [[-1]]}, {new_file, [[a | b]]},
     {reload_file, [V, <<0>>]}, {reload_file, [S, "a"]}, {renew, [V, V, client()]},
     {renew, [S, S, client()]}, {renew, [V, S, #{password => "text"}]},
     {wait_ready, [S, 0]}, {wait_ready, [V, -1]}, {wait_ready, [V, 16#100000000]},
     {wait_ready, [V, infinity]},
     {claims, [V]}, {attributes, [V]}, {fingerprint, [V]}, {authorize, [S, S, publish, <<"t">>, #{}]},
     {authorize, [V, V, publish, <<"t">>, #{}]}, {authorize, [V, S, unsubscribe, <<"t">>, #{}]},
     {authorize, [V, S, publish, "t", #{}]}, {authorize_every_qos, [V, V, publish, <<"t">>, 2]},
     {authorize_every_qos, [V, S, unsubscribe, <<"t">>, 2]},
     {authorize_every_qos, [V, S, publish, "t", 2]}]
        ++ [{Asked, [V, Client]} || Asked <- [check, explain], Client <- Clients]
        ++ [{authorize, [V, S, publish, <<"t">>, O]} || O <- Options]
        ++ [{authorize_every_qos, [V, S, publish, <<"t">>, Q]} || Q <- [-1, 3, 1.0, <<"1">>]].

wrong_arguments_raise_badarg_and_are_not_in_the_stack_trace_test() ->
    lists:foreach(
      fun({Function, Arguments}) ->
              {Reason, Stack} = try {answered, apply(jwt_auth, Function, Arguments)}
                                catch error:R:Trace -> {R, Trace}
                                end,
              ?assertEqual({Function, Arguments, badarg}, {Function, Arguments, Reason}),
              ?assertMatch([{jwt_auth, _, Arity, _} | _] when is_integer(Arity), Stack),
              [{jwt_auth, Named, Count, _} | _] = Stack,
              ?assertEqual({Function, length(Arguments)}, {Named, Count})
      end, wrong_calls()).

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

%% Far more than the reductions of the call itself.
a_long_signature_uses_up_the_time_slice_test() ->
    V = verifier(#{public_key => jwt_auth_fixture:key_file("rsa4096.pub.pem")}),
    Token = jwt_auth_fixture:vector("RS256 with rsa4096"),
    {reductions, Before} = process_info(self(), reductions),
    _ = jwt_auth:check(V, client(Token)),
    {reductions, After} = process_info(self(), reductions),
    ?assert(After - Before >= 40).
