%% The connections of this node, as the broker knows them: EMQX calls them channels.
-module(emqx_jwt_auth_channels).

-export([authenticated/0, disconnect/1]).

%% The table in which all releases keep what is known of a channel:
%% {{ClientId, Pid}, #{clientinfo, conn_state, ...}, Statistics}.
-define(TABLE, emqx_channel_info).
-define(AT_ONCE, 500).

%% Those that are connected, had to authenticate, and were not left to authenticators of the broker
%% that it has. None if the table cannot be read.
-spec authenticated() -> [{binary(), pid()}].
authenticated() ->
    Rows = {{'$1', '$2'}, #{conn_state => connected, clientinfo => '$3', conninfo => '$4'}, '_'},
    try
        walk(ets:select(?TABLE, [{Rows, [], [{{'$1', '$2', '$3', '$4'}}]}], ?AT_ONCE))
    catch
        error:badarg -> []
    end.

walk('$end_of_table') ->
    [];
walk({Found, Continuation}) ->
    [{ClientId, Pid} || {ClientId, Pid, Client, Connection} <- Found, is_pid(Pid),
                        has_to_authenticate(Client), not is_left_to_others(Connection)]
        ++ walk(ets:select(Continuation)).

%% A listener of EMQX 5 may let everybody in, and so may a zone of EMQX 4: these ask no plugin.
has_to_authenticate(#{enable_authn := false}) -> false;
has_to_authenticate(#{enable_authn := _}) -> true;
has_to_authenticate(#{zone := Zone}) -> not bypasses_plugins(Zone);
has_to_authenticate(_) -> false.

%% By its authentication method. A broker without authenticators would have admitted anybody.
is_left_to_others(#{conn_props := #{'Authentication-Method' := Method}}) ->
    emqx_jwt_auth_enhanced:method(#{auth_method => Method}) =:= others
        andalso emqx_jwt_auth_fallback:has_authenticator();
is_left_to_others(_Connection) ->
    false.

bypasses_plugins(Zone) ->
    Bypass = fun() -> emqx_zone:get_env(Zone, bypass_auth_plugins, false) end,
    emqx_jwt_auth_broker:ask(Bypass, false).

%% Asks a connection to end: "not authorized", as the code of MQTT 5 and for the log. The broker
%% keeps the session for when the client comes back.
-spec disconnect(pid()) -> ok.
disconnect(Pid) ->
    Pid ! {disconnect, 16#87, not_authorized, #{}},
    ok.
