%% The application: registers the hooks, then starts the processes.
%%
%% A broker whose plugin does not start goes on without it, and admits anybody whom nothing else
%% refuses. So whatever is wrong with the configuration or the native library, this application
%% starts, and refuses every client. It does not start only where hooks cannot be registered at all.
-module(emqx_jwt_auth_app).
-behaviour(application).
-emqx_plugin(?MODULE).

-export([start/2, prep_stop/1, stop/1]).
-export([on_config_changed/2, on_health_check/1, on_handle_api_call/4]).

%% An error only if there are no hooks to register.
-spec start(application:start_type(), term()) -> {ok, pid()} | {error, term()}.
start(_Type, _Arguments) ->
    case emqx_jwt_auth_broker:generation() of
        unknown -> refuse_to_start("neither the hooks of EMQX 4 nor those of EMQX 5 are here");
        Generation -> start_for(Generation)
    end.

%% The gate is closed before the first hook is registered, so no client meets a hook without it. The
%% tables of sessions belong to this process, which outlives a supervisor that crashes: so
%% prep_stop/1 can save the sessions then, too.
start_for(Generation) ->
    emqx_jwt_auth_counters:start(),
    emqx_jwt_auth_refusal_lines:start(),
    emqx_jwt_auth_gate:close(stopped),
    emqx_jwt_auth_sessions:create(),
    case emqx_jwt_auth_kept_hooks:register(Generation) of
        ok -> start_processes();
        {error, Text} -> refuse_to_start(Text)
    end.

start_processes() ->
    Started = emqx_jwt_auth_sup:start_link(),
    emqx_jwt_auth_permission_cache:drain(),
    _ = emqx_jwt_auth_active_config:start(),
    emqx_jwt_auth_alarm:show(emqx_jwt_auth_health:faults()),
    emqx_jwt_auth_cli:register(),
    Started.

refuse_to_start(Text) ->
    logger:error("jwt_auth: the plugin cannot start: ~ts", [Text]),
    {error, {jwt_auth, unicode:characters_to_binary(Text)}}.

%% OTP calls this before an orderly stop, and after a crash of the supervisor. From here on the gate
%% refuses every client. After an orderly stop the hooks are unregistered a while later; after a
%% crash they stay until the plugin is started again.
-spec prep_stop(term()) -> term().
prep_stop(State) ->
    emqx_jwt_auth_gate:close(stopped),
    emqx_jwt_auth_sessions:save(),
    emqx_jwt_auth_cli:unregister(),
    case whereis(emqx_jwt_auth_sup) of
        undefined -> crashed();
        _ -> stopped()
    end,
    State.

crashed() ->
    Text = <<"the plugin has crashed; every client is refused until it is started again">>,
    logger:error("jwt_auth: ~ts", [Text]),
    emqx_jwt_auth_alarm:show({error, Text}).

stopped() ->
    emqx_jwt_auth_alarm:show(ok),
    emqx_jwt_auth_kept_hooks:stop().

%% Called when all processes of the application have ended.
-spec stop(term()) -> ok.
stop(_State) ->
    ok.

%% EMQX 5.7 and later call this when somebody saves the form. A configuration that is not accepted
%% changes nothing; the text names the option, or the file that is the configuration instead.
-spec on_config_changed(term(), term()) -> ok | {error, binary()}.
on_config_changed(_Old, New) ->
    Refusal = {error, <<"the configuration could not be looked at">>},
    emqx_jwt_auth_guard:run(on_config_changed, Refusal, fun() -> config_changed(New) end).

config_changed(New) ->
    case emqx_jwt_auth_config:saved(New) of
        {ok, Source} ->
            emqx_jwt_auth_active_config:apply(Source);
        {error, Text} = Error ->
            logger:warning("jwt_auth: the form that was saved is not used: ~ts", [Text]),
            Error
    end.

%% The dashboard of EMQX calls this.
-spec on_health_check(term()) -> ok | {error, binary()}.
on_health_check(_Options) ->
    emqx_jwt_auth_health:check().

%% EMQX 6.0.3 and later call this for a request to the API of the plugin.
-spec on_handle_api_call(atom(), [binary()], map(), map()) -> tuple().
on_handle_api_call(Method, Path, _Request, _Context) ->
    Failed = {error, 500, #{}, #{code => <<"INTERNAL_ERROR">>,
                                 message => <<"the answer could not be made">>}},
    emqx_jwt_auth_guard:run(on_handle_api_call, Failed,
                            fun() -> emqx_jwt_auth_api:handle(Method, Path) end).
