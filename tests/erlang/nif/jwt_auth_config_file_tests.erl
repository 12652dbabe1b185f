%% Which configuration decides while its file comes, changes and goes.
-module(jwt_auth_config_file_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [config/0, secret/0, other_secret/0, client/0]).

-export([no_comments/1]).

-define(APPLICATION, ?MODULE).

file_test_() ->
    [{Name, fun() -> with_file(Test) end}
     || {Name, Test} <- [{"a file that has changed is read again", fun changed/0},
                         {"one of the same size and time too", fun same_stamp/0},
                         {"what is not accepted changes nothing, and is told once", fun refused/0},
                         {"a file that comes later is taken up", fun comes_later/0},
                         {"so is one that the configuration names", fun names_another/0},
                         {"without the name of a file there is no verifier", fun not_set/0},
                         {"the broker may refuse a configuration", fun broker_refuses/0},
                         {"a crash of the broker's check changes nothing", fun check_crashes/0},
                         {"the verifier outlives the process until it is closed", fun outlives/0}]].

with_file(Test) ->
    ok = logger:set_handler_config(default, level, none),
    ok = logger:add_handler(?MODULE, jwt_auth_log_tests, #{config => self()}),
    ok = application:set_env(?APPLICATION, config_file, path("config.json")),
    write("config.json", config()),
    try
        Test()
    after
        end_process(),
        ok = jwt_auth_config_file:close(),
        _ = logged(),
        ok = logger:remove_handler(?MODULE),
        ok = logger:set_handler_config(default, level, all)
    end.

begin_process(Arguments) ->
    {ok, Pid} = apply(jwt_auth_config_file, start_link, Arguments),
    true = unlink(Pid),
    Pid.

end_process() ->
    Monitor = erlang:monitor(process, jwt_auth_config_file),
    _ = [exit(Pid, kill) || Pid <- [whereis(jwt_auth_config_file)], is_pid(Pid)],
    receive {'DOWN', Monitor, process, _, _} -> ok end.

path(Name) -> filename:join(os:getenv("JWT_AUTH_WORK"), Name).

write(Name, Config) ->
    {ok, Json} = jwt_auth_json:encode(Config),
    ok = file:write_file(path(Name), Json).

%% What the verifier answers a client with a token by secret().
answer() ->
    case jwt_auth_config_file:current() of
        {ok, Verifier} -> element(1, jwt_auth:check(Verifier, client()));
        none -> none
    end.

look() ->
    case jwt_auth_config_file:look() of
        ok -> ok;
        {error, Why} -> unicode:characters_to_binary(Why)
    end.

in_file(Why) -> iolist_to_binary(["`", path("config.json"), "`: ", Why]).

%% The log lines since the last call.
logged() -> receive {logged, _, Line} -> [Line | logged()] after 0 -> [] end.

changed() ->
    Pid = begin_process([?APPLICATION]),
    ?assertEqual(allow, answer()),
    write("config.json", #{secret => other_secret()}),
    %% As its timer does.
    Pid ! look,
    _ = sys:get_status(Pid),
    ?assertEqual(deny, answer()),
    In = <<"jwt_auth: the configuration is in force">>,
    ?assertEqual([In, In], logged()),
    ?assertEqual(ok, look()),
    ?assertEqual([], logged()).

%% A provisioner may write twice in a second, and a new secret is as long as the old one.
same_stamp() ->
    _ = begin_process([?APPLICATION]),
    {ok, Before} = file:read_file_info(path("config.json")),
    write("config.json", #{secret => other_secret()}),
    ok = file:write_file_info(path("config.json"), Before),
    ?assertEqual(ok, look()),
    ?assertEqual(deny, answer()).

refused() ->
    _ = begin_process([?APPLICATION]),
    _ = logged(),
    write("config.json", #{secret => 1}),
    Why = in_file("`secret`: expected a string"),
    ?assertEqual([Why, Why], [look(), look()]),
    ok = file:delete(path("config.json")),
    Gone = in_file("no such file or directory"),
    ?assertEqual([Gone, Gone], [look(), look()]),
    Line = <<"jwt_auth: the configuration is not accepted, the old one stays: ">>,
    ?assertEqual([<<Line/binary, Why/binary>>, <<Line/binary, Gone/binary>>], logged()),
    ?assertEqual(allow, answer()).

comes_later() ->
    ok = file:delete(path("config.json")),
    _ = begin_process([?APPLICATION]),
    ?assertEqual(none, answer()),
    Gone = in_file("no such file or directory"),
    ?assertEqual(Gone, look()),
    Line = <<"jwt_auth: the configuration is not accepted, so every client is refused: ">>,
    ?assertEqual([<<Line/binary, Gone/binary>>], logged()),
    write("config.json", config()),
    ?assertEqual(ok, look()),
    ?assertEqual(allow, answer()).

names_another() ->
    _ = file:delete(path("revoked.json")),
    write("config.json", (config())#{revocations_file => list_to_binary(path("revoked.json"))}),
    _ = begin_process([?APPLICATION]),
    ?assertEqual(none, answer()),
    ok = file:write_file(path("revoked.json"), <<"{}">>),
    ?assertEqual(ok, look()),
    ?assertEqual(allow, answer()).

not_set() ->
    ok = application:unset_env(?APPLICATION, config_file),
    _ = begin_process([?APPLICATION]),
    ?assertEqual(<<"config_file is not set">>, look()),
    ?assertEqual(none, answer()).

no_comments(Text) ->
    case binary:match(Text, <<"comment">>) of
        nomatch -> ok;
        _ -> {error, "no comments here"}
    end.

broker_refuses() ->
    write("config.json", (config())#{comment => <<"x">>}),
    _ = begin_process([?APPLICATION, fun ?MODULE:no_comments/1]),
    ?assertEqual(in_file("no comments here"), look()),
    ?assertEqual(none, answer()),
    write("config.json", config()),
    ?assertEqual(ok, look()),
    ?assertEqual(allow, answer()).

check_crashes() ->
    Check = fun(Text) -> ok = no_comments(Text) end,
    _ = begin_process([?APPLICATION, Check]),
    write("config.json", #{secret => other_secret(), comment => <<"x">>}),
    ?assertEqual(<<"the file could not be looked at">>, look()),
    ?assertEqual(allow, answer()),
    write("config.json", #{secret => other_secret()}),
    ?assertEqual(ok, look()),
    ?assertEqual(deny, answer()),
    ?assertEqual(nomatch, binary:match(iolist_to_binary(logged()), [secret(), other_secret()])).

outlives() ->
    _ = begin_process([?APPLICATION]),
    end_process(),
    ?assertEqual(allow, answer()),
    write("config.json", #{secret => other_secret()}),
    _ = begin_process([?APPLICATION]),
    ?assertEqual(deny, answer()),
    ok = jwt_auth_config_file:close(),
    ?assertEqual(none, answer()).
