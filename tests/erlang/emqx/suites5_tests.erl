%% The cases of EMQX's own suites for 5: emqx_authn_jwt_SUITE, emqx_authn_jwt_expire_SUITE and
%% emqx_authz_jwt_SUITE, as far as they go through the hooks, with the outcome that this library
%% means to have. A token that EMQX ignores for its signature is refused here.
-module(suites5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, token/2, token_of/3, now/0, client/1, connect/1, may/3]).
-compile({no_auto_import, [now/0]}).

-define(BAD, {error, bad_username_or_password}).

with(Options, Tests) ->
    Start = fun() -> fixture:start(Options), broker_permissions:remember(false) end,
    {foreach, Start, fun fixture:stop/1, Tests}.

hmac(Claims) -> hmac(Claims, #{}).
hmac(Claims, More) ->
    maps:merge(#{secret => <<"abcdef">>,
                 verify_claims => [#{name => Name, value => Value} || {Name, Value} <- Claims]}, More).

rsa() -> #{public_key => fixture:key_file("rsa2048.pub.pem")}.

all_test_() ->
    [with(hmac([{<<"username">>, <<"${username}">>}]),
          [{"t_hmac_based", fun hmac_based/0},
           {"t_on_missing_jwt, deny", fun missing_denied/0},
           {"t_invalid_signature_hardened_denies", fun bad_signature/0},
           {"t_jwt_expire", fun expire/0}]),
     with(hmac([], #{secret => <<"YWJjZGVm">>, secret_base64_encoded => true}),
          [{"t_hmac_based, base64", fun base64/0}]),
     with(hmac([], #{secret => <<"emqxsecre">>, secret_base64_encoded => true}),
          [{"t_hmac_based, not base64", fun not_base64/0}]),
     with(hmac([], #{on_missing => ignore}), [{"t_on_missing_jwt, ignore", fun missing_ignored/0}]),
     with(rsa(), [{"t_public_key", fun public_key/0}]),
     with(hmac([], #{from => username}), [{"t_jwt_in_username", fun in_username/0}]),
     with(hmac([{<<"id">>, <<"${username}-${clientid}">>}]), [{"t_complex_template", fun template/0}]),
     with(hmac([{<<"foo">>, <<"bar">>}]), [{"t_verify_claims", fun verify_claims/0}]),
     with(hmac([{<<"foo">>, <<"${username}">>}]), [{"t_verify_claims, template", fun verify_template/0}]),
     with(hmac([{<<"cl">>, <<"${clientid}">>}]), [{"t_verify_claim_clientid", fun verify_clientid/0}]),
     with(hmac([{<<"aud">>, <<"myapp">>}]), [{"t_verify_claim_aud", fun aud/0}]),
     with(hmac([{<<"aud">>, <<"${username}">>}]), [{"t_verify_claim_aud, template", fun aud_template/0}]),
     with(hmac([{<<>>, <<"x">>}]), [{"t_jwt_not_allow_empty_claim_name", fun empty_name/0}]),
     with(hmac([{<<"username">>, <<"${username}">>}], #{disconnect_after_expire => false}),
          [{"t_topic_rules", fun topic_rules/0},
           {"t_topic_rules_v2", fun topic_rules_v2/0},
           {"t_check_pub and t_check_no_recs", fun no_recs/0},
           {"t_check_no_acl_claim", fun no_acl/0},
           {"t_check_str_exp", fun str_exp/0},
           {"t_check_expire", fun check_expire/0},
           {"t_check_no_expire and t_check_undefined_expire", fun no_expire/0},
           {"t_invalid_rule", fun invalid_rule/0}])]
    ++ [with(#{public_key => Key}, [{"t_bad_public_keys", fun bad_key/0}])
        || Key <- [<<"bad_public_key">>, <<"/no/such/file">>, <<"/etc/passwd">>]].

signed(Claims) -> token(Claims, <<"abcdef">>).
answer(Claims) -> element(2, connect(signed(Claims))).
good(Claims) -> ?assertMatch({ok, #{is_superuser := false}}, answer(Claims)).
bad(Claims) -> ?assertEqual(?BAD, answer(Claims)).

hmac_based() ->
    U = #{username => u1},
    good(U#{exp => now() + 60}),
    ?assertMatch({ok, #{is_superuser := true}}, answer(U#{exp => now() + 60, is_superuser => true})),
    ?assertEqual(?BAD, element(2, connect(token(U, <<"bad_secret">>)))),
    ?assertEqual(?BAD, element(2, connect(token_of(<<"{\"alg\":\"none\"}">>, <<"{\"username\":\"u1\"}">>, <<"abcdef">>)))),
    ?assertEqual(?BAD, element(2, connect(token_of(<<"{\"alg\":\"RS256\"}">>, <<"{\"username\":\"u1\"}">>, <<"abcdef">>)))),
    bad(#{username => otheruser}),
    bad(U#{exp => now() - 60}),
    good(U#{exp => now() + 60}),
    good(U#{iat => now() - 60, exp => now() + 60}),
    good(U#{iat => now() + 60}),
    good(U#{nbf => now() - 60, exp => now() + 60}),
    bad(U#{nbf => now() + 60, exp => now() + 120}).

base64() -> good(#{}).

not_base64() ->
    ?assertEqual({error, server_unavailable}, answer(#{})),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"secret">>)).

missing_denied() -> ?assertEqual(?BAD, element(2, connect(client(undefined)))).
missing_ignored() -> ?assertEqual(anonymous, element(2, connect(client(undefined)))).
bad_signature() -> ?assertEqual(?BAD, element(2, connect(token(#{username => u1}, <<"other">>)))).

public_key() ->
    Pem = element(2, file:read_file(fixture:key_file("rsa2048.pub.pem"))),
    ?assertMatch({ok, _}, element(2, connect(fixture:rsa_token("rsa2048.key.pem", <<"{}">>)))),
    ?assertEqual(?BAD, element(2, connect(fixture:rsa_token("rsa2048-other.key.pem", <<"{}">>)))),
    ?assertEqual(?BAD, element(2, connect(<<"badpassword">>))),
    ?assertEqual(?BAD, element(2, connect(token(#{}, Pem)))).

bad_key() ->
    ?assertEqual({error, server_unavailable}, answer(#{})),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"public_key">>)).

in_username() ->
    ?assertMatch({ok, _}, element(2, connect((client(undefined))#{username => signed(#{})}))).

%% What a client did not send is nothing that a claim can equal; EMQX takes it for empty text.
template() ->
    good(#{id => <<"u1-c1">>}),
    NoName = (client(signed(#{id => <<"-c1">>})))#{username => undefined},
    ?assertEqual(?BAD, element(2, connect(NoName))).

verify_claims() ->
    good(#{foo => bar, exp => now() + 10.5}),
    good(#{foo => bar}),
    bad(#{foo => baz}),
    bad(#{}).

verify_template() ->
    bad(#{}), bad(#{foo => notmyuser}), good(#{foo => u1}), good(#{foo => u1, exp => now() + 10}).

verify_clientid() -> good(#{cl => c1}), bad(#{cl => c2}).

aud() ->
    good(#{aud => myapp}), bad(#{aud => otherapp}), good(#{aud => [myapp, otherapp]}),
    bad(#{aud => [app1, app2]}), bad(#{aud => <<>>}), bad(#{aud => []}), bad(#{}).

aud_template() ->
    good(#{aud => u1}), good(#{aud => [u1, otheruser]}), bad(#{aud => [x]}).

empty_name() ->
    ?assertEqual({error, server_unavailable}, answer(#{})),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"verify_claims">>)).

expire() ->
    At = now() + 3,
    ?assertMatch({ok, #{expire_at := Ms}} when Ms =:= At * 1000, answer(#{username => u1, exp => At})).

subscribed(Claims, Topics) ->
    {Connection, {ok, _}} = connect(signed(Claims#{username => u1})),
    [may(Connection, subscribe, Topic) || Topic <- Topics].

topics(Kind) ->
    [<<"eq test", Kind/binary, "1/${username}">>, <<"test", Kind/binary, "2/${clientid}">>,
     <<"test", Kind/binary, "3/#">>].

topic_rules() ->
    kept_to(#{pub => topics(<<"pub">>), sub => topics(<<"sub">>), all => topics(<<"all">>)}).

topic_rules_v2() ->
    Rules = [#{permission => allow, action => Action, topics => topics(Kind)}
             || {Action, Kind} <- [{pub, <<"pub">>}, {sub, <<"sub">>}, {all, <<"all">>}]],
    kept_to(Rules ++ [#{permission => deny, action => all, topic => <<"#">>}]).

kept_to(Acl) ->
    Denied = [<<"testpub1/u1">>, <<"testpub2/c1">>, <<"testpub3/foobar">>, <<"testsub1/u1">>,
              <<"testsub2/u1">>, <<"testsub1/c1">>, <<"testsub4/foobar">>, <<"testall1/u1">>,
              <<"testall2/u1">>, <<"testall1/c1">>, <<"testall4/foobar">>],
    Allowed = [<<"testsub1/${username}">>, <<"testsub2/c1">>, <<"testsub3/foobar">>,
               <<"testsub3/+/foobar">>, <<"testsub3/#">>, <<"testall1/${username}">>,
               <<"testall2/c1">>, <<"testall3/foobar">>, <<"testall3/+/foobar">>, <<"testall3/#">>],
    ?assertEqual([deny || _ <- Denied] ++ [allow || _ <- Allowed],
                 subscribed(#{acl => Acl}, Denied ++ Allowed)).

no_recs() ->
    {Connection, {ok, _}} = connect(signed(#{username => u1, acl => #{sub => [<<"a/b">>]}})),
    ?assertEqual(deny, may(Connection, publish, <<"a/b">>)),
    ?assertEqual([deny], subscribed(#{acl => #{}}, [<<"a/b">>])).

%% There authorization.no_match makes the refusal.
no_acl() -> ?assertEqual([nomatch], subscribed(#{}, [<<"a/b">>])).

str_exp() ->
    ?assertEqual([allow], subscribed(#{exp => integer_to_binary(now() + 10), acl => #{sub => [<<"a/b">>]}},
                                     [<<"a/b">>])).

check_expire() ->
    {Connection, {ok, _}} = connect(signed(#{username => u1, exp => now() + 1, acl => #{sub => [<<"a/b">>]}})),
    ?assertEqual(allow, may(Connection, subscribe, <<"a/b">>)),
    fixture:until(fun() -> may(Connection, subscribe, <<"a/b">>) =:= deny end),
    ?assertEqual(true, is_process_alive(Connection)).

no_expire() -> ?assertEqual([allow, deny], subscribed(#{acl => #{sub => [<<"a/b">>]}}, [<<"a/b">>, <<"a/bar">>])).

invalid_rule() ->
    Rule = #{permission => allow, action => publish, topic => <<"t">>},
    Bad = [maps:remove(action, Rule), maps:remove(topic, Rule), Rule#{permission => unknown},
           Rule#{action => unknown}, Rule#{qos => 3}],
    [bad(#{username => u1, acl => [Rule, One]}) || One <- Bad].
