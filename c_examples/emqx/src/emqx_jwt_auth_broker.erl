%% Finds out at run time which release of EMQX this is, and what it can do: one package serves all
%% releases of EMQX 5.
-module(emqx_jwt_auth_broker).

-export([ask/2, generation/0, release/0, facts/0, takes_attributes/2, plugin_config/0]).
-export([denies/3, subscriptions/0, unsubscribe/1, forget_permissions/0]).
-export([is_offline/2, end_session/2]).
-export_type([generation/0, release/0, facts/0]).

-type generation() :: v4 | v5.

%% Three numbers; unknown: an EMQX 5 or later that does not tell its release.
-type release() :: [non_neg_integer()] | unknown.

%% attributes: whether the broker takes client_attrs, and ends a connection at expire_at by itself,
%% which came in the same release; by_credential: it does if the credential has client_attrs.
%% bare_permission: the permission hook answers allow or deny, without a map around it.
-type facts() :: #{attributes := boolean() | by_credential, bare_permission := boolean()}.

%% Asks the broker. Default: this release does not have the function, or an exception was raised.
-spec ask(fun(() -> Answer), Default) -> Answer | Default.
ask(Function, Default) ->
    try
        Function()
    catch
        _:_ -> Default
    end.

%% The generation of the hooks that the broker has; unknown: it has the hooks of neither.
-spec generation() -> generation() | unknown.
generation() ->
    case {exports(emqx, hook, 3), exports(emqx_hooks, put, 3)} of
        {true, true} -> v4;
        {false, true} -> v5;
        {_, false} -> unknown
    end.

%% The facts about an EMQX 5. If it does not tell its release, it is given permissions in the form
%% of later releases: an older one does not understand that form, and denies.
-spec facts() -> facts().
facts() ->
    case release() of
        unknown -> #{attributes => by_credential, bare_permission => false};
        Release -> #{attributes => Release >= [5, 7, 0], bare_permission => Release < [5, 0, 8]}
    end.

%% Does the broker take attributes of this client, and end its connection at expire_at? A credential
%% has attributes only where the broker is configured to make some of what the client sent.
-spec takes_attributes(facts(), map()) -> boolean().
takes_attributes(#{attributes := by_credential}, Credential) ->
    maps:is_key(client_attrs, Credential);
takes_attributes(#{attributes := Known}, _Credential) ->
    Known.

%% EMQX 4 does not tell its release to plugins. It has the hooks of 4.3 and 4.4.
-spec release() -> release().
release() ->
    case generation() of
        v4 -> [4, 3, 0];
        _ -> ask(fun() -> numbers(emqx_release:version()) end, unknown)
    end.

%% The three numbers at the beginning of a release, such as "5.8.9" or "5.8.9-rc.1".
numbers(Text) ->
    case re:run(Text, "^([0-9]+)\\.([0-9]+)\\.([0-9]+)", [{capture, all_but_first, list}]) of
        {match, Parts} -> [list_to_integer(Part) || Part <- Parts];
        nomatch -> unknown
    end.

%% The settings that EMQX 5.7 and later keep for this plugin, empty if it could not read them. none:
%% the broker has no such thing.
-spec plugin_config() -> map() | none.
plugin_config() ->
    {ok, Version} = application:get_key(emqx_jwt_auth, vsn),
    Name = list_to_binary(["emqx_jwt_auth-", Version]),
    Calls = [{emqx_plugins, get_config}, {emqx_plugin_helper, get_config},
             {emqx_plugins, get_plugin_config}],
    case [Call || {Module, Function} = Call <- Calls, exports(Module, Function, 1)] of
        [{Module, Function} | _] -> settings(Module:Function(Name));
        [] -> none
    end.

settings({ok, Map}) -> settings(Map);
settings(Map) when is_map(Map) -> Map;
settings(_) -> #{}.

%% What the calling connection has subscribed to.
-spec subscriptions() -> [{Topic :: term(), Options :: map()}].
subscriptions() ->
    case exports(emqx_broker, subscriptions, 1) of
        true -> emqx_broker:subscriptions(self());
        false -> []
    end.

%% Whether the broker's own chain of authorization denies this. Releases before 5.1.2 have no map
%% for an action. What begins with $ may be one of the broker's queues, which are not ready for a
%% question while a session is resumed.
-spec denies(map(), atom() | map(), binary()) -> boolean().
denies(ClientInfo, Action, Topic) ->
    binary:first(Topic) =/= $$ andalso denied(generation(), ClientInfo, Action, Topic).

denied(v4, ClientInfo, _Action, Topic) ->
    exports(emqx_access_control, check_acl, 3)
        andalso emqx_access_control:check_acl(ClientInfo, subscribe, Topic) =:= deny;
denied(_, ClientInfo, Action, Topic) ->
    Form = case release() of
               Release when is_list(Release), Release < [5, 1, 2] -> subscribe;
               _ -> Action
           end,
    exports(emqx_access_control, authorize, 3)
        andalso emqx_access_control:authorize(ClientInfo, Form, Topic) =:= deny.

%% The broker remembers permissions in the process of the connection, which calls this.
-spec forget_permissions() -> ok.
forget_permissions() ->
    case exports(emqx_authz_cache, empty_authz_cache, 0) of
        true -> _ = emqx_authz_cache:empty_authz_cache(), ok;
        false -> ok
    end.

%% Makes the calling connection unsubscribe.
-spec unsubscribe([{Topic :: term(), Options :: map()}]) -> ok.
unsubscribe(Subscriptions) ->
    self() ! {unsubscribe, Subscriptions},
    ok.

%% Whether the client of this process has gone, and only its session is there.
-spec is_offline(binary(), pid()) -> boolean().
is_offline(ClientId, Connection) ->
    case ask(fun() -> emqx_cm:get_chan_info(ClientId, Connection) end, undefined) of
        #{conn_state := disconnected} -> true;
        _ -> false
    end.

%% Ends the connection of a client, and its session in the broker. The broker's function takes a
%% client id only, so it is not called while another connection has that id: then false.
-spec end_session(binary(), pid()) -> boolean().
end_session(ClientId, Connection) ->
    Known = exports(emqx_cm, lookup_channels, 1) andalso exports(emqx_cm, kick_session, 1),
    case Known andalso emqx_cm:lookup_channels(ClientId) of
        [Connection] ->
            _ = emqx_cm:kick_session(ClientId),
            true;
        _ ->
            false
    end.

exports(Module, Function, Arity) ->
    _ = code:ensure_loaded(Module),
    erlang:function_exported(Module, Function, Arity).
