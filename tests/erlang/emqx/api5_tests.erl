%% The API of the plugin, as EMQX 6 calls it.
-module(api5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1]).

all_test_() ->
    [{Name, {setup, fixture:start_in("6.2.2"), fun fixture:stop/1, Test}} ||
        {Name, Test} <- [
            {"it tells how the plugin is", fun status/0},
            {"it tells what is wrong", fun fault/0},
            {"it tells the statistics", fun stats/0},
            {"it tells why a client was refused", fun explain/0},
            {"it has no other answers", fun others/0},
            {"a request that cannot be answered crashes nothing", fun crash/0}]].

ask(Method, Path) -> emqx_jwt_auth_app:on_handle_api_call(Method, Path, #{headers => #{}}, #{}).

status() ->
    {_, {ok, _}} = connect(token(#{})),
    {ok, 200, #{}, Body} = ask(get, [<<"status">>]),
    ?assertMatch(#{healthy := true, health := <<"ok">>, decisions := #{allowed := 1, expired := 0}}, Body).

fault() ->
    emqx_jwt_auth_gate:close(unconfigured),
    ok = emqx_hooks:del('client.authorize', {emqx_jwt_auth_hooks5, on_authorize}),
    {ok, 200, #{}, Body} = ask(get, [<<"status">>]),
    ?assertMatch(#{healthy := false, health := <<"the hooks are not registered", _/binary>>}, Body),
    ?assertMatch({error, 503, #{}, #{code := <<"SERVICE_UNAVAILABLE">>}}, ask(get, [<<"stats">>])).

stats() ->
    _ = connect(client(<<"x">>)),
    {ok, 200, #{<<"content-type">> := <<"text/plain", _/binary>>}, Text} = ask(get, [<<"stats">>]),
    Line = <<"\njwt_auth_checks_total{decision=\"deny\",reason=\"malformed_token\"} 1\n">>,
    ?assertNotEqual(nomatch, binary:match(Text, Line)).

explain() ->
    Id = <<"caf\x{e9}/1"/utf8>>,
    Token = token(#{exp => 1}),
    _ = connect((client(Token))#{clientid => Id}),
    {ok, 200, _, Text} = ask(get, [<<"explain">>, Id]),
    ?assertMatch({match, _}, re:run(Text, "^refused at .*: expired, token [0-9a-f]{8}\nfailed +exp +exp 1970-")),
    ?assertEqual(nomatch, binary:match(Text, Token)),
    {ok, 200, _, None} = ask(get, [<<"explain">>, <<"nobody">>]),
    ?assertMatch(<<"no refusal of this client is kept;", _/binary>>, None).

others() ->
    [?assertEqual({error, not_found}, ask(Method, Path))
     || {Method, Path} <- [{get, []}, {get, [<<"x">>]}, {post, [<<"stats">>]}, {get, [<<"explain">>]},
                           {get, [<<"stats">>, <<"x">>]}, {delete, [<<"status">>]}, {odd, odd}]].

crash() ->
    emqx_jwt_auth_gate:open(not_a_verifier),
    ?assertMatch({error, 500, #{}, #{code := <<"INTERNAL_ERROR">>}}, ask(get, [<<"stats">>])),
    ?assertEqual(1, fixture:counted(crashed)).
