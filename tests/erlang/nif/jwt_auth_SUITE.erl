%% What can be seen only on a running virtual machine: many processes, upgrades, garbage.
-module(jwt_auth_SUITE).
-include_lib("stdlib/include/assert.hrl").
-import(jwt_auth_fixture, [client/0, config/0, claims/0, live/2, until/1, verifier/0]).

-export([suite/0, all/0]).
-export([many_processes_check_at_once/1, resources_go_when_nobody_has_them/1,
         a_session_outlives_its_verifier/1, a_verifier_is_freed_while_calls_use_it/1,
         a_verifier_is_reloaded_while_calls_use_it/1, a_long_call_blocks_no_scheduler/1,
         a_verifier_with_an_endpoint_is_freed_by_garbage_collection/1,
         the_library_is_upgraded_while_calls_run/1, the_log_goes_on_after_an_upgrade/1,
         another_build_is_loaded_while_calls_run/1, resources_outlive_the_module/1]).
-export([rounds_during_new/1, check_until/2, check_during_upgrades/1, unload/0, log_after_upgrade/1,
         check_during_replacement/1]).

suite() -> [{timetrap, {seconds, 120}}].

all() ->
    [many_processes_check_at_once, resources_go_when_nobody_has_them,
     a_session_outlives_its_verifier, a_verifier_is_freed_while_calls_use_it,
     a_verifier_is_reloaded_while_calls_use_it, a_long_call_blocks_no_scheduler,
     a_verifier_with_an_endpoint_is_freed_by_garbage_collection,
     the_library_is_upgraded_while_calls_run, the_log_goes_on_after_an_upgrade,
     another_build_is_loaded_while_calls_run, resources_outlive_the_module].

%% Runs Fun in Count processes, and returns what they answered.
in_processes(Count, Fun) ->
    Monitors = [spawn_monitor(fun() -> exit({answer, Fun()}) end) || _ <- lists:seq(1, Count)],
    [receive {'DOWN', Monitor, process, Pid, {answer, Answer}} -> Answer end
     || {Pid, Monitor} <- Monitors].

