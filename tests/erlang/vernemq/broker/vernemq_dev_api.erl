%% Disconnects the connection that has the id now.
-module(vernemq_dev_api).

-export([disconnect_by_subscriber_id/2]).

disconnect_by_subscriber_id(SubscriberId, _Options) ->
    case broker:connection(SubscriberId) of
        undefined -> not_found;
        Pid -> Pid ! {disconnect, normal}, ok
    end.
