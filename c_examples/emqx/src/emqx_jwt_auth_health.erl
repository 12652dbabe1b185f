%% Finds out whether the plugin checks tokens and ends sessions, and whether the broker refuses who
%% comes in while it cannot.
-module(emqx_jwt_auth_health).

-export([check/0, faults/0, answers/1]).

%% The text of the first thing that is wrong.
-spec check() -> ok | {error, binary()}.
check() ->
    first([fun faults/0, fun emqx_jwt_auth_fallback:check/0]).

%% The same, without what is the broker's.
-spec faults() -> ok | {error, binary()}.
faults() ->
    first([fun jwt_auth:status/0, fun emqx_jwt_auth_package:check/0, fun supervisor/0,
           fun hooks/0, fun session_reaper/0, fun emqx_jwt_auth_active_config:health/0,
           fun verifier/0]).

%% A check that crashes is a fault, and does not keep the plugin from starting.
first([]) -> ok;
first([Check | Others]) ->
    Failed = {error, <<"the health check itself failed">>},
    case emqx_jwt_auth_guard:run(health, Failed, Check) of
        ok -> first(Others);
        Error -> Error
    end.

supervisor() ->
    case whereis(emqx_jwt_auth_sup) of
        undefined -> {error, <<"the plugin does not run, so every client is refused: start it">>};
        _ -> ok
    end.

hooks() ->
    case emqx_jwt_auth_hooks:registered() of
        true -> ok;
        false -> {error, <<"the hooks are not registered: tokens are not checked">>}
    end.

session_reaper() ->
    case emqx_jwt_auth_session_reaper:is_alive() of
        true -> ok;
        false -> {error, <<"the process that ends sessions does not run">>}
    end.

verifier() ->
    {ok, Verifier} = emqx_jwt_auth_gate:verifier(),
    case answers(Verifier) of
        true -> ok;
        false -> {error, <<"the verifier does not answer, so every client is refused">>}
    end.

%% Asks a verifier about a client. To explain counts nothing and logs nothing.
-spec answers(jwt_auth:verifier()) -> boolean().
answers(Verifier) ->
    try jwt_auth:explain(Verifier, #{}) of
        {ok, _} -> true;
        {error, _} -> false
    catch
        error:badarg -> false
    end.
