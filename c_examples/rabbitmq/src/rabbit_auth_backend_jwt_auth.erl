%% May a client connect by MQTT, and may it use a topic? A backend for RabbitMQ 3.10 to
%% 4.3.
%%
%% A client that does not come by MQTT is refused: RabbitMQ asks its auth_backends about AMQP
%% clients too, and those, once accepted, can do much that topic permissions do not cover. Every
%% callback is guarded, so a crash is a refusal.
-module(rabbit_auth_backend_jwt_auth).
-behaviour(rabbit_authn_backend).
-behaviour(rabbit_authz_backend).

-export([user_login_authentication/2, user_login_authorization/2]).
-export([check_vhost_access/3, check_resource_access/4, check_topic_access/4]).
-export([state_can_expire/0, expiry_timestamp/1, refusal/1, status/0, stats/0, explain/1]).
-export_type([grant/0]).

-include_lib("rabbit_common/include/rabbit.hrl").

-define(APPLICATION, rabbitmq_auth_backend_jwt_auth).
%% In the year 2255.
-define(LAST_TIMER, 9000000000).

%% RabbitMQ keeps this of an accepted client, and passes it to each callback about the client. It is
%% a function, because crash reports of RabbitMQ show data: the client id may be a token.
-type grant() :: fun(() -> #{session := jwt_auth:session(),
                             client_id := binary(),
                             expires_at => pos_integer()}).
-type answer() :: boolean() | {false, string()}.

-spec user_login_authentication(rabbit_types:username(), [{atom(), term()}] | map()) ->
          {ok, rabbit_types:auth_user()} | {refused, string(), [term()]}.
