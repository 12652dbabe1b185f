%% Which user names a broker is given.
-module(jwt_auth_username_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [verifier/0, session/2, secret/0, token/1]).

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
