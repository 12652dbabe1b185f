-module(emqx_cm).
-export([kick_session/1, lookup_channels/1, get_chan_info/2]).

kick_session(ClientId) -> broker_connections:kick_session(ClientId).
lookup_channels(ClientId) -> broker_connections:lookup_channels(ClientId).
get_chan_info(ClientId, Pid) -> broker_connections:get_chan_info(ClientId, Pid).
