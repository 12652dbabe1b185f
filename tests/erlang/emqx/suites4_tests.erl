%% The cases of EMQX's own suites for 4.2 and 4.4, emqx_auth_jwt_SUITE: through the hooks, and with
%% the outcome that this library means to have. Where it differs, the comment says so.
-module(suites4_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, token/2, now/0, connect/1, may/3]).
-compile({no_auto_import, [now/0]}).

-define(BAD, {error, bad_username_or_password}).
-define(GOOD, {ok, #{is_superuser => false}}).
-define(KEY, <<"emqxsecret">>).

with(Options, Tests) ->
    Start = fun() -> fixture:start(Options#{secret => ?KEY}), broker_permissions:remember(false) end,
    {foreach, Start, fun fixture:stop/1, Tests}.

all_test_() ->
    Claim = fun(Name, Value) -> #{verify_claims => [#{name => Name, value => Value}]} end,
    [with(#{}, [{"t_check_auth", fun check_auth/0},
                {"t_check_nbf", fun nbf/0},
                {"t_check_auth_invalid_exp", fun invalid_exp/0},
                {"t_check_auth_str_exp", fun str_exp/0},
                {"t_check_auth_float_exp", fun float_exp/0},
                {"t_check_claims_kid_in_header", fun kid/0},
                {"t_check_jwt_acl_no_acl_claim", fun no_acl/0},
                {"t_check_jwt_acl_no_jwt_claims", fun no_claims/0},
                {"t_check_jwt_acl_no_recs", fun no_recs/0},
                {"t_check_jwt_acl_expire", fun acl_expire/0},
                {"t_check_jwt_acl_no_exp", fun no_exp/0}]),
     with(#{advanced => <<"{\"check_iat\": true}">>}, [{"t_check_iat", fun iat/0}]),
     with(Claim(<<"sub">>, <<"value">>), [{"t_check_claims", fun claims/0},
                                          {"t_check_jwt_acl", fun acl/0}]),
     with(Claim(<<"clientid">>, <<"%c">>), [{"t_check_claims_clientid", fun clientid/0}]),
     with(Claim(<<"username">>, <<"%u">>), [{"t_check_claims_username", fun username/0}])].

try_token(Claims) -> element(2, connect(token(Claims, ?KEY))).
wrong_key(Claims) -> element(2, connect(token(Claims, <<"secret">>))).

check_auth() ->
    ?assertEqual(?GOOD, try_token(#{clientid => client1, username => plain, exp => now() + 3})),
    ?assertEqual(?BAD, try_token(#{clientid => client1, username => plain, exp => now() - 1})),
    ?assertEqual(?BAD, wrong_key(#{clientid => client1, username => plain})),
    ?assertEqual(?BAD, element(2, connect(<<"asd">>))).

nbf() -> ?assertEqual(?BAD, try_token(#{nbf => now() + 3})).
iat() -> ?assertEqual(?BAD, try_token(#{iat => now() + 3})).

invalid_exp() ->
    ?assertEqual(?BAD, try_token(#{exp => #{foo => bar}})),
    ?assertEqual(?BAD, try_token(#{exp => foobar})).

str_exp() ->
    ?assertEqual(?GOOD, try_token(#{exp => integer_to_binary(now() + 3)})),
    ?assertEqual(?BAD, try_token(#{exp => <<"0">>})),
    ?assertEqual(?GOOD, try_token(#{exp => <<(integer_to_binary(now() + 3))/binary, ".5">>})).

float_exp() ->
    ?assertEqual(?GOOD, try_token(#{exp => now() + 3.5})),
    ?assertEqual(?BAD, try_token(#{exp => 1.5})).

claims() ->
    ?assertEqual(?GOOD, try_token(#{sub => value, exp => now() + 3})),
    ?assertEqual(?BAD, try_token(#{sub => other})),
    ?assertEqual(?BAD, wrong_key(#{})).

clientid() ->
    ?assertEqual(?GOOD, try_token(#{clientid => c1})),
    ?assertEqual(?BAD, try_token(#{clientid => client23})),
    ?assertEqual(?BAD, wrong_key(#{clientid => c1})).

username() ->
    ?assertEqual(?GOOD, try_token(#{username => u1})),
    ?assertEqual(?BAD, try_token(#{username => plain})),
    ?assertEqual(?BAD, wrong_key(#{username => u1})).

kid() ->
    Header = <<"{\"alg\":\"HS256\",\"kid\":\"a_kid_str\"}">>,
    ?assertEqual(?GOOD, element(2, connect(fixture:token_of(Header, <<"{}">>, ?KEY)))).

acl() ->
    Acl = #{sub => [<<"a/b">>], pub => [<<"c/d">>], all => [<<"all">>]},
    {Connection, {ok, _}} = connect(token(#{sub => value, exp => now() + 10, acl => Acl}, ?KEY)),
    ?assertEqual([allow, allow, deny, deny, allow, allow],
                 [may(Connection, Action, Topic)
                  || {Action, Topic} <- [{subscribe, <<"a/b">>}, {publish, <<"c/d">>},
                                         {subscribe, <<"c/d">>}, {publish, <<"a/b">>},
                                         {subscribe, <<"all">>}, {publish, <<"all">>}]]).

%% There acl_nomatch = deny makes the refusal; here it is for that setting to do so, too.
no_acl() ->
    {Connection, {ok, _}} = connect(token(#{exp => now() + 10}, ?KEY)),
    ?assertEqual(nomatch, may(Connection, subscribe, <<"a/b">>)).

no_claims() ->
    Connection = broker_connections:open(),
    ?assertEqual(nomatch, may(Connection, subscribe, <<"a/b">>)).

no_recs() ->
    {Connection, {ok, _}} = connect(token(<<"{\"acl\": []}">>, ?KEY)),
    ?assertEqual(nomatch, may(Connection, subscribe, <<"a/b">>)).

%% The session reaper must not end the session before it is asked about.
acl_expire() ->
    {Connection, {ok, _}} = connect(token(#{exp => now() + 1, acl => #{sub => [<<"a/b">>]}}, ?KEY)),
    sys:suspend(emqx_jwt_auth_session_reaper),
    ?assertEqual(allow, may(Connection, subscribe, <<"a/b">>)),
    fixture:until(fun() -> may(Connection, subscribe, <<"a/b">>) =:= deny end).

no_exp() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{sub => [<<"a/b">>]}}, ?KEY)),
    ?assertEqual(allow, may(Connection, subscribe, <<"a/b">>)).
