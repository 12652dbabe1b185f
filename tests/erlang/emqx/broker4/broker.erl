%% EMQX 4.4.19, as far as a plugin sees it.
-module(broker).
-export([start/0, configure/1, edit/1, release/1, client/1, connect/1, accepted/2, may/3, accept/2]).

start() ->
    broker_permissions:remember(true),
    broker_hooks:start(),
    broker_connections:reset().

release(_) -> ok.

%% What cuttlefish makes of the lines of the file, when the plugin is loaded.
configure(Options) ->
    _ = [application:unset_env(emqx_jwt_auth, Option)
         || {Option, _} <- application:get_all_env(emqx_jwt_auth)],
    Lines = lists:append([line(atom_to_list(Name), Value) || {Name, Value} <- maps:to_list(Options)]),
    true = edit(Lines),
    application:set_env(emqx_jwt_auth, lines, Lines).

%% The lines of the file, which the broker has not read yet.
edit(Lines) -> broker_node:configure(file, Lines).

line("verify_claims", Claims) ->
    [{"verify_claims." ++ binary_to_list(Name), binary_to_list(Value)}
     || #{name := Name, value := Value} <- Claims];
line(Name, Value) when is_binary(Value) -> [{Name, binary_to_list(Value)}];
line(Name, Value) -> [{Name, lists:concat([Value])}].

client(Token) ->
    #{zone => external, protocol => mqtt, peerhost => {127, 0, 0, 1}, sockport => 1883,
      clientid => <<"c1">>, username => <<"u1">>, password => Token, mountpoint => undefined,
      is_bridge => false, is_superuser => false}.

%% The result of the hook under allow_anonymous, as the broker takes it. A result that is not a map
%% crashes the connection.
connect(ClientInfo) ->
    broker_connections:name_in_log(ClientInfo),
    Start = #{anonymous => true, auth_result => success},
    case emqx_hooks:run_fold('client.authenticate', [ClientInfo], Start) of
        #{auth_result := success, anonymous := true} -> anonymous;
        #{auth_result := success} = Result -> {ok, maps:without([auth_result, anonymous], Result)};
        #{auth_result := Reason} -> {error, Reason}
    end.

%% What the broker knows of an accepted client.
accepted(Client, Result) -> maps:merge(maps:remove(password, Client), Result).

%% Under acl_nomatch = allow. A prefix for a delay is a part of the topic.
may(ClientInfo, Action, Topic) ->
    Plain = case Action of
                #{action_type := Type} -> Type;
                _ -> Action
            end,
    broker_permissions:ask({Plain, Topic}, fun() -> decide(ClientInfo, Plain, Topic) end).

decide(ClientInfo, Action, Topic) ->
    case emqx_hooks:run_fold('client.check_acl', [ClientInfo, Action, Topic], nomatch) of
        nomatch -> {nomatch, false};
        allow -> {allow, true};
        deny -> {deny, true}
    end.

%% A hook of another plugin that accepts everybody.
accept(_Client, Result) -> {stop, Result#{auth_result => success, anonymous => false}}.
