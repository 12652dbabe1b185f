%% The configuration of EMQX 5: one authenticator, that nobody passes, and topics denied.
-module(emqx).
-export([get_config/2]).

get_config([authentication] = Key, _) -> broker_node:config(Key, [#{mechanism => password_based, enable => true}]);
get_config([authorization, no_match] = Key, _) -> broker_node:config(Key, deny);
get_config(Key, Default) -> broker_node:config(Key, Default).
