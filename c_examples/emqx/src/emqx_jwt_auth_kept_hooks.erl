%% Registers the hooks, and unregisters them some seconds after an orderly stop.
%%
%% EMQX stops plugins before it closes its listeners, and restarts a plugin by stopping and starting
%% it. Without hooks it admits anybody whom nothing else refuses. So the hooks stay for a while,
%% with a gate that refuses, until the plugin is started again or the node is down.
-module(emqx_jwt_auth_kept_hooks).

-export([register/1, stop/0, is_over/1]).

%% Milliseconds for which the hooks stay.
-define(KEPT, 10000).
-define(STOP, {emqx_jwt_auth, stop}).

%% The hooks of a stopped plugin are taken over.
-spec register(emqx_jwt_auth_broker:generation()) -> ok | {error, string()}.
register(Generation) ->
    alone(fun() ->
              persistent_term:put(?STOP, none),
              emqx_jwt_auth_hooks:register(Generation)
          end).

%% No process of the application lives long enough to unregister the hooks, so the timer server of
%% OTP calls is_over/1. The number tells this stop from later ones.
-spec stop() -> ok.
stop() ->
    logger:warning("jwt_auth: the plugin is stopped: every client is refused for ~b seconds, and then "
                   "EMQX decides without it", [?KEPT div 1000]),
    Stop = erlang:unique_integer([positive]),
    persistent_term:put(?STOP, Stop),
    wait(Stop).

wait(Stop) ->
    {ok, _} = timer:apply_after(?KEPT, ?MODULE, is_over, [Stop]),
    ok.

%% Unregisters the hooks, unless the plugin was started since. While the node stops they stay:
%% listeners are closed late.
-spec is_over(integer()) -> ok.
is_over(Stop) ->
    alone(fun() ->
              case {persistent_term:get(?STOP, none), node_stops()} of
                  {Stop, false} -> unregister();
                  {Stop, true} -> wait(Stop);
                  _ -> ok
              end
          end).

%% Nobody takes the verifier over either, with what it fetches again and again.
unregister() ->
    emqx_jwt_auth_hooks:unregister(),
    emqx_jwt_auth_gate:close(unconfigured).

%% EMQX 5 stops its application emqx_plugins after the plugins, and long before its listeners.
node_stops() ->
    {Status, _} = init:get_status(),
    Loaded = lists:keymember(emqx_plugins, 1, application:loaded_applications()),
    Runs = lists:keymember(emqx_plugins, 1, application:which_applications()),
    Status =:= stopping orelse (Loaded andalso not Runs).

alone(Fun) ->
    global:trans({?MODULE, self()}, Fun, [node()]).
