%% Connections: processes in which the hooks run, and the table of who has which client id. A
%% process whose client has gone stays if its session is durable.
-module(broker_connections).

-export([reset/0, forget/0, open/0, open/1, run/2, accepted/2, kick_session/1, lookup_channels/1]).
-export([get_chan_info/2, kicked/0, told/1, kept/1, subscriptions/0, authenticated/1, name_in_log/1]).

%% Everybody goes.
reset() ->
    _ = [ets:new(?MODULE, [named_table, public, bag]) || ets:info(?MODULE, size) =:= undefined],
    _ = [exit(Pid, kill) || {open, Pid} <- ets:lookup(?MODULE, open)],
    forget(),
    ok.

%% The broker forgets who has which client id.
forget() ->
    ets:delete_all_objects(?MODULE).

open() -> open([]).

%% durable: its session outlives the connection. deaf: it does not disconnect when it is asked to,
%% as one of EMQX 4.4 over WebSocket in MQTT 3.1.1.
open(Traits) ->
    Connection = spawn(fun() -> loop(Traits) end),
    ets:insert(?MODULE, {open, Connection}),
    Connection.

loop(Traits) ->
    receive
        {run, From, Fun} -> From ! {self(), Fun()}, loop(Traits);
        {disconnect, Code, _Name, _Properties} -> disconnect(Code, Traits);
        {unsubscribe, Filters} -> tell({unsubscribed, Filters}), loop(Traits);
        discard -> ok;
        _ -> loop(Traits)
    end.

disconnect(Code, Traits) ->
    case lists:member(deaf, Traits) orelse get(broker_client) of
        true ->
            loop(Traits);
        offline ->
            loop(Traits);
        Client ->
            tell({disconnected, Code}),
            _ = [emqx_hooks:run('client.disconnected', [Client, not_authorized, #{}]) || is_map(Client)],
            put(broker_client, offline),
            lists:member(durable, Traits) andalso loop(Traits)
    end.

%% What the broker has told a client, or done to it.
tell(What) -> ets:insert(?MODULE, {{told, self()}, What}).

told(Connection) -> [What || {_, What} <- ets:lookup(?MODULE, {told, Connection})].

%% Called in the connection: the broker calls its client so from now on.
accepted(#{clientid := ClientId} = Client, Subscriptions) ->
    ets:insert(?MODULE, {{id, ClientId}, self()}),
    put(broker_client, Client),
    put(broker_subscriptions, Subscriptions),
    _ = [emqx_hooks:run('session.resumed', [Client, #{subscriptions => Subscriptions}])
         || map_size(Subscriptions) > 0],
    emqx_hooks:run('client.connected', [Client, #{}]).

%% Called in the connection, before its client is authenticated.
name_in_log(#{clientid := ClientId, username := Username}) ->
    logger:update_process_metadata(#{clientid => ClientId, username => Username});
name_in_log(_Odd) ->
    ok.

%% What the client of the calling connection has subscribed to.
subscriptions() -> maps:to_list(get(broker_subscriptions)).

%% Called in the connection: an AUTH packet was accepted or refused.
authenticated({ok, Client}) ->
    put(broker_client, Client),
    ok;
authenticated({error, _}) ->
    self() ! {disconnect, 16#87, not_authorized, #{}},
    ok.

%% What the broker knows of the client of a connection.
kept(Connection) -> run(Connection, fun() -> get(broker_client) end).

run(Connection, Fun) ->
    Monitor = monitor(process, Connection),
    Connection ! {run, self(), Fun},
    receive
        {Connection, Answer} -> demonitor(Monitor, [flush]), Answer;
        {'DOWN', Monitor, _, _, _} -> gone
    end.

lookup_channels(ClientId) ->
    [Pid || {_, Pid} <- ets:lookup(?MODULE, {id, ClientId}), is_process_alive(Pid)].

get_chan_info(ClientId, Pid) ->
    case lists:member(Pid, lookup_channels(ClientId)) andalso kept(Pid) of
        offline -> #{conn_state => disconnected};
        #{} -> #{conn_state => connected};
        _ -> undefined
    end.

%% The session goes, and what is queued in it.
kick_session(ClientId) ->
    ets:insert(?MODULE, {kicked, ClientId}),
    [Pid ! discard || Pid <- lookup_channels(ClientId)],
    ok.

kicked() ->
    [ClientId || {kicked, ClientId} <- ets:lookup(?MODULE, kicked)].
