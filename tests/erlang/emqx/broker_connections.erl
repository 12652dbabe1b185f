%% Connections: processes in which the hooks run, and the table of who has which client id.
-module(broker_connections).

-export([reset/0, forget/0, open/0, run/2, register/2, kick_session/1, lookup_channels/1, kicked/0]).

%% Everybody goes.
reset() ->
    _ = [ets:new(?MODULE, [named_table, public, bag]) || ets:info(?MODULE, size) =:= undefined],
    _ = [exit(Pid, kill) || {open, Pid} <- ets:lookup(?MODULE, open)],
    forget(),
    ok.

%% The broker forgets who has which client id.
forget() ->
    ets:delete_all_objects(?MODULE).

open() ->
    Connection = spawn(fun loop/0),
    ets:insert(?MODULE, {open, Connection}),
    Connection.

loop() ->
    receive
        {run, From, Fun} -> From ! {self(), Fun()}, loop();
        kick -> ok
    end.

run(Connection, Fun) ->
    Monitor = monitor(process, Connection),
    Connection ! {run, self(), Fun},
    receive
        {Connection, Answer} -> demonitor(Monitor, [flush]), Answer;
        {'DOWN', Monitor, _, _, _} -> gone
    end.

register(ClientId, Connection) ->
    ets:insert(?MODULE, {{id, ClientId}, Connection}).

lookup_channels(ClientId) ->
    [Pid || {_, Pid} <- ets:lookup(?MODULE, {id, ClientId}), is_process_alive(Pid)].

kick_session(ClientId) ->
    ets:insert(?MODULE, {kicked, ClientId}),
    [Pid ! kick || Pid <- lookup_channels(ClientId)],
    ok.

kicked() ->
    [ClientId || {kicked, ClientId} <- ets:lookup(?MODULE, kicked)].
