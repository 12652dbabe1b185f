%% From RabbitMQ's routing keys back to MQTT topics.
%%
%% The MQTT plugin writes a topic with `.` for `/` and `*` for `+`, and forwards messages by what
%% comes of it. So `a.b` and `a/b` are one topic to RabbitMQ, and are one here: a/b. What the broker
%% forwards by is what is decided about.
-module(rabbit_auth_backend_jwt_auth_topic).

-export([from_routing_key/1]).

-spec from_routing_key(binary()) -> binary().
from_routing_key(Key) ->
    << <<(character(Byte))>> || <<Byte>> <= Key >>.

character($.) -> $/;
character($*) -> $+;
character(Byte) -> Byte.
