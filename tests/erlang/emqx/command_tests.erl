%% The command `emqx ctl jwt_auth`.
-module(command_tests).
-include_lib("eunit/include/eunit.hrl").

-export([told/1]).
-import(fixture, [token/1, client/1, connect/1]).

all_test_() ->
    [{setup, fun fixture:start/0, fun fixture:stop/1, {Name, Test}} ||
        {Name, Test} <- [
            {"the command says how it is", fun command/0},
            {"the command tells the statistics", fun command_stats/0},
            {"the command tells why a client was refused", fun command_explain/0},
            {"the command says so where there is nothing to tell", fun command_without_answer/0},
            {"the command reads the configuration again, and its files", fun command_reload/0},
            {"the command tries a configuration without using it", fun command_trial/0},
            {"the command counts sessions", fun command_sessions/0},
            {"the command tells the versions", fun command_version/0},
            {"a package that does not fit is told", fun package/0}]].

%% What the command prints.
told(Arguments) ->
    {Module, Function} = persistent_term:get({emqx_ctl, jwt_auth}),
    _ = Module:Function(Arguments),
    iolist_to_binary(printed()).

printed() -> receive {printed, Text} -> [Text | printed()] after 0 -> [] end.

command() ->
    Told = told([]),
    ?assertMatch(<<"health: ok\nallowed: 0\n", _/binary>>, Told),
    ?assertEqual(Told, told(["status"])),
    Usage = <<"usage: emqx ctl jwt_auth [status | reload | test [FILE] | explain CLIENTID | stats | sessions | version]\n">>,
    [?assertEqual(Usage, told(Arguments))
     || Arguments <- [["x"], ["explain"], ["explain", "a", "b"], ["stats", "a"], ["explain", [16#d800]]]].

command_stats() ->
    _ = connect(client(<<"x">>)),
    Line = <<"\njwt_auth_checks_total{decision=\"deny\",reason=\"malformed_token\"} 1\n">>,
    ?assertNotEqual(nomatch, binary:match(told(["stats"]), Line)).

command_explain() ->
    _ = connect((client(token(#{exp => 1})))#{clientid => <<"caf", 16#e9/utf8>>}),
    Told = told(["explain", "caf\x{e9}"]),
    ?assertMatch({match, _}, re:run(Told, "^refused at .*: expired, token [0-9a-f]{8}\nfailed +exp +exp 1970-")),
    ?assertMatch({match, _}, re:run(Told, "\npassed +signature ")).

command_without_answer() ->
    {_, {ok, _}} = connect(token(#{})),
    ?assertMatch(<<"no refusal of this client is kept;", _/binary>>, told(["explain", "c1"])),
    emqx_jwt_auth_gate:close(unconfigured),
    ?assertEqual(<<"no configuration was accepted yet\n">>, told(["stats"])),
    _ = connect(token(#{})),
    ?assertMatch({match, _}, re:run(told(["explain", "c1"]), "^refused at .*: unconfigured\nthere was nothing")).

%% A secret in a file is read at a reload only.
command_reload() ->
    File = filename:join(broker_node:data(), "secret"),
    ok = file:write_file(File, fixture:secret()),
    fixture:set(#{secret_file => unicode:characters_to_binary(File)}),
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    ?assertEqual(<<"the configuration is in force\n">>, told(["reload"])),
    Other = <<"another long secret of the tests">>,
    ok = file:write_file(File, Other),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(fixture:token(#{}, Other))),
    ?assertEqual(<<"the configuration is in force\n">>, told(["reload"])),
    ?assertMatch({_, {ok, _}}, connect(fixture:token(#{}, Other))),
    ?assertEqual(true, is_process_alive(Connection)),
    ok = file:delete(File),
    ?assertMatch(<<"not accepted: `secret_file`: ", _/binary>>, told(["reload"])),
    ?assertMatch({_, {ok, _}}, connect(fixture:token(#{}, Other))).

command_trial() ->
    ?assertEqual(<<"accepted\n">>, told(["test"])),
    File = filename:join(broker_node:data(), "options.json"),
    ok = file:write_file(File, <<"{\"secret\": \"a long secret of somebody else's\", \"from\": \"header\"}">>),
    ?assertMatch(<<"not accepted: `from`: ", _/binary>>, told(["test", File])),
    ok = file:write_file(File, <<"{\"secret\": \"a long secret of somebody else's\"}">>),
    ?assertEqual(<<"accepted\n">>, told(["test", File])),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).

command_sessions() ->
    {_, {ok, _}} = connect(token(#{})),
    _ = connect(client(<<"x">>)),
    ?assertEqual(<<"sessions: 1\nrefusals explained: 1\nrefusals only counted: 0\n">>, told(["sessions"])).

command_version() ->
    Native = jwt_auth:version(),
    Otp = list_to_binary(erlang:system_info(otp_release)),
    ?assertMatch({match, _}, re:run(told(["version"]), <<"^plugin: ", Native/binary, "\nnative library: ",
                                                         Native/binary, "\nbuilt with Erlang/OTP: 2[0-9]\n"
                                                         "broker runs on Erlang/OTP: ", Otp/binary, "\n$">>)).

package() ->
    Check = fun emqx_jwt_auth_package:check/4,
    ?assertEqual([ok, ok], [Check(25, Runs, <<"1.0">>, <<"1.0">>) || Runs <- [25, 28]]),
    ?assertEqual(ok, Check(25, 25, <<"1.0">>, not_loaded)),
    {error, Otp} = Check(27, 26, <<"1.0">>, <<"1.0">>),
    ?assertNotEqual(nomatch, binary:match(Otp, <<"built with Erlang/OTP 27, and the broker runs on 26">>)),
    {error, Version} = Check(25, 25, <<"1.1">>, <<"1.0">>),
    ?assertNotEqual(nomatch, binary:match(Version, <<"version 1.1 and its native library of 1.0">>)).