user_login_authentication(Username, AuthProps) ->
    Login = fun() -> login(Username, maps:from_list(properties(AuthProps))) end,
    case jwt_auth_guard:run(user_login_authentication, {refused, failed}, Login) of
        {ok, Name, Grant} -> {ok, #auth_user{username = Name, tags = [], impl = Grant}};
        {refused, Why} -> {refused, "refused: ~s", [Why]}
    end.

%% Called where another backend authenticated the client. This one still requires a token.
-spec user_login_authorization(rabbit_types:username(), [{atom(), term()}] | map()) ->
          {ok, grant()} | {refused, string(), [term()]}.
user_login_authorization(Username, AuthProps) ->
    case user_login_authentication(Username, AuthProps) of
        {ok, #auth_user{impl = Grant}} -> {ok, Grant};
        Refused -> Refused
    end.

properties(AuthProps) when is_map(AuthProps) -> maps:to_list(AuthProps);
properties(AuthProps) -> [Property || {_, _} = Property <- AuthProps].

login(Username, #{client_id := ClientId, password := Password})
  when is_binary(ClientId), is_binary(Password) ->
    decide(#{client_id => ClientId, username => Username, password => Password});
login(Username, #{client_id := ClientId}) ->
    Client = #{client_id => ClientId, username => Username},
    refuse(jwt_auth_config_file:current(), Client, missing_token);
login(_Username, _AuthProps) ->
    {refused, not_an_mqtt_client}.

decide(#{client_id := ClientId, username := Username} = Client) ->
    Current = jwt_auth_config_file:current(),
    case check(Current, Client) of
        {allow, #{session := Session} = Allowed} ->
            Granted = (maps:with([expires_at], Allowed))#{session => Session,
                                                          client_id => ClientId},
            Grant = fun() -> Granted end,
            %% RabbitMQ takes the name of the token for that of the client.
            case jwt_auth_username:for_broker(Session) of
                {ok, Name} -> {ok, Name, Grant};
                none -> {ok, Username, Grant};
                refused -> refuse(Current, Client, claim_mismatch)
            end;
        {deny, Reason} -> refuse(Current, Client, Reason);
        ignore -> {refused, not_ours}
    end.

check({ok, Verifier}, Client) -> jwt_auth:check(Verifier, Client);
check(none, _Client) -> {deny, unconfigured}.

refuse(Current, Client, Reason) ->
    jwt_auth_refusals:note(Current, Client, Reason),
    {refused, Reason}.

%% A client names its virtual host itself, before a `:` in its user name. This is the last question
%% before the client is accepted.
-spec check_vhost_access(rabbit_types:auth_user(), rabbit_types:vhost(), term()) -> answer().
check_vhost_access(#auth_user{impl = Grant}, VHost, _AuthzData) ->
    guarded(check_vhost_access, fun() -> vhost(lists:member(VHost, vhosts()), Grant) end).

vhost(false, _Grant) ->
    {false, "it is none of those for tokens"};
vhost(true, Grant) ->
    Answer = is_good(Grant()),
    _ = Answer =:= true andalso rabbit_auth_backend_jwt_auth_connections:accepted(Grant),
    Answer.

vhosts() ->
    case application:get_env(?APPLICATION, vhosts) of
        {ok, VHosts} -> VHosts;
        undefined -> [rabbit_mqtt_util:env(vhost)]
    end.

%% The queues that the MQTT plugin makes for this client, and the exchange of all topics.
-spec check_resource_access(rabbit_types:auth_user(), rabbit_types:r(atom()),
                            rabbit_access_control:permission_atom(), term()) -> answer().
check_resource_access(#auth_user{impl = Grant}, Resource, Permission, _Context) ->
    guarded(check_resource_access, fun() -> resource(Resource, Permission, Grant()) end).

resource(Resource, Permission, #{client_id := ClientId} = Granted) ->
    case is_own(Resource, Permission, ClientId) of
        true -> is_good(Granted);
        false -> {false, "a token is for MQTT only"}
    end.

is_own(#resource{kind = queue, name = Name}, _Permission, ClientId) ->
    lists:member(Name, [<<"mqtt-subscription-", ClientId/binary, "qos0">>,
                        <<"mqtt-subscription-", ClientId/binary, "qos1">>,
                        %% Where a will waits that is to be sent later.
                        <<"mqtt-will-", ClientId/binary>>]);
%% Through this exchange the MQTT plugin puts such a will into its queue, and nothing else.
is_own(#resource{kind = exchange, name = <<"amq.default">>}, write, _ClientId) ->
    rabbit_auth_backend_jwt_auth_release:has_delayed_wills();
is_own(#resource{kind = exchange, name = Name}, Permission, _ClientId) ->
    Permission =/= configure andalso Name =:= rabbit_mqtt_util:env(exchange);
is_own(_Resource, _Permission, _ClientId) ->
    false.

-spec check_topic_access(rabbit_types:auth_user(), rabbit_types:r(atom()),
                         rabbit_access_control:permission_atom(), map()) -> answer().
check_topic_access(#auth_user{impl = Grant}, #resource{kind = topic, name = Exchange}, Permission,
                   #{routing_key := Key}) ->
    Check = fun() ->
                Exchange =:= rabbit_mqtt_util:env(exchange)
                    andalso topic(permission(Permission, Grant(), Key), Grant())
            end,
    guarded(check_topic_access, Check);
check_topic_access(_User, _Resource, _Permission, _Context) ->
    false.

%% RabbitMQ says neither QoS nor retain, and its MQTT plugin has QoS 0 and 1 only.
permission(Access, #{session := Session}, RoutingKey) ->
    Topic = rabbit_auth_backend_jwt_auth_topic:from_routing_key(RoutingKey),
    case {action(Access), jwt_auth_config_file:current()} of
        {{ok, Action}, {ok, Verifier}} ->
            jwt_auth:authorize_every_qos(Verifier, Session, Action, Topic, 1);
        _ ->
            deny
    end.

action(write) -> {ok, publish};
action(read) -> {ok, subscribe};
action(_) -> none.

topic(allow, _Granted) ->
    true;
topic(deny, Granted) ->
    %% A session that has ended is denied everything.
    case is_good(Granted) of
        true -> {false, "the token does not allow it"};
        Ended -> Ended
    end;
topic(no_match, _Granted) ->
    application:get_env(?APPLICATION, no_match, deny) =:= allow
        orelse {false, "the token says nothing of it"}.

is_good(#{session := Session}) ->
    case refusal(Session) of
        none -> true;
        Why -> {false, atom_to_list(Why)}
    end.

%% RabbitMQ before 4.3 takes no reasons.
guarded(Callback, Check) ->
    case jwt_auth_guard:run(Callback, false, Check) of
        {false, Why} ->
            rabbit_auth_backend_jwt_auth_release:takes_reasons() andalso {false, Why};
        Answer ->
            Answer
    end.

%% Up to 3.12 this tells RabbitMQ that a session may end, so that it asks about the client again
%% where it can.
-spec state_can_expire() -> boolean().
state_can_expire() ->
    true.

%% From 3.13 on RabbitMQ asks when that will be. A failure is the past, when nobody was accepted.
-spec expiry_timestamp(rabbit_types:auth_user()) -> pos_integer() | never.
expiry_timestamp(#auth_user{impl = Grant}) ->
    jwt_auth_guard:run(expiry_timestamp, 1, fun() -> timed(maps:get(expires_at, Grant(), never)) end).

%% RabbitMQ sets a timer, which Erlang refuses for more than 2^63 nanoseconds: the connection would
%% crash, with a report that shows its password.
timed(At) when is_integer(At), At < ?LAST_TIMER -> At;
timed(_) -> never.

%% The reason for which the library refuses the session now; none: it does not.
-spec refusal(jwt_auth:session()) -> none | unconfigured | jwt_auth:reason().
refusal(Session) ->
    case jwt_auth_config_file:current() of
        {ok, Verifier} ->
            case jwt_auth:recheck(Verifier, Session) of
                {allow, _} -> none;
                {deny, Why} -> Why
            end;
        none -> unconfigured
    end.

%% For operators, through `rabbitmqctl eval`: how the backend is, what the library has counted, and
%% why a client was refused the last time.
-spec status() -> ok.
status() ->
    rabbit_auth_backend_jwt_auth_operator:status().

-spec stats() -> ok.
stats() ->
    rabbit_auth_backend_jwt_auth_operator:stats().

-spec explain(binary()) -> ok.
explain(ClientId) ->
    rabbit_auth_backend_jwt_auth_operator:explain(ClientId).
