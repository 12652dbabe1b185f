%% What a client wants to do with a topic, in the forms that brokers say it.
-module(emqx_jwt_auth_action).

-export([cases/1]).

%% An atom says neither QoS nor retain, so all cases are asked about: a rule for one QoS is not to
%% be taken for a rule for all of them.
-spec cases(atom() | map()) -> {publish | subscribe, [jwt_auth:options(), ...]}.
cases(publish) ->
    {publish, [#{qos => Qos, retain => Retain} || Qos <- [0, 1, 2], Retain <- [false, true]]};
cases(subscribe) ->
    {subscribe, [#{qos => Qos} || Qos <- [0, 1, 2]]};
cases(#{action_type := publish, qos := Qos, retain := Retain}) ->
    {publish, [#{qos => Qos, retain => Retain}]};
cases(#{action_type := subscribe, qos := Qos}) ->
    {subscribe, [#{qos => Qos}]}.
