%% What differs between the releases of RabbitMQ. One package serves 3.10 to 4.3.
%%
%% Up to 3.11 the MQTT plugin is a client of AMQP: each connection has a process of the AMQP client,
%% which holds the user. From 3.12 on MQTT is native: the process of a connection calls the backend
%% itself, and its process dictionary holds what the backend has granted.
-module(rabbit_auth_backend_jwt_auth_release).

-export([is_native/0, accepted/1, connections/0, grant/1, close/2]).
-export([has_delayed_wills/0, ends_expired/0, takes_reasons/0]).

%% Two of these functions are in some releases only.
-dialyzer({no_missing_calls, [connections/0, close/2]}).

-include_lib("rabbit_common/include/rabbit.hrl").

%% AMQP 0-9-1: CONNECTION-FORCED.
-define(CONNECTION_FORCED, 320).

-spec is_native() -> boolean().
is_native() ->
    erlang:function_exported(rabbit_mqtt, local_connection_pids, 0).

%% Called by the process that accepts a client. true: it is that of the connection.
-spec accepted(rabbit_auth_backend_jwt_auth:grant()) -> boolean().
accepted(Grant) ->
    is_native() andalso begin
        _ = put(rabbit_auth_backend_jwt_auth, Grant),
        true
    end.

%% All MQTT connections of this node, those by WebSocket among them.
-spec connections() -> [pid()].
connections() ->
    case is_native() of
        true -> rabbit_mqtt:local_connection_pids();
        false -> rabbit_direct:list_local()
    end.

%% The grant of a connection; none: another backend accepted the client, or the connection has ended
%% meanwhile.
-spec grant(pid()) -> rabbit_auth_backend_jwt_auth:grant() | none.
grant(Pid) ->
    Kept = try kept(is_native(), Pid) catch _:_ -> [] end,
    case proplists:get_value(rabbit_auth_backend_jwt_auth, Kept) of
        Grant when is_function(Grant, 0) -> Grant;
        _ -> none
    end.

kept(true, Pid) ->
    {dictionary, Dictionary} = process_info(Pid, dictionary),
    Dictionary;
kept(false, Pid) ->
    [{internal_user, #user{authz_backends = Backends}}] =
        amqp_connection:info(Pid, [internal_user]),
    Backends.

%% RabbitMQ writes why to its log.
-spec close(pid(), atom()) -> term().
close(Pid, Why) ->
    case is_native() of
        true ->
            rabbit_mqtt_reader:close_connection(Pid, Why);
        false ->
            %% It asks the connection, which may be busy.
            spawn(fun() ->
                      Text = <<"the session has ended">>,
                      amqp_direct_connection:server_close(Pid, ?CONNECTION_FORCED, Text)
                  end)
    end.

%% MQTT 5 came with 3.13.
-spec has_delayed_wills() -> boolean().
has_delayed_wills() ->
    ends_expired().

%% From 3.13 on RabbitMQ asks when a token expires, and disconnects the client then.
-spec ends_expired() -> boolean().
ends_expired() ->
    erlang:function_exported(rabbit_access_control, expiry_timestamp, 1).

%% From 4.3 on a refusal may have a reason, which RabbitMQ writes to its log.
-spec takes_reasons() -> boolean().
takes_reasons() ->
    {ok, Version} = application:get_key(rabbit, vsn),
    rabbit_misc:version_compare(Version, "4.3.0", gte).
