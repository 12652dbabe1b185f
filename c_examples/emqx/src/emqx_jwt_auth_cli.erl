%% The command `emqx ctl jwt_auth`: how the plugin is, what was counted, and why a client was
%% refused.
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

%% The broker calls this for the command, with its arguments.
-spec command([string()]) -> ok.
command([]) -> status();
command(["status"]) -> status();
command(["stats"]) -> stats(emqx_jwt_auth_gate:verifier());
command(["explain", ClientId]) -> explain(unicode:characters_to_binary(ClientId));
command(_) -> usage().

status() ->
    Health = case emqx_jwt_auth_health:check() of
                 ok -> <<"ok">>;
                 {error, Text} -> Text
             end,
    emqx_ctl:print("health: ~ts~n", [Health]),
    lists:foreach(fun({Name, Count}) -> emqx_ctl:print("~ts: ~b~n", [Name, Count]) end,
                  emqx_jwt_auth_counters:all()).

stats({ok, Verifier}) ->
    {_, Text} = jwt_auth:stats(Verifier),
    emqx_ctl:print("~ts", [Text]);
stats(none) ->
    emqx_ctl:print("no configuration was accepted yet~n", []).

explain(ClientId) when is_binary(ClientId) ->
    emqx_ctl:print("~ts", [jwt_auth_explanation:of_client(ClientId)]);
explain(_NotUnicode) ->
    usage().

usage() ->
    emqx_ctl:print("usage: emqx ctl jwt_auth [status | stats | explain CLIENTID]~n", []).
