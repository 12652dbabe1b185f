%% The library application: it runs the process that writes the log.
-module(jwt_auth_app).
-behaviour(application).

-export([start/2, stop/1]).

-spec start(application:start_type(), term()) -> supervisor:startlink_ret().
start(_Type, _Arguments) ->
    jwt_auth_sup:start_link().

-spec stop(term()) -> ok.
stop(_State) ->
    ok.
