%% What the module answers where the native library cannot be loaded.
-module(jwt_auth_unloaded_tests).
-include_lib("eunit/include/eunit.hrl").

%% A virtual machine in which the application has no priv directory, or another one.
with_library(Spoil, Test) ->
    Copy = jwt_auth_fixture:copy_library(filename:join(os:getenv("JWT_AUTH_WORK"), "unloaded")),
    ok = Spoil(filename:join([Copy, "priv", "jwt_auth_nif.so"])),
    Peer = jwt_auth_fixture:start_node(Copy),
    try
        Test(fun(Function, Arguments) -> peer:call(Peer, jwt_auth, Function, Arguments) end, Peer)
    after
        peer:stop(Peer)
    end.

every_call_refuses_without_the_library_test_() ->
    {timeout, 60, fun() -> with_library(fun file:delete/1, fun every_call_refuses/2) end}.

every_call_refuses(Call, Peer) ->
    Text = <<"jwt_auth_nif.so is not in the priv directory of the application">>,
    V = make_ref(),
    ?assertEqual({module, jwt_auth_nif}, peer:call(Peer, code, ensure_loaded, [jwt_auth_nif])),
    ?assertEqual({error, Text}, Call(status, [])),
    ?assertEqual(not_loaded, Call(version, [])),
    ?assertEqual({error, Text}, Call(new, [jwt_auth_fixture:config()])),
    ?assertEqual({error, Text}, Call(reload, [V, jwt_auth_fixture:config()])),
    ?assertEqual({deny, not_loaded}, Call(check, [V, jwt_auth_fixture:client()])),
    ?assertEqual(deny, Call(authorize, [V, V, publish, <<"t">>, #{}])),
    ?assertEqual(deny, Call(authorize_every_qos, [V, V, publish, <<"t">>, 2])),
    ?assertEqual({deny, not_loaded}, Call(recheck, [V, V])),
    ?assertEqual({deny, not_loaded}, Call(renew, [V, V, jwt_auth_fixture:client()])),
    ?assertEqual({error, Text}, Call(new_file, ["file"])),
    ?assertEqual({error, Text}, Call(reload_file, [V, <<"file">>])),
    ?assertEqual(false, Call(wait_ready, [V, 0])),
    ?assertEqual({error, Text}, Call(explain, [V, jwt_auth_fixture:client()])),
    ?assertEqual({error, Text}, Call(stats, [V])),
    ?assertEqual({error, not_loaded}, Call(claims, [V])),
    ?assertEqual(#{}, Call(attributes, [V])),
    ?assertEqual(<<>>, Call(fingerprint, [V])),
    ?assertEqual(ok, Call(free, [V])),
    ?assertMatch({ok, _}, peer:call(Peer, application, ensure_all_started, [jwt_auth])).

a_file_that_is_no_library_refuses_test_() ->
    Spoil = fun(File) -> ok = file:delete(File), file:write_file(File, "text") end,
    {timeout, 60, fun() -> with_library(Spoil, fun a_file_that_is_no_library/2) end}.

a_file_that_is_no_library(Call, _) ->
    {error, Text} = Call(status, []),
    ?assertMatch({match, _}, re:run(Text, "Failed to load NIF library")),
    ?assertEqual({deny, not_loaded}, Call(check, [make_ref(), #{}])).

%% A broker may add the application by a relative path.
a_relative_code_path_is_enough_test_() ->
    {timeout, 60, fun() -> with_library(fun(_) -> ok end, fun a_relative_path/2) end}.

a_relative_path(Call, Peer) ->
    [Ebin] = [P || P <- peer:call(Peer, code, get_path, []), lists:suffix("unloaded/ebin", P)],
    ok = peer:call(Peer, file, set_cwd, [filename:dirname(filename:dirname(Ebin))]),
    true = peer:call(Peer, code, del_path, [Ebin]),
    true = peer:call(Peer, code, add_patha, ["unloaded/ebin"]),
    ?assertEqual(ok, Call(status, [])).