many_processes_check_at_once(_) ->
    live(0, 0),
    V = verifier(),
    Check = fun() ->
                    {allow, #{session := S, superuser := false, expires_at := 4102444800}} =
                        jwt_auth:check(V, client()),
                    no_match = jwt_auth:authorize(V, S, publish, <<"t">>, #{qos => 1}),
                    {allow, _} = jwt_auth:recheck(V, S),
                    {ok, Claims} = jwt_auth:claims(S),
                    Claims =:= claims()
            end,
    Answers = in_processes(1000, fun() -> [true = Check() || _ <- lists:seq(1, 100)], done end),
    ?assertEqual(lists:duplicate(1000, done), Answers),
    live(1, 0),
    ok = jwt_auth:free(V),
    live(0, 0).

resources_go_when_nobody_has_them(_) ->
    live(0, 0),
    Keep = fun() ->
                   Held = [jwt_auth:check(verifier(), client()) || _ <- lists:seq(1, 10)],
                   receive stop -> Held end
           end,
    Pid = spawn(Keep),
    until(fun() -> jwt_auth_fixture:collect_garbage(), element(2, jwt_auth_nif:live()) =:= 10 end),
    live(0, 10),
    exit(Pid, kill),
    live(0, 0).

a_session_outlives_its_verifier(_) ->
    live(0, 0),
    {allow, #{session := S}} = jwt_auth:check(verifier(), client()),
    live(0, 1),
    ?assertMatch({allow, _}, jwt_auth:recheck(verifier(), S)),
    ?assertEqual({ok, claims()}, jwt_auth:claims(S)).

%% Each call is answered as before the end, or as after it.
a_verifier_is_freed_while_calls_use_it(_) ->
    [begin
         V = verifier(),
         Self = self(),
         Callers = [spawn_link(fun() -> Self ! {self(), last_answer(V)} end) || _ <- lists:seq(1, 8)],
         ok = jwt_auth:free(V),
         [receive {Caller, Last} -> ?assertEqual({deny, undecided}, Last) end || Caller <- Callers]
     end || _ <- lists:seq(1, 200)],
    live(0, 0).

last_answer(V) ->
    Told = {jwt_auth:explain(V, client()), jwt_auth:stats(V)},
    case {Told, jwt_auth:check(V, client())} of
        {{{ok, _}, {ok, _}}, {allow, _}} -> last_answer(V);
        {_, {deny, _} = Last} -> Last
    end.

a_verifier_is_reloaded_while_calls_use_it(_) ->
    V = verifier(),
    Callers = [spawn_link(?MODULE, check_until, [V, self()]) || _ <- lists:seq(1, 8)],
    [ok = jwt_auth:reload(V, (config())#{leeway => Leeway}) || Leeway <- lists:seq(0, 99)],
    ?assertEqual(lists:duplicate(8, allowed), stop_all(Callers)).

check_until(V, Parent) ->
    receive
        stop -> Parent ! {self(), allowed}
    after 0 ->
            {allow, _} = jwt_auth:check(V, client()),
            check_until(V, Parent)
    end.

stop_all(Callers) ->
    [begin Caller ! stop, receive {Caller, Answer} -> Answer end end || Caller <- Callers].

%% On one scheduler: while a verifier is made of very many keys, another process goes on.
a_long_call_blocks_no_scheduler(_) ->
    Key = filename:join(os:getenv("JWT_AUTH_ROOT"), "tests/vectors/keys/rsa2048.pub.pem"),
    {ok, Pem} = file:read_file(Key),
    Config = #{public_key => binary:copy(Pem, 1000)},
    Peer = jwt_auth_fixture:start_node(jwt_auth_fixture:library(), ["+S", "1:1"]),
    Rounds = peer:call(Peer, ?MODULE, rounds_during_new, [Config], 60000),
    peer:stop(Peer),
    ?assert(Rounds > 100, Rounds).

rounds_during_new(Config) ->
    Rounds = counters:new(1, []),
    _ = spawn_link(fun() -> count(Rounds) end),
    Before = counters:get(Rounds, 1),
    {ok, _} = jwt_auth:new(Config),
    counters:get(Rounds, 1) - Before.

count(Rounds) ->
    ok = counters:add(Rounds, 1, 1),
    true = erlang:yield(),
    count(Rounds).

%% Its thread is in a connection to somebody who never answers.
a_verifier_with_an_endpoint_is_freed_by_garbage_collection(_) ->
    live(0, 0),
    {ok, Socket} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Socket),
    Url = iolist_to_binary(io_lib:format("http://127.0.0.1:~b/keys", [Port])),
    Self = self(),
    Holder = spawn(fun() ->
                           {ok, V} = jwt_auth:new(#{endpoint => Url}),
                           Self ! made,
                           receive stop -> V end
                   end),
    receive made -> ok end,
    {ok, _Connection} = gen_tcp:accept(Socket),
    ?assertEqual({1, 0}, jwt_auth_nif:live()),
    exit(Holder, kill),
    live(0, 0),
    ok = gen_tcp:close(Socket).

%% The native libraries of the copies are files of their own, and so code of their own.
copies() ->
    Work = os:getenv("JWT_AUTH_WORK"),
    [jwt_auth_fixture:copy_library(filename:join(Work, Name)) || Name <- ["one", "two"]].

%% As a broker does that installs a plugin over an older one: it adds the path, purges and loads.
upgrades(Copies, Times) ->
    [begin
         true = code:add_patha(filename:join(Copy, "ebin")),
         code:purge(jwt_auth_nif),
         {module, jwt_auth_nif} = code:load_file(jwt_auth_nif),
         ok = jwt_auth:status()
     end || _ <- lists:seq(1, Times), Copy <- Copies],
    ok.

the_library_is_upgraded_while_calls_run(_) ->
    Copies = copies(),
    Peer = jwt_auth_fixture:start_node(hd(Copies)),
    ok = peer:call(Peer, ?MODULE, check_during_upgrades, [lists:reverse(Copies)], 60000),
    {ok, Mapped} = peer:call(Peer, file, read_file, ["/proc/self/maps"]),
    [?assertMatch({match, _}, re:run(Mapped, filename:join(Copy, "priv/jwt_auth_nif.so")))
     || Copy <- Copies],
    peer:stop(Peer).

%% The calls see nothing of it, and what was made before is good after it.
check_during_upgrades(Copies) ->
    V = verifier(),
    {allow, #{session := S}} = jwt_auth:check(V, client()),
    Callers = [spawn_link(?MODULE, check_until, [V, self()]) || _ <- lists:seq(1, 20)],
    ok = upgrades(Copies, 25),
    [allowed = Answer || Answer <- stop_all(Callers)],
    live(1, 1),
    {allow, _} = jwt_auth:recheck(V, S),
    {allow, _} = jwt_auth:recheck(verifier(), S),
    ok = jwt_auth:free(V),
    live(0, 0).

the_log_goes_on_after_an_upgrade(_) ->
    [One, Two] = copies(),
    Peer = jwt_auth_fixture:start_node(One),
    ok = peer:call(Peer, ?MODULE, log_after_upgrade, [Two], 60000),
    peer:stop(Peer).

%% The reader, the verifier and its log hook are those of the old code.
log_after_upgrade(Two) ->
    ok = logger:remove_handler(default),
    ok = logger:set_primary_config(level, info),
    ok = logger:add_handler(test, jwt_auth_log_tests, #{config => self()}),
    {ok, _} = jwt_auth_log:start_link(),
    V = verifier(),
    ok = upgrades([Two], 2),
    Token = jwt_auth_fixture:token(claims(), jwt_auth_fixture:other_secret()),
    {deny, bad_signature} = jwt_auth:check(V, jwt_auth_fixture:client(Token)),
    await_refusal().

await_refusal() ->
    receive
        {logged, info, <<"jwt_auth: refused", _/binary>>} -> ok;
        {logged, _, _} -> await_refusal()
    end.

another_build_is_loaded_while_calls_run(_) ->
    [One | _] = copies(),
    Two = jwt_auth_fixture:other_build(),
    Peer = jwt_auth_fixture:start_node(One),
    ok = peer:call(Peer, ?MODULE, check_during_replacement, [Two], 60000),
    peer:stop(Peer).

%% What was made before is no argument any more, and the library that has made it frees it.
check_during_replacement(Two) ->
    ok = logger:remove_handler(default),
    ok = logger:set_primary_config(level, info),
    ok = logger:add_handler(test, jwt_auth_log_tests, #{config => self()}),
    {ok, _} = jwt_auth_log:start_link(),
    V = verifier(),
    {allow, #{session := S}} = jwt_auth:check(V, client()),
    Old = jwt_auth:version(),
    Callers = [spawn_monitor(?MODULE, check_until, [V, self()]) || _ <- lists:seq(1, 20)],
    ok = upgrades([Two], 1),
    [receive {'DOWN', Monitor, process, Pid, {badarg, _}} -> ok end || {Pid, Monitor} <- Callers],
    ?assertEqual({0, 0}, jwt_auth_nif:live()),
    ?assertNotEqual(Old, jwt_auth:version()),
    New = verifier(),
    ?assertError(badarg, jwt_auth:recheck(New, S)),
    ?assertError(badarg, jwt_auth:authorize(New, S, publish, <<"t">>, #{})),
    ?assertError(badarg, jwt_auth:fingerprint(S)),
    ?assertError(badarg, jwt_auth:reload(V, config())),
    {allow, _} = jwt_auth:check(New, client()),
    live(1, 0),
    ok = upgrades([Two], 1),
    {allow, _} = jwt_auth:check(New, client()),
    ok = jwt_auth_log:refresh(),
    {deny, malformed_token} = jwt_auth:check(New, jwt_auth_fixture:client(<<"x">>)),
    await_refusal().

resources_outlive_the_module(_) ->
    Peer = jwt_auth_fixture:start_node(hd(copies())),
    ok = peer:call(Peer, ?MODULE, unload, [], 60000),
    peer:stop(Peer).

%% The types of the old handles went with the module, and they are no handles any more.
unload() ->
    V = verifier(),
    {allow, #{session := S}} = jwt_auth:check(V, client()),
    true = code:delete(jwt_auth_nif),
    _ = code:purge(jwt_auth_nif),
    {module, jwt_auth_nif} = code:load_file(jwt_auth_nif),
    {0, 0} = jwt_auth_nif:live(),
    ?assertError(badarg, jwt_auth:check(V, client())),
    ?assertError(badarg, jwt_auth:recheck(verifier(), S)),
    {allow, _} = jwt_auth:check(verifier(), client()),
    live(0, 0).
