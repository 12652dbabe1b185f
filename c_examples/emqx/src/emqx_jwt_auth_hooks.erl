%% Registers the callbacks for one generation of EMQX. They run just before the broker's own chains
%% of authenticators and of authorization sources, and behind its hooks that decide nothing, such as
%% that of its tenants.
-module(emqx_jwt_auth_hooks).

-export([register/1, unregister/0, registered/0]).

%% One more than the priorities of EMQX's own chains.
-define(AUTHENTICATE, 971).
-define(AUTHORIZE, 962).
%% The lowest one of EMQX's own hooks is 0.
-define(LAST, -1000).
-define(REGISTERED, {emqx_jwt_auth, hooks}).

%% Those that decide, all or none: with one of two a broker would be half open. Without the others,
%% which hear of events, nobody has more rights.
-spec register(emqx_jwt_auth_broker:generation()) -> ok | {error, string()}.
register(Generation) ->
    Hooks = hooks(Generation),
    persistent_term:put(?REGISTERED, Hooks),
    case failed(Hooks) of
        [] ->
            register_events();
        Failed ->
            unregister(),
            {error, io_lib:format("no hook can be registered at ~0p", [Failed])}
    end.

register_events() ->
    Events = emqx_jwt_auth_events:hooks(),
    Failed = failed(Events),
    Failed =:= [] orelse
        logger:warning("jwt_auth: the broker does not tell of ~0p", [Failed]),
    Registered = [Event || {Point, _} = Event <- Events, not lists:member(Point, Failed)],
    persistent_term:put(?REGISTERED, persistent_term:get(?REGISTERED) ++ Registered).

failed(Hooks) ->
    [Point || {Point, Action} <- Hooks, not put_hook(Point, Action)].

hooks(v4) ->
    [{'client.authenticate', {emqx_jwt_auth_hooks4, on_authenticate, []}},
     {'client.check_acl', {emqx_jwt_auth_hooks4, on_check_acl, []}}];
hooks(v5) ->
    Facts = emqx_jwt_auth_broker:facts(),
    [{'client.authenticate', {emqx_jwt_auth_hooks5, on_authenticate, [Facts]}},
     {'client.authenticate', {emqx_jwt_auth_hooks5, on_unanswered, []}},
     {'client.authorize', {emqx_jwt_auth_hooks5, on_authorize, [Facts]}}].

put_hook(Point, Action) ->
    try emqx_hooks:put(Point, Action, priority(Point, Action)) of
        ok -> true;
        _ -> false
    catch
        _:_ -> false
    end.

priority(_, {_, on_unanswered, _}) -> ?LAST;
priority('client.authenticate', _) -> ?AUTHENTICATE;
priority(_, _) -> ?AUTHORIZE.

%% Unregisters the hooks of register/1, as far as the broker still has them.
-spec unregister() -> ok.
unregister() ->
    lists:foreach(fun({Point, {Module, Function, _}}) ->
                      catch emqx_hooks:del(Point, {Module, Function})
                  end, persistent_term:get(?REGISTERED, [])),
    _ = persistent_term:erase(?REGISTERED),
    ok.

%% Whether the broker has the hooks. One that cannot be asked is taken to have them.
-spec registered() -> boolean().
registered() ->
    Hooks = persistent_term:get(?REGISTERED, []),
    Hooks =/= [] andalso lists:all(fun is_registered/1, Hooks).

is_registered({Point, Action}) ->
    case erlang:function_exported(emqx_hooks, lookup, 1) of
        true -> lists:any(fun(Callback) -> holds(Callback, Action) end, emqx_hooks:lookup(Point));
        false -> true
    end.

%% A callback is a record of the broker's, with the action in it.
holds(Callback, Action) ->
    is_tuple(Callback) andalso lists:member(Action, tuple_to_list(Callback)).
