%% EMQX remembers permissions for a minute. What it remembers from before the plugin ran, or from
%% before a change, must not outlive it.
-module(emqx_jwt_auth_permission_cache).

-export([drain/0]).

%% Makes the broker forget all permissions: EMQX 4 has one module for that, later releases another.
-spec drain() -> ok.
drain() ->
    lists:foreach(fun(Module) -> emqx_jwt_auth_broker:ask(fun Module:drain_cache/0, ok) end,
                  [emqx_acl_cache, emqx_authz_cache]).
