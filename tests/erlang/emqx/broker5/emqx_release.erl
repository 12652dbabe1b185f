-module(emqx_release).
-export([version/0]).

version() -> persistent_term:get({broker, release}).
