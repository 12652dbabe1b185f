%% The application and its supervisor, of the processes that write the log, keep the last refusals,
%% hold the configuration and end connections.
-module(rabbit_auth_backend_jwt_auth_app).
-behaviour(application).
-behaviour(supervisor).

-export([start/2, stop/1, init/1]).

-spec start(application:start_type(), term()) -> {ok, pid()} | {error, term()}.
start(_Type, _Arguments) ->
    case supervisor:start_link({local, ?MODULE}, ?MODULE, []) of
        ignore -> {error, ignore};
        Started -> Started
    end.

%% From now on every client is refused.
-spec stop(term()) -> ok.
stop(_State) ->
    rabbit_auth_backend_jwt_auth_verifier:close().

-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    Child = fun(Module) -> #{id => Module, start => {Module, start_link, []}} end,
    {ok, {#{strategy => one_for_one, intensity => 5, period => 10},
          [Child(Module) || Module <- [jwt_auth_log, jwt_auth_refusals,
                                       rabbit_auth_backend_jwt_auth_verifier,
                                       rabbit_auth_backend_jwt_auth_connections]]}}.
