%% EMQX 5, as far as a plugin sees it. Its release can be set.
-module(broker).
-export([start/0, configure/1, put/1, release/1, client/1, connect/1, may/3, accept/2]).

start() ->
    release("5.8.9"),
    broker_hooks:start(),
    broker_connections:reset().

release(Release) -> persistent_term:put({broker, release}, Release).

%% What the dashboard saves: names are binaries.
configure(Options) ->
    Form = maps:from_list([{atom_to_binary(Option, utf8), value(Value)}
                           || {Option, Value} <- maps:to_list(Options)]),
    persistent_term:put({broker, plugin_config}, Form).

%% A PUT as 5.7.2 to 5.8.9 handle it: whatever the plugin answers, it is stored, and the answer is 204.
put(Form) ->
    _ = emqx_jwt_auth_app:on_config_changed(persistent_term:get({broker, plugin_config}), Form),
    persistent_term:put({broker, plugin_config}, Form).

value(Claims) when is_list(Claims) ->
    [#{<<"name">> => Name, <<"value">> => Value} || #{name := Name, value := Value} <- Claims];
value(Value) when is_boolean(Value) -> Value;
value(Value) when is_atom(Value) -> atom_to_binary(Value, utf8);
value(Value) -> Value.

client(Token) ->
    #{zone => default, listener => 'tcp:default', protocol => mqtt, peerhost => {127, 0, 0, 1},
      peername => {{127, 0, 0, 1}, 50000}, sockport => 1883, clientid => <<"c1">>,
      username => <<"u1">>, password => Token, mountpoint => undefined, is_bridge => false,
      is_superuser => false, enable_authn => true, client_attrs => #{}, peersni => undefined}.

%% No authenticator is configured: whom nobody refuses comes in.
connect(Credential) ->
    case emqx_hooks:run_fold('client.authenticate', [Credential], ignore) of
        ignore -> anonymous;
        {ok, Result} -> {ok, Result};
        {error, Reason} -> {error, Reason}
    end.

%% A result in a wrong format denies.
may(ClientInfo, Action, Topic) ->
    Release = persistent_term:get({broker, release}),
    case emqx_hooks:run_fold('client.authorize', [ClientInfo, Action, Topic], nomatch) of
        nomatch -> nomatch;
        #{result := Result, from := _} when Release =/= "5.0.7" -> Result;
        Result when Release =:= "5.0.7", is_atom(Result) -> Result;
        _ -> wrong_format
    end.

%% A hook of another plugin that accepts everybody.
accept(_Client, _Result) -> {stop, {ok, #{is_superuser => false}}}.
