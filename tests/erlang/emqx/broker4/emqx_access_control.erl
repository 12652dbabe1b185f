-module(emqx_access_control).
-export([check_acl/3]).

check_acl(Client, subscribe, Topic) ->
    case broker:may(Client, subscribe, Topic) of
        nomatch -> persistent_term:get({broker, no_match}, allow);
        Result -> Result
    end.
