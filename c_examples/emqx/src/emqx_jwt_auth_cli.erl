%% The command `emqx ctl jwt_auth`, for operators.
-module(emqx_jwt_auth_cli).

-export([register/0, unregister/0, command/1]).

%% Registers the command. If the broker cannot do that, there is no command.
-spec register() -> ok.
register() ->
    Register = fun() -> emqx_ctl:register_command(jwt_auth, {?MODULE, command}, []) end,
    _ = emqx_jwt_auth_broker:ask(Register, ok),
    ok.

%% Unregisters the command.
-spec unregister() -> ok.
unregister() ->
    _ = emqx_jwt_auth_broker:ask(fun() -> emqx_ctl:unregister_command(jwt_auth) end, ok),
    ok.

%% The broker calls this for the command, with its arguments.
-spec command([string()]) -> ok.
command([]) -> status();
command(["status"]) -> status();
command(["stats"]) -> stats(emqx_jwt_auth_gate:verifier());
command(["explain", ClientId]) -> explain(unicode:characters_to_binary(ClientId));
command(["reload"]) -> reload();
command(["test"]) -> test(emqx_jwt_auth_config:current());
command(["test", File]) -> test(emqx_jwt_auth_config:file(File));
command(["sessions"]) -> sessions();
command(["version"]) -> version();
command(_) -> usage().

status() ->
    tell(emqx_jwt_auth_health:check(), "health: ok", "health: "),
    lists:foreach(fun({Name, Count}) -> emqx_ctl:print("~ts: ~b~n", [Name, Count]) end,
                  emqx_jwt_auth_counters:all()).

%% Keys and whatever else is in files is read again, too. The plugin goes on meanwhile.
reload() ->
    Read = case emqx_jwt_auth_broker:generation() of
               v4 -> emqx_jwt_auth_lines:reread();
               _ -> ok
           end,
    tell(case Read of
             ok -> emqx_jwt_auth_active_config:apply_current();
             Error -> Error
         end, "the configuration is in force").

test(Source) ->
    tell(emqx_jwt_auth_active_config:validate(Source), "accepted").

tell(Result, Fine) ->
    tell(Result, Fine, "not accepted: ").

tell(ok, Fine, _Otherwise) -> emqx_ctl:print("~ts~n", [Fine]);
tell({error, Text}, _Fine, Otherwise) -> emqx_ctl:print("~ts~ts~n", [Otherwise, Text]).

stats({ok, Verifier}) ->
    {_, Text} = jwt_auth:stats(Verifier),
    emqx_ctl:print("~ts", [Text]);
stats(none) ->
    emqx_ctl:print("no configuration was accepted yet~n", []).

explain(ClientId) when is_binary(ClientId) ->
    emqx_ctl:print("~ts", [jwt_auth_explanation:of_client(ClientId)]);
explain(_NotUnicode) ->
    usage().

sessions() ->
    #{explained := Explained, too_fast := TooFast} = jwt_auth_refusals:counts(),
    emqx_ctl:print("sessions: ~b~nrefusals explained: ~b~nrefusals only counted: ~b~n",
                   [emqx_jwt_auth_sessions:size(), Explained, TooFast]).

version() ->
    lists:foreach(fun({What, Version}) -> emqx_ctl:print("~ts: ~ts~n", [What, Version]) end,
                  emqx_jwt_auth_package:versions()).

usage() ->
    emqx_ctl:print("usage: emqx ctl jwt_auth [status | reload | test [FILE] | explain CLIENTID | "
                   "stats | sessions | version]~n", []).
