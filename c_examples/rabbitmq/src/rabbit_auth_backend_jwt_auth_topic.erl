%% Turns RabbitMQ's routing keys back into MQTT topics.
%%
%% RabbitMQ's MQTT plugin turns a topic into a routing key, with `.` for `/` and `*` for `+`, and
%% routes messages by that key. So `a.b` and `a/b` are one topic to RabbitMQ, and to the rules of a
%% token: a/b. The decision is about what RabbitMQ routes by.
-module(rabbit_auth_backend_jwt_auth_topic).

-export([from_routing_key/1]).

-spec from_routing_key(binary()) -> binary().
from_routing_key(Key) ->
    << <<(character(Byte))>> || <<Byte>> <= Key >>.

character($.) -> $/;
character($*) -> $+;
character(Byte) -> Byte.
