%% `emqx ctl jwt_auth`: says whether all is well, and counts.
-module(emqx_jwt_auth_cli).

-export([register/0, unregister/0, command/1]).

%% A broker that cannot register it does without.
-spec register() -> ok.
register() ->
    attempt(fun() -> emqx_ctl:register_command(jwt_auth, {?MODULE, command}, []) end).

%% Takes it away again.
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

%% What the command does. It takes no arguments.
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
