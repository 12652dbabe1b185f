-module(emqx_alarm).
-export([activate/2, activate/3, deactivate/1]).

activate(Name, Details) -> broker_node:alarm({on, Name, Details}).
activate(Name, Details, Message) when is_binary(Message) -> broker_node:alarm({on, Name, Details}).
deactivate(Name) -> broker_node:alarm({off, Name}).
