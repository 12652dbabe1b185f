%% Asks the library about an action, in each form in which releases of EMQX name one.
-module(emqx_jwt_auth_action).

-export([authorize/4]).

%% May the client of a session do this with the topic? EMQX 4 and early releases of EMQX 5 give
%% an atom, which says neither QoS nor retain; later ones give a map.
-spec authorize(jwt_auth:verifier(), jwt_auth:session(), atom() | map(), binary()) ->
          jwt_auth:permission().
authorize(Verifier, Session, Action, Topic) ->
    case emqx_jwt_auth_topic:subject(type(Action), Topic) of
        {ok, Subject} -> ask(Verifier, Session, Action, Subject);
        deny -> deny
    end.

type(#{action_type := Type}) -> Type;
type(Type) -> Type.

ask(Verifier, Session, Action, Topic) when Action =:= publish; Action =:= subscribe ->
    jwt_auth:authorize_every_qos(Verifier, Session, Action, Topic, 2);
ask(Verifier, Session, #{action_type := publish, qos := Qos, retain := Retain}, Topic) ->
    jwt_auth:authorize(Verifier, Session, publish, Topic, #{qos => Qos, retain => Retain});
ask(Verifier, Session, #{action_type := subscribe, qos := Qos}, Topic) ->
    jwt_auth:authorize(Verifier, Session, subscribe, Topic, #{qos => Qos}).
