%% What holds for the whole library: that it is loaded, what it tells an operator, and what it does
%% with wrong arguments.
-module(jwt_auth_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [verifier/0, verifier/1, session/2, config/0, secret/0, claims/0, token/1,
                           client/0, client/1]).

the_library_is_loaded_test() ->
    ?assertEqual(ok, jwt_auth:status()).

the_application_has_the_version_of_the_library_test() ->
    application:load(jwt_auth),
    {ok, Version} = application:get_key(jwt_auth, vsn),
    ?assertEqual(Version, binary_to_list(jwt_auth:version())).

the_reasons_are_those_of_the_library_test() ->
    [?assertEqual(Name, atom_to_binary(Atom)) || {Atom, Name} <- jwt_auth_nif:reasons()],
    ?assertMatch({unknown, <<"unknown">>}, lists:last(jwt_auth_nif:reasons())).

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
