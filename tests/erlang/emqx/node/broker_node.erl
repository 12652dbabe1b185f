%% What a broker keeps besides clients' business: a directory for data, the table of channels,
%% alarms, and its own configuration, which here refuses whom no plugin decides about.
-module(broker_node).
-export([reset/0, data/0, channel/3, stranger/1, ends/1, configure/2, config/2, alarms/0, drained/0]).
-export([drain/0, alarm/1]).

reset() ->
    Data = data(),
    _ = [ok = file:delete(File) || File <- filelib:wildcard(filename:join(Data, "*"))],
    ok = filelib:ensure_dir(filename:join(Data, "x")),
    application:set_env(emqx, data_dir, Data),
    _ = [ets:new(Table, [named_table, public, Type])
         || {Table, Type} <- [{?MODULE, bag}, {emqx_channel_info, ordered_set}],
            ets:info(Table, size) =:= undefined],
    _ = [ets:delete_all_objects(Table) || Table <- [?MODULE, emqx_channel_info]],
    ok.

data() -> filename:join(os:getenv("JWT_AUTH_WORK", "/tmp"), "data").

%% The broker registers a channel, after its client was admitted.
channel(Pid, #{clientid := ClientId} = Client, State) ->
    Properties = maps:from_list([{'Authentication-Method', Method} || #{auth_method := Method} <- [Client]]),
    Info = #{conn_state => State, clientinfo => maps:without([password, auth_method, auth_data], Client),
             conninfo => #{conn_props => Properties}},
    true = ets:insert(emqx_channel_info, {{ClientId, Pid}, Info, []}),
    Pid.

%% The channel of a client that came in while no plugin ran.
stranger(Client) ->
    Self = self(),
    channel(spawn(fun() -> wait(Self) end), Client, connected).

wait(Tester) ->
    receive
        {disconnect, Code, Name, Properties} when is_map(Properties) -> Tester ! {self(), Code, Name};
        _ -> wait(Tester)
    end.

%% How a stranger has ended, if it has.
ends(Pid) ->
    receive {Pid, Code, Name} -> {Code, Name} after 0 -> connected end.

configure(Key, Value) ->
    ets:delete(?MODULE, {config, Key}),
    ets:insert(?MODULE, {{config, Key}, Value}).

config(Key, Default) ->
    case ets:lookup(?MODULE, {config, Key}) of
        [{_, Value}] -> Value;
        [] -> Default
    end.

alarm(What) -> ets:insert(?MODULE, {alarm, What}).
alarms() -> [What || {_, What} <- ets:lookup(?MODULE, alarm)].

drain() -> ets:insert(?MODULE, {drained, erlang:unique_integer()}).
drained() -> length(ets:lookup(?MODULE, drained)).
