%% The callbacks of EMQX 4. Each is guarded, because a crash would admit the client.
-module(emqx_jwt_auth_hooks4).

-export([on_authenticate/2, on_check_acl/4]).

%% The result of earlier hooks. The first one gets success if the broker allows anonymous clients.
-type result() :: map().

%% May the client connect? ok leaves it to the hooks that follow.
-spec on_authenticate(map(), result()) -> {stop, result()} | ok.
on_authenticate(ClientInfo, Result) ->
    Refusal = deny(not_authorized, Result),
    emqx_jwt_auth_guard:run(authenticate, Refusal,
                            fun() -> authenticate(ClientInfo, Result) end).

authenticate(ClientInfo, Result) ->
    case emqx_jwt_auth_gate:authenticate(ClientInfo, fun(_) -> false end) of
        {allow, #{superuser := Superuser} = Grant} ->
            Accepted = #{auth_result => success, anonymous => false, is_superuser => Superuser},
            %% EMQX merges the result into its map of the client.
            {stop, maps:merge(Result, maps:merge(Accepted, maps:with([username], Grant)))};
        {deny, Reason} ->
            deny(Reason, Result);
        ignore ->
            ok
    end.

deny(Reason, Result) when is_map(Result) ->
    {stop, Result#{auth_result => Reason, anonymous => false}};
deny(Reason, _Result) ->
    {stop, #{auth_result => Reason, anonymous => false}}.

%% May it do this with the topic? ignore leaves it to the hooks that follow.
-spec on_check_acl(map(), publish | subscribe, binary(), term()) ->
          {stop, allow | deny} | ignore.
on_check_acl(ClientInfo, Action, Topic, _Before) ->
    emqx_jwt_auth_guard:run(authorize, {stop, deny},
                            fun() -> check_acl(ClientInfo, Action, Topic) end).

check_acl(ClientInfo, Action, Topic) ->
    case emqx_jwt_auth_gate:authorize(ClientInfo, Action, Topic) of
        no_match -> ignore;
        Permission -> {stop, Permission}
    end.
