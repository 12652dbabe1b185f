%% The form in the dashboard, as the broker gives it to the plugin: every field has a value.
-module(form5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1]).

all_test_() ->
    [{setup, fun() -> fixture:start(maps:merge(form(), Form)) end, fun fixture:stop/1, {Name, Test}}
     || {Name, Form, Test} <- [
            {"a form with a key and nothing else is accepted", #{}, fun key_only/0},
            {"a row of claims that nobody filled in is left out",
             #{verify_claims => [#{name => <<>>, value => <<>>}]}, fun key_only/0},
            {"a form with a public key and nothing else is accepted",
             #{secret => <<>>, public_key => fixture:key_file("rsa2048.pub.pem")}, fun rsa_only/0},
            {"other options are JSON text", #{advanced => <<" {\"leeway\": 100} ">>}, fun leeway/0},
            {"other options may be an empty object", #{advanced => <<"{ }">>}, fun key_only/0},
            {"other options that are no object are refused",
             #{advanced => <<"leeway">>}, refused(<<"advanced">>)},
            {"an option of the form is refused among the others",
             #{advanced => <<"{\"from\": \"username\"}">>}, refused(<<"from">>)},
            {"a misspelled option is refused",
             #{advanced => <<"{\"leewy\": 1}">>}, refused(<<"leewy">>)},
            {"a form without a key is refused", #{secret => <<>>}, refused(<<"no key">>)}]].

form() ->
    #{secret => fixture:secret(), from => password, public_key => <<>>,
      signature_format => default, acl_claim_name => <<"acl">>, verify_claims => [],
      secret_base64_encoded => false, secret_file => <<>>, endpoint => <<>>, jwks_file => <<>>,
      on_missing => deny, disconnect_after_expire => true, revocations_file => <<>>,
      advanced => <<>>}.

key_only() ->
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(undefined))),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).

rsa_only() ->
    ?assertMatch({_, {ok, _}}, connect(fixture:rsa_token("rsa2048.key.pem", <<"{}">>))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))).

leeway() ->
    Answers = [element(1, element(2, connect(token(#{exp => fixture:now() - Ago})))) || Ago <- [50, 150]],
    ?assertEqual([ok, error], Answers).

refused(Named) ->
    fun() ->
        ?assertMatch({_, {error, server_unavailable}}, connect(token(#{}))),
        {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
        ?assertNotEqual({nomatch, Text}, {binary:match(Text, Named), Text})
    end.
