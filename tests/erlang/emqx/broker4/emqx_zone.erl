-module(emqx_zone).
-export([get_env/3]).

get_env(internal, bypass_auth_plugins, _Default) -> true;
get_env(_Zone, Key, Default) -> broker_node:config(Key, Default).
