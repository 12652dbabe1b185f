%% What EMQX 4 has to refuse by itself, and health asks about; and a reload that stops nothing.
-module(fallback4_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, connect/1, may/3]).

all_test_() ->
    [{setup, fun fixture:start/0, fun fixture:stop/1, {Name, Test}} ||
        {Name, Test} <- [
            {"a broker that refuses is well", fun() -> ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})) end},
            {"one that admits everybody is not",
             missing(fun() -> broker_node:configure(allow_anonymous, true) end, <<"allow_anonymous">>)},
            {"one that allows every topic is not",
             missing(fun() -> broker_node:configure(acl_nomatch, allow) end, <<"acl_nomatch">>)},
            {"one whose acl.conf ends with allow all is not", missing(fun allow_all/0, <<"acl.conf">>)},
            {"the file is read again without a stop", fun reload/0}]].

missing(Set, Part) ->
    fun() ->
        Set(),
        {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
        application:unset_env(emqx, acl_file),
        ?assertNotEqual({nomatch, Text}, {binary:match(Text, Part), Text}),
        ?assertEqual(ok, emqx_jwt_auth_health:faults())
    end.

allow_all() ->
    File = filename:join(broker_node:data(), "acl.conf"),
    ok = file:write_file(File, "{deny, all, subscribe, [\"$SYS/#\"]}.\n{allow, all}.\n"),
    application:set_env(emqx, acl_file, File).

reload() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    broker:edit([{"secret", binary_to_list(fixture:secret())}, {"require_exp", "true"}]),
    ?assertEqual(<<"the configuration is in force\n">>, command_tests:told(["reload"])),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))),
    ?assertEqual(allow, may(Connection, publish, <<"t">>)),
    broker_node:configure(file, {error, apply_translations, {errorlist, []}}),
    ?assertMatch(<<"not accepted: etc/emqx_jwt_auth.conf: ", _/binary>>, command_tests:told(["reload"])),
    ?assertMatch({_, {ok, _}}, connect(token(#{exp => fixture:now() + 50}))).
