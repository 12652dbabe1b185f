%% Runs a callback so that it always returns, and counts its crashes: see jwt_auth_guard.
-module(emqx_jwt_auth_guard).

-export([run/3]).

%% Returns what Fun returns, or Refusal if Fun raises an exception.
-spec run(atom(), Refusal, fun(() -> Answer)) -> Refusal | Answer.
run(Callback, Refusal, Fun) ->
    jwt_auth_guard:run(Callback, Refusal, Fun,
                       fun() -> emqx_jwt_auth_counters:add(crashed) end).
