-module(emqx_acl_cache).
-export([drain_cache/0]).

drain_cache() -> broker_node:drain(), ok.
