%% Where JSON text is cut.
-module(members_tests).
-include_lib("eunit/include/eunit.hrl").

-import(emqx_jwt_auth_members, [object/1, array/1, string/1]).

cut_test_() ->
    [{iolist_to_binary(["an object: ", Text]), ?_assertEqual({ok, Members}, object(Text))}
     || {Text, Members} <- [
            {<<"{}">>, []},
            {<<" {\r\n}\r\n">>, []},
            {<<"{\"a\":1}">>, [{<<"a">>, <<"1">>, <<"\"a\":1">>}]},
            {<<16#feff/utf8, "{\"a\": \"b\"}\n">>, [{<<"a">>, <<"\"b\"">>, <<"\"a\": \"b\"">>}]},
            {<<"{\"a\":[1,{\"b\":2}], \"c\" : \"},{\\\"\" }">>,
             [{<<"a">>, <<"[1,{\"b\":2}]">>, <<"\"a\":[1,{\"b\":2}]">>},
              {<<"c">>, <<"\"},{\\\"\"">>, <<"\"c\" : \"},{\\\"\"">>}]},
            {<<"{\"a:,\\u0062\":null}">>, [{<<"a:,b">>, <<"null">>, <<"\"a:,\\u0062\":null">>}]}]].

no_object_test_() ->
    [?_assertEqual(error, object(Text))
     || Text <- [<<>>, <<"[]">>, <<"{">>, <<"{a:1}">>, <<"{\"a\"}">>, <<"{\"a\":1,}">>, <<"{\"a\":1}}">>,
                 <<"{\"a:1}">>, <<"{\"a\":1:2}">>, <<"\"{}\"">>, not_text]].

array_test_() ->
    [?_assertEqual(Expected, array(Text))
     || {Text, Expected} <- [{<<"[]">>, {ok, []}}, {<<"[ 1, [2,3] ,\"a,]\"]">>, {ok, [<<"1">>, <<"[2,3]">>, <<"\"a,]\"">>]}},
                             {<<"{}">>, error}, {<<"[">>, error}, {<<"[\"]">>, error}]].

string_test_() ->
    [?_assertEqual(Expected, string(Text))
     || {Text, Expected} <- [
            {<<"\"\"">>, {ok, <<>>}}, {<<" \"a b\" ">>, {ok, <<"a b">>}},
            {<<"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"">>, {ok, <<"\"\\/\b\f\n\r\t">>}},
            {<<"\"caf\\u00E9 \\uD83D\\uDE00\"">>, {ok, <<"caf\x{e9} \x{1f600}"/utf8>>}},
            {<<"\"\\u0000\"">>, {ok, <<0>>}}]
            ++ [{Bad, error} || Bad <- [<<"a">>, <<"\"a">>, <<"\"a\"b\"">>, <<"\"\\x\"">>, <<"\"\\u12\"">>,
                                        <<"\"\\u+123\"">>, <<"\"\\ud83d\"">>, <<"\"\\ud83d\\u0041\"">>,
                                        <<"\"\\ude00\"">>, <<"\"\n\"">>, <<"\"", 16#ff, "\"">>, <<"1">>]]].
