%% EMQX 4.4.19, as far as a plugin sees it.
-module(broker).
-export([start/0, configure/1, client/1, connect/1, may/3, accept/2]).

start() ->
    broker_hooks:start(),
    broker_connections:reset().

%% What cuttlefish makes of the lines of the file.
configure(Options) ->
    _ = [application:unset_env(emqx_jwt_auth, Option)
         || {Option, _} <- application:get_all_env(emqx_jwt_auth)],
    [application:set_env(emqx_jwt_auth, Option, value(Value)) || {Option, Value} <- maps:to_list(Options)],
    ok.

value(Value) when is_binary(Value) -> binary_to_list(Value);
value([#{name := _} | _] = Claims) ->
    [{binary_to_list(Name), binary_to_list(Value)} || #{name := Name, value := Value} <- Claims];
value(Value) -> Value.

client(Token) ->
    #{zone => external, protocol => mqtt, peerhost => {127, 0, 0, 1}, sockport => 1883,
      clientid => <<"c1">>, username => <<"u1">>, password => Token, mountpoint => undefined,
      is_bridge => false, is_superuser => false}.

%% The result of the hook under allow_anonymous, as the broker takes it. A result that is not a map
%% crashes the connection.
connect(ClientInfo) ->
    Start = #{anonymous => true, auth_result => success},
    case emqx_hooks:run_fold('client.authenticate', [ClientInfo], Start) of
        #{auth_result := success, anonymous := true} -> anonymous;
        #{auth_result := success} = Result -> {ok, maps:without([auth_result, anonymous], Result)};
        #{auth_result := Reason} -> {error, Reason}
    end.

%% Under acl_nomatch = allow.
may(ClientInfo, Action, Topic) ->
    Plain = case Action of
                #{action_type := Type} -> Type;
                _ -> Action
            end,
    case emqx_hooks:run_fold('client.check_acl', [ClientInfo, Plain, Topic], nomatch) of
        allow -> allow;
        nomatch -> nomatch;
        deny -> deny
    end.

%% A hook of another plugin that accepts everybody.
accept(_Client, Result) -> {stop, Result#{auth_result => success, anonymous => false}}.
