%% The command `emqx ctl jwt_auth`: prints the health of the plugin, and its counters.
-module(emqx_jwt_auth_cli).

-export([register/0, unregister/0, command/1]).

%% Registers the command. If the broker cannot do that, there is no command.
-spec register() -> ok.
register() ->
    attempt(fun() -> emqx_ctl:register_command(jwt_auth, {?MODULE, command}, []) end).

%% Unregisters the command.
-spec unregister() -> ok.
unregister() ->
    attempt(fun() -> emqx_ctl:unregister_command(jwt_auth) end).

attempt(Fun) ->
    try
        _ = Fun(),
        ok
    catch
        _:_ -> ok
    end.

%% The broker calls this for the command, which takes no arguments.
-spec command([string()]) -> ok.
command([]) ->
    Health = case emqx_jwt_auth_health:check() of
                 ok -> <<"ok">>;
                 {error, Text} -> Text
             end,
    emqx_ctl:print("health: ~ts~n", [Health]),
    lists:foreach(fun({Name, Count}) -> emqx_ctl:print("~ts: ~b~n", [Name, Count]) end,
                  emqx_jwt_auth_counters:all());
command(_) ->
    emqx_ctl:print("usage: emqx ctl jwt_auth~n", []).
