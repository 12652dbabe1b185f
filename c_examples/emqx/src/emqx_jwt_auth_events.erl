%% The callbacks for what happens to a client that has connected. The broker runs them in the
%% process of the connection.
-module(emqx_jwt_auth_events).

-export([hooks/0, on_connected/2, on_disconnected/3, on_resumed/2, renewed/1]).

-spec hooks() -> [{atom(), {module(), atom(), []}}].
hooks() ->
    [{'client.connected', {?MODULE, on_connected, []}},
     {'client.disconnected', {?MODULE, on_disconnected, []}},
     {'session.resumed', {?MODULE, on_resumed, []}}].

%% By now every plugin that gives clients other names has done so.
-spec on_connected(map(), term()) -> ok.
on_connected(ClientInfo, _Connection) ->
    emqx_jwt_auth_guard:run(connected, ok, fun() ->
        emqx_jwt_auth_session:rename(emqx_jwt_auth_client:key(ClientInfo))
    end).

-spec on_disconnected(map(), term(), term()) -> ok.
on_disconnected(_ClientInfo, _Reason, _Connection) ->
    emqx_jwt_auth_guard:run(disconnected, ok, fun emqx_jwt_auth_session:offline/0).

%% The session was made with another token. What this one denies is unsubscribed, and what it says
%% nothing about and the broker denies.
-spec on_resumed(map(), term()) -> ok.
on_resumed(ClientInfo, Session) ->
    unsubscribe(ClientInfo, fun() -> maps:to_list(maps:get(subscriptions, Session)) end).

%% The same for a client that has sent another token.
-spec renewed(map()) -> ok.
renewed(ClientInfo) ->
    unsubscribe(ClientInfo, fun emqx_jwt_auth_broker:subscriptions/0).

unsubscribe(ClientInfo, Subscriptions) ->
    Find = fun() -> denied(ClientInfo, Subscriptions()) end,
    case emqx_jwt_auth_guard:run(resumed, failed, Find) of
        [] -> ok;
        failed -> emqx_jwt_auth_channels:disconnect(self());
        Denied -> emqx_jwt_auth_broker:unsubscribe(Denied)
    end.

denied(#{mountpoint := Mountpoint} = ClientInfo, Subscriptions) ->
    Named = [{unmounted(Topic, Mountpoint), Options} || {Topic, Options} <- Subscriptions],
    [Subscription || Subscription <- Named, is_denied(ClientInfo, Subscription)].

is_denied(ClientInfo, {Topic, Options}) ->
    Action = action(Options),
    case emqx_jwt_auth_session:is_admitted()
             andalso emqx_jwt_auth_gate:authorize(ClientInfo, Action, filter(Topic)) of
        deny -> true;
        no_match -> emqx_jwt_auth_broker:denies(ClientInfo, Action, filter(Topic));
        _ -> false
    end.

%% Options that are being written meanwhile may be missing.
action(#{qos := Qos}) -> #{action_type => subscribe, qos => Qos};
action(#{}) -> subscribe.

%% The topics of a session have the mountpoint of its clients in front.
unmounted({share, Group, Topic}, Mountpoint) -> {share, Group, unmounted(Topic, Mountpoint)};
unmounted(Topic, Mountpoint) when is_binary(Mountpoint) ->
    Size = byte_size(Mountpoint),
    case Topic of
        <<Mountpoint:Size/binary, Rest/binary>> -> Rest;
        _ -> Topic
    end;
unmounted(Topic, _NoMountpoint) -> Topic.

%% From 5.4 on a shared subscription is such a record, and before a filter with an option.
filter({share, _Group, Filter}) -> Filter;
filter(Filter) -> Filter.
