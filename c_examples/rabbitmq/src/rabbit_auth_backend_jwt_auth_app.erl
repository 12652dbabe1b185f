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
    jwt_auth_config_file:close().

-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    Check = fun rabbit_auth_backend_jwt_auth_config:check/1,
    Child = fun(Module, Arguments) -> #{id => Module, start => {Module, start_link, Arguments}} end,
    {ok, {#{strategy => one_for_one, intensity => 5, period => 10},
          [Child(jwt_auth_log, []), Child(jwt_auth_refusals, []),
           Child(jwt_auth_config_file, [rabbitmq_auth_backend_jwt_auth, Check]),
           Child(rabbit_auth_backend_jwt_auth_connections, [])]}}.
