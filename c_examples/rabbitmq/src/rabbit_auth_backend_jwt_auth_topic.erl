%% From RabbitMQ's routing keys back to MQTT topics.
%%
%% The MQTT plugin writes a topic with `.` for `/` and `*` for `+`, and forwards messages by what
%% comes of it. So `a.b` and `a/b` are one topic to RabbitMQ, and are one here: a/b. What the broker
%% forwards by is what is decided about.
-module(rabbit_auth_backend_jwt_auth_topic).

-export([from_routing_key/1, may/4]).

-spec from_routing_key(binary()) -> binary().
from_routing_key(Key) ->
    << <<(character(Byte))>> || <<Byte>> <= Key >>.

character($.) -> $/;
character($*) -> $+;
character(Byte) -> Byte.

%% The broker tells neither QoS nor retain. It knows QoS 0 and 1 only, and what holds in all cases
%% holds: a rule about some of them allows nothing.
-spec may(jwt_auth:verifier(), jwt_auth:session(), publish | subscribe, binary()) ->
          jwt_auth:permission().
may(Verifier, Session, Action, Topic) ->
    Ask = fun(Options) -> jwt_auth:authorize(Verifier, Session, Action, Topic, Options) end,
    case lists:usort([Ask(Options) || Options <- cases(Action)]) of
        [Same] -> Same;
        _ -> deny
    end.

cases(publish) -> [#{qos => Qos, retain => Retain} || Qos <- [0, 1], Retain <- [false, true]];
cases(subscribe) -> [#{qos => Qos} || Qos <- [0, 1]].
