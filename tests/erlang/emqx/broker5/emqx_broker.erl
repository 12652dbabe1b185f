-module(emqx_broker).
-export([subscriptions/1]).

subscriptions(Connection) when Connection =:= self() -> broker_connections:subscriptions().
