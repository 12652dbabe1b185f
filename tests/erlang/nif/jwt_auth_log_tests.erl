%% From the log hook to logger.
-module(jwt_auth_log_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [client/0, client/1, verifier/0]).

-export([log/2]).

%% A handler of logger: sends what it is given to a process.
log(#{level := Level, msg := {string, Text}}, #{config := Pid}) ->
    Pid ! {logged, Level, unicode:characters_to_binary(Text)};
log(#{level := Level, msg := {Format, Arguments}}, #{config := Pid}) ->
    Pid ! {logged, Level, unicode:characters_to_binary(io_lib:format(Format, Arguments))};
log(_, _) ->
    ok.

log_test_() ->
    Tests = [fun a_refusal_is_logged/0, fun a_weak_secret_is_a_warning/0,
             fun debug_lines_are_logged_if_logger_takes_them/0,
             fun lines_in_a_burst_are_counted_when_they_are_lost/0,
             fun without_the_process_lines_are_counted/0,
             fun the_process_can_be_killed_and_started_again/0, fun there_is_one_reader/0,
             fun a_thread_of_the_library_is_heard/0,
             fun the_end_of_a_session_names_the_token/0],
    [{timeout, 30, fun() -> with_handler(Test) end} || Test <- Tests].

with_handler(Test) ->
    Before = start(),
    try Test() after stop(Before) end.

start() ->
    #{level := Level} = logger:get_primary_config(),
    {ok, Default} = logger:get_handler_config(default),
    ok = logger:remove_handler(default),
    ok = logger:set_primary_config(level, info),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self()}),
    {ok, Pid} = jwt_auth_log:start_link(),
    ok = jwt_auth_log:refresh(),
    flush(),
    {Pid, Level, Default}.

stop({_, Level, Default = #{module := Module}}) ->
    end_process(),
    ok = logger:remove_handler(?MODULE),
    ok = logger:set_primary_config(level, Level),
    ok = logger:add_handler(default, Module, maps:without([id, module], Default)).

end_process() ->
    case whereis(jwt_auth_log) of
        undefined -> ok;
        Pid ->
            unlink(Pid),
            Monitor = monitor(process, Pid),
            exit(Pid, kill),
            receive {'DOWN', Monitor, _, _, _} -> ok end
    end.

flush() -> receive {logged, _, _} -> flush() after 0 -> ok end.

logged() -> receive {logged, Level, Line} -> {Level, Line} after 5000 -> nothing end.

%% The next line that matches.
logged(Pattern) ->
    {Level, Line} = logged(),
    case re:run(Line, Pattern) of
        {match, _} -> {Level, Line};
        nomatch -> logged(Pattern)
    end.

refuse(V) -> {deny, bad_signature} = jwt_auth:check(V, client(jwt_auth_fixture:token(<<"{}">>, <<"x">>))).

a_refusal_is_logged() ->
    refuse(verifier()),
    {info, Line} = logged("refused"),
    ?assertMatch(<<"jwt_auth: refused: bad_signature", _/binary>>, Line).

a_weak_secret_is_a_warning() ->
    {ok, _} = jwt_auth:new(#{secret => <<"short">>}),
    ?assertMatch({warning, <<"jwt_auth: ", _/binary>>}, logged("secret")).

debug_lines_are_logged_if_logger_takes_them() ->
    V = verifier(),
    {allow, _} = jwt_auth:check(V, client()),
    ok = logger:set_primary_config(level, debug),
    ok = jwt_auth_log:refresh(),
    flush(),
    {allow, _} = jwt_auth:check(V, client()),
    ?assertMatch({debug, <<"jwt_auth: accepted", _/binary>>}, logged("accepted")).

%% The places that are kept for warnings are not given to refusals, nor to the lines of level info
%% about the second verifier. The level is debug, at which the library writes most of a burst.
lines_in_a_burst_are_counted_when_they_are_lost() ->
    V = verifier(),
    ok = logger:set_primary_config(level, debug),
    ok = jwt_auth_log:refresh(),
    flush(),
    ok = sys:suspend(jwt_auth_log),
    [refuse(V) || _ <- lists:seq(1, 1500)],
    {ok, _} = jwt_auth:new(#{secret => <<"short">>}),
    ok = sys:resume(jwt_auth_log),
    ?assertMatch({warning, <<"jwt_auth: 542 log lines came too fast and are lost">>},
                 count_refusals(960)),
    ?assertMatch({warning, <<"jwt_auth: ", _/binary>>}, logged("secret")).

%% Passes over refusals to the first warning.
count_refusals(Left) ->
    case logged() of
        {_, <<"jwt_auth: refused", _/binary>>} -> count_refusals(Left - 1);
        {warning, Line} when Left < 960 -> {warning, Line};
        _ -> count_refusals(Left)
    end.

without_the_process_lines_are_counted() ->
    V = verifier(),
    ok = jwt_auth_log:refresh(),
    end_process(),
    flush(),
    [refuse(V) || _ <- lists:seq(1, 3)],
    {ok, _} = jwt_auth_log:start_link(),
    %% The verifier of the test before may be freed meanwhile, which writes a line of its own.
    {warning, <<"jwt_auth: ", Count, Lost/binary>>} = logged(),
    ?assert(lists:member(Count, "34")),
    ?assertEqual(<<" log lines came too fast and are lost">>, Lost).

%% A verifier writes ten refusals in a second at level info.
the_process_can_be_killed_and_started_again() ->
    [begin
         end_process(),
         {ok, _} = jwt_auth_log:start_link(),
         flush(),
         refuse(verifier()),
         ?assertMatch({info, _}, logged("refused"))
     end || _ <- lists:seq(1, 20)].

there_is_one_reader() ->
    ?assertEqual({error, busy}, jwt_auth_nif:log_open()),
    ?assertEqual(ignore, jwt_auth_log:start_link()),
    {ok, Reader} = other_reader(),
    ?assertEqual(badarg, jwt_auth_nif:log_take(Reader, false)),
    ?assertEqual(badarg, jwt_auth_nif:log_take(make_ref(), false)).

other_reader() ->
    end_process(),
    Self = self(),
    Owner = spawn(fun() -> Self ! {reader, jwt_auth_nif:log_open()}, receive stop -> ok end end),
    receive {reader, Answer} -> exit(Owner, kill), Answer end.

%% Nobody listens there: the thread that fetches keys says so.
a_thread_of_the_library_is_heard() ->
    {ok, Socket} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Socket),
    ok = gen_tcp:close(Socket),
    Url = iolist_to_binary(io_lib:format("http://127.0.0.1:~b/keys", [Port])),
    {ok, V} = jwt_auth:new(#{endpoint => Url}),
    {Level, _} = logged("cannot be fetched"),
    ?assert(lists:member(Level, [warning, error])),
    ok = jwt_auth:free(V).

%% A device that sends its token in every field.
the_end_of_a_session_names_the_token() ->
    V = verifier(),
    #{password := Token} = Client = client(),
    [begin
         {allow, #{session := S}} = jwt_auth:check(V, Client#{client_id => Id, username => Token}),
         ok = jwt_auth_log:session_ends(S, expired),
         {info, Line} = logged("the session of"),
         Expected = [<<"the session of token ">>, jwt_auth:fingerprint(S), <<" ends: expired">>],
         ?assertEqual({Id, iolist_to_binary(["jwt_auth: " | Expected])}, {Id, iolist_to_binary(Line)})
     end || Id <- [<<"c1">>, Token]].
