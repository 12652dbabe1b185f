%% Nobody gets in while the plugin is not fit: a crash, a stop, a restart, and who came in before.
-module(life_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1, may/3]).

all_test_() ->
    [{setup, fun fixture:start/0, fun fixture:stop/1, {Name, {timeout, 20, Test}}} ||
        {Name, Test} <- [
            {"after a crash of the supervisor every client is refused", fun crash/0},
            {"a start after a crash keeps the sessions", fun start_after_crash/0},
            {"the plugin starts though nobody can look at its configuration", fun odd_settings/0},
            {"children that crash again and again do not end the plugin", fun crashing_child/0},
            {"a stopped plugin refuses for a while, and then has no hooks", fun stop/0},
            {"no moment of a restart lets anybody in", fun restart/0},
            {"a stop that was followed by a start unregisters nothing", fun overtaken/0},
            {"who came in before the plugin is ended", fun strangers/0},
            {"whom the broker registers late is ended, too", fun late_stranger/0},
            {"nobody is ended where clients are left to others", fun left_to_others/0},
            {"nobody is ended while there is no configuration", fun unconfigured/0},
            {"the application says which names its processes have", fun names/0},
            {"an alarm tells of a crash", fun alarm/0}]].

crash_supervisor() ->
    Supervisor = whereis(emqx_jwt_auth_sup),
    exit(Supervisor, kill),
    fixture:until(fun() ->
        not lists:keymember(emqx_jwt_auth, 1, application:which_applications()) end).

