%% The library application: it runs the process that writes the log.
-module(jwt_auth_app).
-behaviour(application).

-export([start/2, stop/1]).

-spec start(application:start_type(), term()) -> {ok, pid()} | {error, term()}.
start(_Type, _Arguments) ->
    case jwt_auth_sup:start_link() of
        ignore -> {error, ignore};
        Started -> Started
    end.

-spec stop(term()) -> ok.
stop(_State) ->
    ok.
