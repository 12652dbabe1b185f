-module(emqx_plugins).
-export([get_config/1]).

%% EMQX 5.7 answers {ok, Map}, 5.8 the map; and one that it has not is empty.
get_config(<<"emqx_jwt_auth-", _/binary>>) -> persistent_term:get({broker, plugin_config}, #{}).