refused() ->
    ?assertEqual({error, server_unavailable}, element(2, connect(token(#{})))),
    ?assertEqual({error, server_unavailable}, element(2, connect(client(<<"garbage">>)))).

crash() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    crash_supervisor(),
    refused(),
    ?assertEqual([deny, deny], [may(Connection, Action, <<"t">>) || Action <- [publish, subscribe]]),
    ?assertEqual(deny, may(broker_connections:open(), publish, <<"t">>)),
    ?assertMatch({error, <<"the plugin does not run", _/binary>>}, emqx_jwt_auth_app:on_health_check(#{})).

start_after_crash() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    crash_supervisor(),
    ok = application:start(emqx_jwt_auth),
    ?assertEqual([allow, deny], [may(Connection, publish, Topic) || Topic <- [<<"t">>, <<"x">>]]),
    ?assertEqual(1, emqx_jwt_auth_sessions:size()),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))).

odd_settings() ->
    ok = application:stop(emqx_jwt_auth),
    Lines = application:get_env(emqx_jwt_auth, lines, []),
    application:set_env(emqx_jwt_auth, lines, no_list),
    ?assertEqual(ok, application:start(emqx_jwt_auth)),
    refused(),
    ?assertMatch({error, _}, emqx_jwt_auth_app:on_health_check(#{})),
    ?assertMatch([{on, <<"jwt_auth">>, _}], broker_node:alarms()),
    application:set_env(emqx_jwt_auth, lines, Lines),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).

%% Two children crash as soon as they are there, for longer than the period of the limit of
%% restarts.
crashing_child() ->
    Supervisor = whereis(emqx_jwt_auth_sup),
    Until = erlang:monotonic_time(millisecond) + 2500,
    kill_until(Until, [emqx_jwt_auth_session_reaper, emqx_jwt_auth_strangers], 0),
    ?assertEqual(Supervisor, whereis(emqx_jwt_auth_sup)),
    fixture:until(fun() -> emqx_jwt_auth_app:on_health_check(#{}) =:= ok end),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))).

kill_until(Until, Names, Killed) ->
    Running = [Pid || Pid <- [whereis(Name) || Name <- Names], is_pid(Pid)],
    _ = [exit(Pid, kill) || Pid <- Running],
    case erlang:monotonic_time(millisecond) < Until of
        true -> kill_until(Until, Names, Killed + length(Running));
        false -> ?assert(Killed > 10)
    end.

stop() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    ok = application:stop(emqx_jwt_auth),
    refused(),
    ?assertEqual(deny, may(Connection, publish, <<"t">>)),
    ?assertEqual(deny, may(broker_connections:open(), publish, <<"t">>)),
    ok = emqx_jwt_auth_kept_hooks:is_over(persistent_term:get({emqx_jwt_auth, stop})),
    ?assertEqual([], emqx_hooks:lookup('client.authenticate')),
    ?assertMatch({_, anonymous}, connect(token(#{}))).

%% Clients with garbage connect all the time.
restart() ->
    Tester = self(),
    Pusher = spawn_link(fun() -> push(Tester, []) end),
    _ = [begin
             ok = application:stop(emqx_jwt_auth),
             ok = application:start(emqx_jwt_auth)
         end || _ <- lists:seq(1, 5)],
    Pusher ! enough,
    Answers = receive {Pusher, All} -> All end,
    ?assert(length(Answers) > 10),
    ?assertEqual([], [Answer || Answer <- Answers, element(1, Answer) =/= error]),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))).

push(Tester, Answers) ->
    receive
        enough -> Tester ! {self(), Answers}
    after 0 ->
        push(Tester, [element(2, connect(client(<<"garbage">>))) | Answers])
    end.

overtaken() ->
    ok = application:stop(emqx_jwt_auth),
    Stop = persistent_term:get({emqx_jwt_auth, stop}),
    ok = application:start(emqx_jwt_auth),
    ok = emqx_jwt_auth_kept_hooks:is_over(Stop),
    ?assertEqual({error, bad_username_or_password}, element(2, connect(client(<<"x">>)))).

%% A client of the plugin, strangers, one that had not to authenticate, and one that is offline.
strangers() ->
    {Own, {ok, _}} = connect(token(#{})),
    broker_node:channel(Own, client(undefined), connected),
    ok = application:stop(emqx_jwt_auth),
    Named = fun(Id) -> (client(<<"garbage">>))#{clientid => Id} end,
    Strangers = [broker_node:stranger(Named(Id)) || Id <- [<<"s1">>, <<"s2">>]],
    Asked = Named(<<"s3">>),
    Free = broker_node:stranger(case Asked of
                                    #{enable_authn := true} -> Asked#{enable_authn => false};
                                    _ -> Asked#{zone => internal}
                                end),
    Offline = broker_node:channel(broker_node:stranger(Named(<<"s4">>)), Named(<<"s4">>), disconnected),
    ok = application:start(emqx_jwt_auth),
    ok = emqx_jwt_auth_strangers:look(),
    fixture:until(fun() -> not lists:any(fun is_process_alive/1, Strangers) end),
    ?assertEqual([{16#87, not_authorized}, {16#87, not_authorized}], [broker_node:ends(Pid) || Pid <- Strangers]),
    ?assertEqual([true, true, true], [is_process_alive(Pid) || Pid <- [Own, Free, Offline]]),
    ?assertEqual(2, fixture:counted(ended)).

late_stranger() ->
    timer:sleep(1300),
    Late = broker_node:stranger((client(<<"garbage">>))#{clientid => <<"late">>}),
    fixture:until(fun() -> not is_process_alive(Late) end),
    ?assertEqual({16#87, not_authorized}, broker_node:ends(Late)).

left_to_others() ->
    ok = application:stop(emqx_jwt_auth),
    fixture:set(#{secret => fixture:secret(), on_missing => ignore}),
    Other = broker_node:stranger((client(undefined))#{clientid => <<"s1">>}),
    ok = application:start(emqx_jwt_auth),
    ok = emqx_jwt_auth_strangers:look(),
    ?assertEqual({connected, true}, {broker_node:ends(Other), is_process_alive(Other)}).

unconfigured() ->
    ok = application:stop(emqx_jwt_auth),
    fixture:set(#{from => password}),
    Other = broker_node:stranger((client(undefined))#{clientid => <<"s1">>}),
    ok = application:start(emqx_jwt_auth),
    ok = emqx_jwt_auth_strangers:look(),
    ?assertEqual(connected, broker_node:ends(Other)),
    fixture:set(#{secret => fixture:secret()}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ok = emqx_jwt_auth_strangers:look(),
    fixture:until(fun() -> not is_process_alive(Other) end).

names() ->
    {ok, Names} = application:get_key(emqx_jwt_auth, registered),
    Children = [Pid || {_, Pid, _, _} <- supervisor:which_children(emqx_jwt_auth_sup)],
    Found = [element(2, process_info(Pid, registered_name))
             || Pid <- [whereis(emqx_jwt_auth_sup) | Children]],
    ?assertEqual(lists:sort(Found), lists:sort(Names)).

alarm() ->
    ?assertEqual([], broker_node:alarms()),
    crash_supervisor(),
    ?assertMatch([{on, <<"jwt_auth">>, #{error := <<"the plugin has crashed", _/binary>>}}], broker_node:alarms()),
    ok = application:start(emqx_jwt_auth),
    ?assertMatch([_, {off, <<"jwt_auth">>}], broker_node:alarms()).
