%% Does the plugin do what it is there for?
-module(emqx_jwt_auth_health).

-export([check/0]).

%% The text of the first thing that is wrong.
-spec check() -> ok | {error, binary()}.
check() ->
    first([fun jwt_auth:status/0, fun hooks/0, fun keeper/0, fun setting/0]).

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

keeper() ->
    case emqx_jwt_auth_keeper:is_alive() of
        true -> ok;
        false -> {error, <<"the process that ends sessions does not run">>}
    end.

setting() ->
    case emqx_jwt_auth_setting:result() of
        ok -> ok;
        {error, Text} -> {error, <<"the configuration is not accepted: ", Text/binary>>}
    end.
