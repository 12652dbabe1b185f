%% EMQX 5 and 6, as far as a plugin sees it. Its release can be set, and whether it has message
%% queues and streams.
-module(broker).
-export([start/0, configure/1, put/1, release/1, queues/1, client/1, connect/1, accepted/2, may/3, subscribe/2, is_since/1,
         accept/2]).
-export([reauthenticate/2, scram/2, no_chain/2]).

start() ->
    release("5.8.9"),
    queues(false),
    broker_permissions:remember(true),
    broker_hooks:start(),
    broker_connections:reset().

release(Release) -> persistent_term:put({broker, release}, Release).

queues(On) -> persistent_term:put({broker, queues}, On).

%% A release without numbers is the latest.
is_since(First) ->
    Release = persistent_term:get({broker, release}),
    [list_to_integer(Part) || Part <- string:lexemes(Release, "."), hd(Part) =< $9] >= First
        orelse hd(Release) > $9.

%% What the dashboard saves: names are binaries.
configure(Options) ->
    Form = maps:from_list([{atom_to_binary(Option, utf8), value(Value)}
                           || {Option, Value} <- maps:to_list(Options)]),
    persistent_term:put({broker, plugin_config}, Form).

%% A PUT as 5.7.2 to 5.8.9 handle it: whatever the plugin answers, it is stored, and the answer is
%% 204.
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
      is_superuser => false, enable_authn => true, peersni => undefined}.

%% No authenticator is configured: whom nobody refuses comes in. Before 5.0.12 that is the answer to
%% begin with.
connect(Credential) ->
    broker_connections:name_in_log(Credential),
    Before = case is_since([5, 0, 12]) of
                 true -> ignore;
                 false -> {ok, #{is_superuser => false}}
             end,
    case emqx_hooks:run_fold('client.authenticate', [Credential], Before) of
        ignore -> anonymous;
        ok -> anonymous;
        {ok, Result} -> {ok, Result};
        {error, Reason} -> {error, Reason}
    end.

%% An AUTH packet of a client that has connected with this authentication method: the credential is
%% what the broker knows of the client by now.
reauthenticate(Method, Data) ->
    Client = get(broker_client),
    case connect(Client#{auth_method => Method, auth_data => Data, auth_cache => #{}}) of
        {ok, Result} = Answer ->
            broker_connections:authenticated({ok, maps:merge(Client, maps:without([expire_at], Result))}),
            Answer;
        {error, _} = Answer ->
            broker_connections:authenticated(Answer),
            Answer
    end.

%% The chain of authenticators with one for SCRAM in it, and without any as in EMQX 6.2.
scram(#{auth_method := <<"SCRAM-SHA-256">>, auth_data := <<"good">>}, _) -> {stop, {ok, #{is_superuser => false}}};
scram(_Credential, _) -> {stop, {error, not_authorized}}.
no_chain(_Credential, _) -> {ok, ok}.

%% What the broker knows of an accepted client. From 6.0 on the result of an authenticator, and then
%% a plugin, may give the client another id.
accepted(Client, Result) ->
    Attributes = maps:merge(maps:get(client_attrs, Client, #{}), maps:get(client_attrs, Result, #{})),
    Id = case Result of
             #{clientid_override := <<_, _/binary>> = Other} -> Other;
             _ -> maps:get(clientid, Client)
         end,
    Known = maps:merge(maps:without([password, auth_data, auth_method, auth_cache, cert_pem], Client),
                       maps:without([client_attrs, expire_at], Result)),
    Info = Known#{client_attrs => Attributes, clientid => Id},
    #{client_info := Renamed} = emqx_hooks:run_fold('client.post_authn', [], #{client_info => Info}),
    Renamed.

%% What a client reads that subscribes to a filter, if it may.
subscribe(ClientInfo, Filter) ->
    {Asked, Read} = subscription(Filter),
    case may(ClientInfo, #{action_type => subscribe, qos => 0}, Asked) of
        allow -> {reads, Read};
        Refused -> Refused
    end.

%% The topic that the permission hook gets, and what the subscription reads. Queues and streams that
%% do not exist are made; a name alone reads one that somebody else has made, here over #.
subscription(<<"$share/", Rest/binary>>) ->
    [_, Filter] = binary:split(Rest, <<"/">>),
    {Filter, Filter};
subscription(<<"$queue/", Rest/binary>> = Full) ->
    case persistent_term:get({broker, queues}) andalso is_since([6, 1, 1]) of
        true -> {Full, behind_name(Rest)};
        false -> {Rest, Rest}
    end;
subscription(<<"$", Rest/binary>> = Full) ->
    Read = case persistent_term:get({broker, queues}) andalso binary:split(Rest, <<"/">>) of
               [<<"q">>, Filter] -> [Filter || is_since([6, 0, 0])];
               [<<"s">>, More] -> [behind_name(More) || is_since([6, 1, 0])];
               [<<"stream">>, More] -> [behind_name(More) || is_since([6, 1, 1])];
               _ -> []
           end,
    {Full, hd(Read ++ [Full])};
subscription(Filter) ->
    {Filter, Filter}.

behind_name(Rest) -> lists:last([<<"#">> | tl(binary:split(Rest, <<"/">>))]).

%% A result in a wrong format denies. From 5.0.10 on a prefix for a delay is removed before.
may(ClientInfo, Action, <<"$delayed/", Delayed/binary>> = Topic) ->
    case {is_since([5, 0, 10]), binary:split(Delayed, <<"/">>)} of
        {true, [_, Later]} -> may(ClientInfo, Action, Later);
        {true, _} -> deny;
        {false, _} -> ask(ClientInfo, Action, Topic)
    end;
may(ClientInfo, Action, Topic) ->
    ask(ClientInfo, Action, Topic).

ask(ClientInfo, Action, Topic) ->
    broker_permissions:ask({Action, Topic}, fun() -> decide(ClientInfo, Action, Topic) end).

%% The permission, and whether it may be remembered.
decide(ClientInfo, Action, Topic) ->
    IsBare = persistent_term:get({broker, release}) =:= "5.0.7",
    case emqx_hooks:run_fold('client.authorize', [ClientInfo, Action, Topic], nomatch) of
        nomatch -> {nomatch, false};
        #{result := Result, from := _} = Found when not IsBare -> {Result, is_cacheable(Found)};
        Result when IsBare, is_atom(Result) -> {Result, true};
        _ -> {wrong_format, true}
    end.

%% Earlier releases do not look at it.
is_cacheable(Found) ->
    Looks = is_since([6, 1, 2]) orelse (is_since([6, 0, 3]) andalso not is_since([6, 1, 0])),
    not Looks orelse maps:get(is_cacheable, Found, true).

%% A hook of another plugin that accepts everybody.
accept(_Client, _Result) -> {stop, {ok, #{is_superuser => false}}}.
