%% Connections of VerneMQ: a process for each, which calls the hooks and has the user name, which a
%% hook may change. Older releases ask about a will when they publish it, newer ones at CONNECT.
-module(broker).

-export([start/0, stop/0, connection/1, connect/2, call/2, publish/3, publish/4, subscribe/2]).
-export([reauthenticate/2, leave/1, delayed_will/2, closed/1]).

-define(PEER, {{192, 0, 2, 7}, 40000}).

start() ->
    ?MODULE = ets:new(?MODULE, [named_table, public]),
    ok.

stop() ->
    true = ets:delete(?MODULE),
    ok.

%% The last one that registered with the id.
connection(SubscriberId) ->
    case ets:lookup(?MODULE, SubscriberId) of
        [{_, Pid}] -> Pid;
        [] -> undefined
    end.

%% Options: username, password, version (4 or 5), metadata, auth (method and data), durable.
%% {connected, Pid, Modifiers} or {refused, Why}.
connect(ClientId, Options) ->
    Self = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> serve(Self, ClientId, Options) end),
    receive
        {Pid, Answer} -> erlang:demonitor(Monitor, [flush]), Answer;
        {'DOWN', Monitor, process, Pid, Why} -> {refused, {crashed, Why}}
    end.

serve(Client, ClientId, Options) ->
    Id = {"", ClientId},
    case authenticate(maps:get(auth, Options, none)) of
        ok ->
            case register_client(Id, Options) of
                {ok, Modifiers} ->
                    %% The one before is thrown out when the new one is accepted.
                    Before = connection(Id),
                    true = ets:insert(?MODULE, {Id, self()}),
                    is_pid(Before) andalso (Before ! {disconnect, taken_over}),
                    Client ! {self(), {connected, self(), Modifiers}},
                    Sent = maps:get(username, Options, undefined),
                    timer(maps:get(max_connection_lifetime, Modifiers, 0)),
                    _ = put(durable, maps:get(durable, Options, false)),
                    loop(Id, maps:get(username, Modifiers, Sent), maps:get(version, Options, 5));
                {error, Why} ->
                    Client ! {self(), {refused, Why}}
            end;
        {error, Why} ->
            Client ! {self(), {refused, Why}}
    end.

authenticate(none) -> ok;
authenticate({Method, Data}) ->
    %% There is neither a client id nor a user name yet.
    case on_auth(undefined, {"", undefined}, Method, Data) of
        {ok, #{reason_code := success, properties := #{p_authentication_method := Method}}} -> ok;
        Error -> Error
    end.

on_auth(User, Id, Method, Data) ->
    vmq_plugin:all_till_ok(on_auth_m5, [User, Id, #{p_authentication_method => Method,
                                                    p_authentication_data => Data}]).

register_client(Id, Options) ->
    Password = credentials_obfuscation:encrypt(maps:get(password, Options, undefined)),
    Common = [?PEER, Id, maps:get(username, Options, undefined), Password, true],
    Metadata = [Map || Map <- [maps:get(metadata, Options, none)], is_map(Map)],
    {Hook, Arguments} = case maps:get(version, Options, 5) of
                            4 -> {auth_on_register, Common ++ Metadata};
                            5 -> {auth_on_register_m5, Common ++ [#{}] ++ Metadata}
                        end,
    case vmq_plugin:all_till_ok(Hook, Arguments) of
        ok -> {ok, #{}};
        {ok, Modifiers} when is_list(Modifiers) -> {ok, maps:from_list(Modifiers)};
        Other -> Other
    end.

timer(0) -> ok;
timer(Seconds) -> _ = erlang:send_after(Seconds * 1000, self(), {disconnect, lifetime}), ok.

loop(Id, User, Version) ->
    receive
        {ask, From, Question} ->
            From ! {self(), answer(Question, User, Id, Version)},
            loop(Id, User, Version);
        {disconnect, Why} ->
            gone(Id, Why);
        leave ->
            gone(Id, left)
    end.

%% The queue of the client, another process, tells that it is gone, after its connection is. The
%% queue of a durable one stays.
gone(Id, Why) ->
    Connection = self(),
    true = ets:delete_object(?MODULE, {Id, Connection}),
    true = ets:insert(?MODULE, {Connection, {shutdown, Why}}),
    _ = get(durable) orelse spawn(fun() ->
                                Monitor = erlang:monitor(process, Connection),
                                receive {'DOWN', Monitor, _, _, _} -> ok end,
                                vmq_plugin:all(on_client_gone, [Id])
                            end),
    exit({shutdown, Why}).

answer({publish, Topic, QoS, Retain}, User, Id, 4) ->
    vmq_plugin:all_till_ok(auth_on_publish, [User, Id, QoS, words(Topic), <<"x">>, Retain]);
answer({publish, Topic, QoS, Retain}, User, Id, 5) ->
    vmq_plugin:all_till_ok(auth_on_publish_m5,
                           [User, Id, QoS, words(Topic), <<"x">>, Retain, #{}]);
answer({subscribe, Topics}, User, Id, 4) ->
    vmq_plugin:all_till_ok(auth_on_subscribe, [User, Id, [{words(T), Q} || {T, Q} <- Topics]]);
answer({subscribe, Topics}, User, Id, 5) ->
    Infos = [{words(T), {Q, #{no_local => false}}} || {T, Q} <- Topics],
    vmq_plugin:all_till_ok(auth_on_subscribe_m5, [User, Id, Infos, #{}]);
answer({auth, Method, Data}, User, Id, 5) ->
    on_auth(User, Id, Method, Data);
answer({run, Fun}, User, Id, _) ->
    Fun(User, Id).

words(Topic) -> binary:split(Topic, <<"/">>, [global]).

call(Pid, Question) ->
    Monitor = erlang:monitor(process, Pid),
    Pid ! {ask, self(), Question},
    receive
        {Pid, Answer} -> erlang:demonitor(Monitor, [flush]), Answer;
        {'DOWN', Monitor, process, Pid, Why} -> {closed, Why}
    end.

publish(Pid, Topic, QoS) -> publish(Pid, Topic, QoS, false).
publish(Pid, Topic, QoS, Retain) -> call(Pid, {publish, Topic, QoS, Retain}).

subscribe(Pid, Topics) -> call(Pid, {subscribe, Topics}).

reauthenticate(Pid, {Method, Data}) -> call(Pid, {auth, Method, Data}).

leave(Pid) ->
    Monitor = erlang:monitor(process, Pid),
    Pid ! leave,
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

%% Of a client that is gone, with the user name that it had: asked by the process of its queue.
delayed_will({User, ClientId}, Topic) ->
    Self = self(),
    {_, _} = spawn_monitor(fun() ->
                 Self ! {will, answer({publish, Topic, 1, false}, User, {"", ClientId}, 5)}
             end),
    receive {will, Answer} -> Answer end.

%% Waits until the broker has closed a connection, which may have been before. Why.
closed(Pid) ->
    Monitor = erlang:monitor(process, Pid),
    receive
        {'DOWN', Monitor, process, Pid, _} -> ets:lookup_element(?MODULE, Pid, 2)
    after 20000 -> still_open
    end.
