%% Supervises the writer of log lines, the reaper of sessions, the table of the last refusals, and
%% the process that ends connections which came in while the plugin did not run.
%%
%% Its children start in any case: if one did not, the application would not start, and the broker
%% would run without it. It never gives up either: a child that crashes again and again is started
%% again and again, so slowly that the limit of restarts is not reached.
-module(emqx_jwt_auth_sup).
-behaviour(supervisor).

-export([start_link/0, init/1, start_child/2, start_log/0, start_refusals/0]).

%% A child that was started less than SOON ago waits for PAUSE, in milliseconds. That makes five
%% restarts of each child in a second at the most.
-define(SOON, 1000).
-define(PAUSE, 200).
-define(RESTARTS_PER_SECOND, 100).

%% Starts it, under its own name.
-spec start_link() -> {ok, pid()} | {error, term()}.
start_link() ->
    case supervisor:start_link({local, ?MODULE}, ?MODULE, []) of
        ignore -> {error, ignored};
        Started -> Started
    end.

-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    Flags = #{strategy => one_for_one, intensity => ?RESTARTS_PER_SECOND, period => 1},
    {ok, {Flags, [child(log, {?MODULE, start_log}),
                  child(session_reaper, {emqx_jwt_auth_session_reaper, start_link}),
                  child(refusals, {?MODULE, start_refusals}),
                  child(strangers, {emqx_jwt_auth_strangers, start_link})]}}.

child(Id, Start) ->
    #{id => Id, start => {?MODULE, start_child, [Id, Start]}}.

%% Called in the process of the supervisor.
-spec start_child(atom(), {module(), atom()}) -> {ok, pid()} | ignore | {error, term()}.
start_child(Id, {Module, Function}) ->
    Now = erlang:monotonic_time(millisecond),
    case put({?MODULE, Id}, Now) of
        Before when is_integer(Before), Now - Before < ?SOON -> timer:sleep(?PAUSE);
        _ -> ok
    end,
    Module:Function().

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
