%% The callbacks of EMQX 5. Each is guarded, because a crash would admit the client, and the broker
%% would log the password.
-module(emqx_jwt_auth_hooks5).

-export([on_authenticate/3, on_unanswered/2, on_authorize/5]).

%% In milliseconds. EMQX sets a timer for expire_at. Not much later is the last time that a timer of
%% the Erlang VM can have, and setting one for after that crashes the connection.
-define(HORIZON, 9000000000000).

%% The attribute by which EMQX chooses the tenant of a client. A token says it only if the option
%% tenant lets it: a broker that tells tenants apart in another way would be open to whoever signs
%% tokens for one of them.
-define(TENANT, <<"tns">>).

%% EMQX merges it into its map of the client.
-type grant() :: #{is_superuser := boolean(),
                   username => binary(),
                   clientid_override => binary(),
                   expire_at => pos_integer(),
                   client_attrs => #{binary() => binary()}}.
%% EMQX from 6.0.3 on does not remember what is not cacheable; earlier releases remember it for a
%% minute, whatever happens to the token.
-type permission() :: allow | deny
                    | #{result := allow | deny, from := jwt_auth, is_cacheable := false}.

%% May the client connect? ignore leaves it to the hooks that follow.
-spec on_authenticate(map(), term(), emqx_jwt_auth_broker:facts()) ->
          {stop, {ok, grant()} | {error, emqx_jwt_auth_gate:refusal()}} | ignore.
on_authenticate(Credential, Before, Facts) ->
    emqx_jwt_auth_guard:run(authenticate, {stop, {error, not_authorized}},
                            fun() -> authenticate(Credential, Before, Facts) end).

authenticate(Credential, Before, Facts) ->
    Modern = emqx_jwt_auth_broker:takes_attributes(Facts, Credential),
    case emqx_jwt_auth_enhanced:method(Credential) of
        none ->
            BrokerEnds = fun(ExpiresAt) -> Modern andalso ExpiresAt * 1000 < ?HORIZON end,
            answer(emqx_jwt_auth_gate:authenticate(Credential, BrokerEnds), BrokerEnds, Modern);
        ours ->
            answer(emqx_jwt_auth_enhanced:authenticate(Credential), fun(_) -> false end, Modern);
        others ->
            emqx_jwt_auth_enhanced:leave(emqx_jwt_auth_client:key(Credential), Before)
    end.

answer({allow, Grant}, BrokerEnds, Modern) -> {stop, {ok, grant(Grant, BrokerEnds, Modern)}};
answer({deny, Reason}, _BrokerEnds, _Modern) -> {stop, {error, Reason}};
answer(ignore, _BrokerEnds, _Modern) -> ignore.

grant(#{superuser := Superuser} = Grant, BrokerEnds, Modern) ->
    Expiry = case Grant of
                 #{expires_at := At} -> [{expire_at, At * 1000} || BrokerEnds(At)];
                 #{} -> []
             end,
    Attributes = with_tenant(maps:get(attributes, Grant)),
    Attrs = [{client_attrs, Attributes} || Modern, map_size(Attributes) > 0],
    ClientId = [{clientid_override, Id} || {client_id, Id} <- maps:to_list(Grant)],
    maps:merge(maps:with([username], Grant),
               maps:from_list([{is_superuser, Superuser}] ++ Expiry ++ Attrs ++ ClientId)).

with_tenant(Attributes) ->
    case emqx_jwt_auth_options:get(tenant) of
        true -> Attributes;
        false -> maps:remove(?TENANT, Attributes)
    end.

%% The last one of all hooks. A client with an authentication method of others is refused if nobody
%% has decided about it: EMQX would admit it. Then the answer is what it was before: ignore, or in
%% releases before 5.0.12 an admission.
-spec on_unanswered(map(), term()) -> {stop, {error, emqx_jwt_auth_gate:refusal()}} | ignore.
on_unanswered(_Credential, Answer) ->
    case emqx_jwt_auth_enhanced:left() of
        {left, Before} when Answer =:= Before; Answer =:= ignore; Answer =:= ok ->
            {stop, {error, not_authorized}};
        _ ->
            ignore
    end.

%% May it do this with the topic? ignore leaves it to the hooks that follow.
-spec on_authorize(map(), atom() | map(), binary(), term(), emqx_jwt_auth_broker:facts()) ->
          {stop, permission()} | ignore.
on_authorize(ClientInfo, Action, Topic, _Before, Facts) ->
    emqx_jwt_auth_guard:run(authorize, {stop, permission(deny, Facts)},
                            fun() -> authorize(ClientInfo, Action, Topic, Facts) end).

authorize(ClientInfo, Action, Topic, Facts) ->
    case emqx_jwt_auth_gate:authorize(ClientInfo, Action, Topic) of
        no_match -> ignore;
        Permission -> {stop, permission(Permission, Facts)}
    end.

permission(Permission, #{bare_permission := true}) -> Permission;
permission(Permission, _Facts) ->
    #{result => Permission, from => jwt_auth, is_cacheable => false}.
