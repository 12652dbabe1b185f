%% Supervises the writer of log lines, the reaper of sessions and the table of the last refusals.
%%
%% The supervisor owns the tables of sessions, so that they outlive the reaper. Its children start
%% in any case: if one did not, the application would not start, and the broker would run without
%% it.
-module(emqx_jwt_auth_sup).
-behaviour(supervisor).

-export([start_link/0, init/1, start_log/0, start_refusals/0]).

%% Starts it, under its own name.
-spec start_link() -> {ok, pid()} | {error, term()}.
start_link() ->
    case supervisor:start_link({local, ?MODULE}, ?MODULE, []) of
        ignore -> {error, ignored};
        Started -> Started
    end.

-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    emqx_jwt_auth_sessions:create(),
    Flags = #{strategy => one_for_one, intensity => 10, period => 10},
    Log = #{id => log, start => {?MODULE, start_log, []}},
    Reaper = #{id => session_reaper, start => {emqx_jwt_auth_session_reaper, start_link, []}},
    Refusals = #{id => refusals, start => {?MODULE, start_refusals, []}},
    {ok, {Flags, [Log, Reaper, Refusals]}}.

%% The plugin works without the log too, so a failure here does not stop it from starting.
-spec start_log() -> {ok, pid()} | ignore.
start_log() ->
    or_ignore(jwt_auth_log:start_link(), "the log of the native library cannot be read").

%% And without this.
-spec start_refusals() -> {ok, pid()} | ignore.
start_refusals() ->
    or_ignore(jwt_auth_refusals:start_link(), "the last refusals are not kept").

or_ignore({error, _}, Consequence) ->
    logger:error("jwt_auth: ~s", [Consequence]),
    ignore;
or_ignore(Started, _Consequence) ->
    Started.
