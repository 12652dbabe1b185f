-module(jwt_auth_json_tests).
-include_lib("eunit/include/eunit.hrl").

text(Term) ->
    {ok, Json} = jwt_auth_json:encode(Term),
    iolist_to_binary(Json).

an_object_has_keys_that_are_atoms_or_binaries_test() ->
    ?assertEqual(<<"{\"a\":1,\"b\":2}">>, text(#{a => 1, <<"b">> => 2})).

atoms_are_strings_but_three_test() ->
    ?assertEqual(<<"[true,false,null,\"der\"]">>, text([true, false, null, der])).

numbers_are_numbers_test() ->
    ?assertEqual(<<"[-7,0.5,1.0e-5,\"\"]">>, text([-7, 0.5, 1.0e-5, <<>>])).

an_empty_list_is_an_array_and_an_empty_map_an_object_test() ->
    ?assertEqual(<<"[[],{}]">>, text([[], #{}])).

a_string_is_escaped_test() ->
    ?assertEqual(<<"\"\\\"\\\\\\u0000\\u001f/\\u000a", "é"/utf8, "\"">>,
                 text(<<"\"\\", 0, 31, "/\n", "é"/utf8>>)).

a_string_that_is_not_utf8_is_refused_test() ->
    ?assertEqual({error, <<"a.b: text that is not UTF-8">>},
                 jwt_auth_json:encode(#{a => #{b => <<255>>}})).

an_erlang_string_is_refused_test() ->
    ?assertEqual({error, <<"secret: a list of integers; write text as a binary">>},
                 jwt_auth_json:encode(#{secret => "hidden"})).

undefined_is_refused_test() ->
    ?assertEqual({error, <<"from: undefined is not a value; leave it out">>},
                 jwt_auth_json:encode(#{from => undefined})).

a_key_twice_is_refused_test() ->
    ?assertEqual({error, <<"a key twice, as an atom and as a binary">>},
                 jwt_auth_json:encode(#{a => 1, <<"a">> => 2})).

other_terms_are_refused_test() ->
    [?assertEqual({error, <<"x: a term that JSON has nothing for">>}, jwt_auth_json:encode(#{x => T}))
     || T <- [{a, b}, self(), make_ref(), fun() -> ok end, <<1:1>>]].

an_improper_list_is_refused_test() ->
    ?assertEqual({error, <<"x: an improper list">>}, jwt_auth_json:encode(#{x => [a | b]})).

a_key_of_another_type_is_refused_test() ->
    ?assertEqual({error, <<"a key that is neither an atom nor a binary">>},
                 jwt_auth_json:encode(#{1 => a})).
