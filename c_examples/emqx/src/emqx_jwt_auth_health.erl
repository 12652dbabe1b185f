%% Finds out whether the plugin checks tokens and ends sessions.
-module(emqx_jwt_auth_health).

-export([check/0]).

%% The text of the first thing that is wrong.
-spec check() -> ok | {error, binary()}.
check() ->
    first([fun jwt_auth:status/0, fun hooks/0, fun session_reaper/0, fun active_config/0]).

first([]) -> ok;
first([Check | Others]) ->
    case Check() of
        ok -> first(Others);
        Error -> Error
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

active_config() ->
    case emqx_jwt_auth_active_config:result() of
        ok -> ok;
        {error, Text} -> {error, <<"the configuration is not accepted: ", Text/binary>>}
    end.
