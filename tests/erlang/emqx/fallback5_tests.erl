%% What EMQX 5 and 6 have to refuse by themselves, and health asks about.
-module(fallback5_tests).
-include_lib("eunit/include/eunit.hrl").

all_test_() ->
    [{setup, fun fixture:start/0, fun(_) -> os:unsetenv("EMQX_SECURITY_PROFILE"), fixture:stop(ok) end,
      {Name, Test}} ||
        {Name, Test} <- [
            {"a broker that refuses is well", fun() -> ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})) end},
            {"without an authenticator it is not", fun authenticator/0},
            {"where topics without a rule are allowed it is not", fun no_match/0},
            {"where acl.conf ends with allow all it is not", fun acl_conf/0}]].

is_told(Part) ->
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual({nomatch, Text}, {binary:match(Text, Part), Text}),
    %% It is no fault of the plugin.
    ?assertEqual(ok, emqx_jwt_auth_health:faults()).

authenticator() ->
    broker_node:configure([authentication], []),
    is_told(<<"add an authenticator">>),
    os:putenv("EMQX_SECURITY_PROFILE", "hardened"),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    os:unsetenv("EMQX_SECURITY_PROFILE"),
    broker_node:configure([authentication], [#{mechanism => password_based, enable => false}]),
    is_told(<<"add an authenticator">>).

no_match() ->
    broker_node:configure([authorization, no_match], allow),
    is_told(<<"no_match to deny">>).

acl_conf() ->
    File = filename:join(broker_node:data(), "acl.conf"),
    Source = #{type => file, enable => true, path => File},
    broker_node:configure([authorization, sources], [#{type => http, enable => true}, Source]),
    Rules = "%% a comment\n{allow, {username, \"dashboard\"}, subscribe, [\"$SYS/#\"]}.\n",
    ok = file:write_file(File, [Rules, "{allow, all}.\n"]),
    is_told(<<"last line of acl.conf">>),
    ok = file:write_file(File, [Rules, "{deny, all}.\n"]),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    ok = file:write_file(File, "{allow, all}.\n"),
    broker_node:configure([authorization, sources], [Source#{enable => false}]),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).
