%% The application and its supervisor, of the processes that write the log, keep the last refusals,
%% hold the configuration and end sessions. VerneMQ starts it before it compiles the hooks in.
-module(vmq_jwt_auth_app).
-behaviour(application).
-behaviour(supervisor).

-export([start/2, stop/1, init/1]).

-spec start(application:start_type(), term()) -> {ok, pid()} | {error, term()}.
start(_Type, _Arguments) ->
    case supervisor:start_link({local, vmq_jwt_auth_sup}, ?MODULE, []) of
        ignore -> {error, ignore};
        Started -> Started
    end.

%% From now on every client is refused that has a token.
-spec stop(term()) -> ok.
stop(_State) ->
    jwt_auth_config_file:close().

%% The table belongs to the supervisor: it outlives the process that goes through it.
-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    ok = vmq_jwt_auth_sessions:new_table(),
    Child = fun(Module, Arguments) -> #{id => Module, start => {Module, start_link, Arguments}} end,
    {ok, {#{strategy => one_for_one, intensity => 5, period => 10},
          [Child(jwt_auth_log, []), Child(jwt_auth_refusals, []),
           Child(jwt_auth_config_file, [vmq_jwt_auth]), Child(vmq_jwt_auth_sessions, [])]}}.
