%% The hooks of VerneMQ: may a client connect, and may it use a topic?
%%
%% VerneMQ asks one plugin after the other while they answer next, and refuses when no plugin is
%% left. It does not catch what a hook raises: the process of the client would end, with a crash
%% report that shows the arguments of the call, and so the password. So every hook is guarded.
-module(vmq_jwt_auth).

-export([auth_on_register/5, auth_on_register/6, auth_on_register_m5/6, auth_on_register_m5/7]).
-export([on_auth_m5/3, auth_on_publish/6, auth_on_publish_m5/7]).
-export([auth_on_subscribe/3, auth_on_subscribe_m5/4, on_client_gone/1]).
-export_type([subscriber_id/0]).

-type subscriber_id() :: {MountPoint :: string(), ClientId :: binary()}.
-type username() :: binary() | undefined.
-type password() :: binary() | {encrypted, binary()} | undefined.
-type peer() :: {inet:ip_address(), inet:port_number()} | term().
-type topic() :: [binary()].
-type answer() :: ok | next | {error, atom() | #{reason_code := atom()}}.

%% The token of an AUTH packet, until the client registers. A function: crash reports show the
%% process dictionary.
-define(TOKEN, {?MODULE, token}).

-spec auth_on_register(peer(), subscriber_id(), username(), password(), boolean()) ->
          answer() | {ok, [{atom(), term()}]}.
auth_on_register(Peer, SubscriberId, User, Password, CleanSession) ->
    auth_on_register(Peer, SubscriberId, User, Password, CleanSession, #{}).

-spec auth_on_register(peer(), subscriber_id(), username(), password(), boolean(), map()) ->
          answer() | {ok, [{atom(), term()}]}.
auth_on_register(Peer, SubscriberId, User, Password, _CleanSession, Connection) ->
    case register(Peer, SubscriberId, User, Password, Connection) of
        {ok, Modifiers} -> {ok, maps:to_list(Modifiers)};
        {deny, revoked} -> {error, not_authorized};
        {deny, _} -> {error, invalid_credentials};
        next -> next
    end.

-spec auth_on_register_m5(peer(), subscriber_id(), username(), password(), boolean(), map()) ->
          answer() | {ok, map()}.
auth_on_register_m5(Peer, SubscriberId, User, Password, CleanStart, Properties) ->
    auth_on_register_m5(Peer, SubscriberId, User, Password, CleanStart, Properties, #{}).

-spec auth_on_register_m5(peer(), subscriber_id(), username(), password(), boolean(), map(),
                          map()) -> answer() | {ok, map()}.
auth_on_register_m5(Peer, SubscriberId, User, Password, _CleanStart, _Properties, Connection) ->
    case register(Peer, SubscriberId, User, Password, Connection) of
        {deny, Reason} -> {error, #{reason_code => reason_code(Reason)}};
        Answer -> Answer
    end.

reason_code(revoked) -> not_authorized;
reason_code(Reason) when Reason =:= keys_unavailable; Reason =:= revocations_unavailable;
                         Reason =:= unconfigured; Reason =:= failed -> server_unavailable;
reason_code(_) -> bad_username_or_password.

register(Peer, SubscriberId, User, Password, Connection) ->
    Token = erase(?TOKEN),
    Register = fun() ->
                   vmq_jwt_auth_sessions:drop(SubscriberId),
                   Sent = case Token of
                              undefined -> plain(Password);
                              _ -> Token()
                          end,
                   Client = client(Peer, SubscriberId, User, Sent, Connection),
                   accept(check(Client), SubscriberId, Client, Token =:= undefined)
               end,
    jwt_auth_guard:run(auth_on_register, {deny, failed}, Register).

%% VerneMQ keeps the password in a form that its crash reports may show.
plain({encrypted, _} = Password) -> credentials_obfuscation:decrypt(Password);
plain(Password) -> Password.

client(Peer, {_MountPoint, ClientId}, User, Password, Connection) ->
    #{client_id => ClientId, username => User, password => Password,
      peer_address => case Peer of
                          {Address, _Port} when tuple_size(Address) =:= 4;
                                                tuple_size(Address) =:= 8 -> Address;
                          _ -> undefined
                      end,
      peer_certificate => maps:get(client_cert, Connection, undefined)}.

check(Client) ->
    case jwt_auth_config_file:current() of
        {ok, Verifier} -> jwt_auth:check(Verifier, Client);
        none -> {deny, unconfigured}
    end.

accept(ignore, _SubscriberId, _Client, _) ->
    next;
accept({deny, Reason}, _SubscriberId, Client, _) ->
    jwt_auth_refusals:note(jwt_auth_config_file:current(), Client, Reason),
    {deny, Reason};
accept({allow, #{session := Session} = Allowed}, SubscriberId, Client, Timed) ->
    case jwt_auth_username:for_broker(Session) of
        refused ->
            accept({deny, claim_mismatch}, SubscriberId, Client, Timed);
        none ->
            vmq_jwt_auth_sessions:keep(SubscriberId, maps:get(username, Client), Client, Allowed),
            {ok, lifetime(Allowed, Timed)};
        {ok, User} ->
            vmq_jwt_auth_sessions:keep(SubscriberId, User, Client, Allowed),
            {ok, (lifetime(Allowed, Timed))#{username => User}}
    end.

%% VerneMQ ends the connection after so many seconds. It cannot be told another number later, so a
%% client that may send another token by AUTH is ended by vmq_jwt_auth_sessions.
lifetime(#{expires_at := At}, true) ->
    #{max_connection_lifetime => max(1, At - erlang:system_time(second))};
lifetime(_, _) ->
    #{}.

%% Extended authentication: the token is in the authentication data. With CONNECT, the client has no
%% identifier yet, and auth_on_register_m5 follows in the same process. Of a client that is
%% connected it is another token.
-spec on_auth_m5(username(), {string(), binary() | undefined}, map()) ->
          next | {ok, map()} | {error, #{reason_code := atom()}}.
on_auth_m5(User, {_, ClientId} = SubscriberId,
           #{p_authentication_method := Method, p_authentication_data := Token}) ->
    Auth = fun() ->
               case lists:member(Method, application:get_env(?MODULE, auth_methods, [])) of
                   false -> next;
                   true when ClientId =:= undefined -> put(?TOKEN, fun() -> Token end), ok;
                   true -> vmq_jwt_auth_sessions:renew(SubscriberId, User, Token)
               end
           end,
    case jwt_auth_guard:run(on_auth, {deny, failed}, Auth) of
        ok -> {ok, #{reason_code => success,
                     properties => #{p_authentication_method => Method}}};
        next -> next;
        {deny, _} -> {error, #{reason_code => not_authorized}}
    end;
on_auth_m5(_User, _SubscriberId, _Properties) ->
    next.

-spec auth_on_publish(username(), subscriber_id(), 0..2, topic(), binary(), boolean()) -> answer().
auth_on_publish(User, SubscriberId, QoS, Topic, _Payload, Retain) ->
    Ask = [{Topic, #{qos => QoS, retain => Retain}}],
    authorize(auth_on_publish, publish, User, SubscriberId, Ask).

-spec auth_on_publish_m5(username(), subscriber_id(), 0..2, topic(), binary(), boolean(), map()) ->
          answer().
auth_on_publish_m5(User, SubscriberId, QoS, Topic, Payload, Retain, _Properties) ->
    auth_on_publish(User, SubscriberId, QoS, Topic, Payload, Retain).

-spec auth_on_subscribe(username(), subscriber_id(), [{topic(), 0..2 | {0..2, map()}}]) -> answer().
auth_on_subscribe(User, SubscriberId, Topics) ->
    Ask = [{Topic, #{qos => case Info of {QoS, _} -> QoS; QoS -> QoS end}}
           || {Topic, Info} <- Topics],
    authorize(auth_on_subscribe, subscribe, User, SubscriberId, Ask).

-spec auth_on_subscribe_m5(username(), subscriber_id(), [{topic(), 0..2 | {0..2, map()}}], map()) ->
          answer().
auth_on_subscribe_m5(User, SubscriberId, Topics, _Properties) ->
    auth_on_subscribe(User, SubscriberId, Topics).

%% One packet gets one answer: if one of its topics is denied, all are, and the next plugin decides
%% about all if the token says nothing of one.
authorize(Hook, Action, User, SubscriberId, Asked) ->
    Authorize = fun() ->
                    case vmq_jwt_auth_sessions:find(SubscriberId, User, Action) of
                        {ok, Session} ->
                            permission([permission(Session, Action, Ask) || Ask <- Asked]);
                        none -> next;
                        lost -> {error, not_authorized}
                    end
                end,
    jwt_auth_guard:run(Hook, {error, not_authorized}, Authorize).

permission(Session, Action, {Words, Options}) ->
    {ok, Verifier} = jwt_auth_config_file:current(),
    Topic = iolist_to_binary(lists:join($/, Words)),
    jwt_auth:authorize(Verifier, Session, Action, Topic, Options).

permission(Permissions) ->
    case {lists:member(deny, Permissions), lists:member(no_match, Permissions)} of
        {true, _} -> {error, not_authorized};
        {false, true} -> next;
        {false, false} -> ok
    end.

%% Nothing of this client is left in the broker.
-spec on_client_gone(subscriber_id()) -> ok.
on_client_gone(SubscriberId) ->
    jwt_auth_guard:run(on_client_gone, ok, fun() -> vmq_jwt_auth_sessions:gone(SubscriberId) end).
