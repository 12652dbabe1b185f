-module(emqx_authz_cache).
-export([drain_cache/0, empty_authz_cache/0]).

drain_cache() -> broker_node:drain(), ok.
empty_authz_cache() -> broker_permissions:forget().
