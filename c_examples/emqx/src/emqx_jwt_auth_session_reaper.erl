%% Ends connections of tokens that have expired, where the broker does not do it, and sessions of
%% tokens that are not accepted any more, because they were revoked or because the configuration has
%% changed. An expired token ends the connection only: the broker keeps what the client has
%% subscribed to, and its queued messages, until the client comes back with a new token.
%%
%% Once a second this process ends sessions that have expired, and rechecks a part of all sessions,
%% so that each is rechecked once a minute. The broker takes a while to end a session, so a process
%% spawned for that asks the broker, and this one tries again until the connection is gone.
-module(emqx_jwt_auth_session_reaper).
-behaviour(gen_server).

-export([start_link/0, is_alive/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, format_status/1, format_status/2]).

-define(TICK, 1000).
-define(ROUND, 60).
%% Milliseconds between two reads of the configuration: not every release of EMQX reports changes.
-define(CONFIG_PERIOD, 5000).
-define(SEEN, {emqx_jwt_auth, seen_config}).
-define(ENDED_PER_TICK, 1000).
-define(SECONDS_BETWEEN_ATTEMPTS, 2).
%% The first attempts ask the connection to disconnect, the next ones make the broker discard its
%% session, and then the process is killed.
-define(FIRST_DISCARD, 2).
-define(LAST_DISCARD, 5).
%% Seconds that a broker which ends expired sessions by itself is given to do so.
-define(GRACE, 5).

-record(state, {position = start :: term(), seen :: emqx_jwt_auth_active_config:seen()}).

%% Starts it, under its own name.
-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% For the health check.
-spec is_alive() -> boolean().
is_alive() ->
    is_pid(whereis(?MODULE)).

-spec init([]) -> {ok, #state{}}.
init([]) ->
    jwt_auth_guard:hide(),
    _ = erlang:send_after(?TICK, self(), tick),
    _ = erlang:send_after(?CONFIG_PERIOD, self(), refresh_config),
    {ok, #state{seen = last_seen()}}.

%% What this process saw last before it crashed: what has changed since is still to be applied. It
%% belongs to one start of the plugin.
last_seen() ->
    Supervisor = whereis(emqx_jwt_auth_sup),
    case persistent_term:get(?SEEN, none) of
        {Supervisor, Seen} ->
            Seen;
        _ ->
            Seen = emqx_jwt_auth_active_config:seen(),
            remember_seen(Seen),
            Seen
    end.

remember_seen(Seen) ->
    persistent_term:put(?SEEN, {whereis(emqx_jwt_auth_sup), Seen}).

%% Does at once what the timers do, for tests and for operators.
-spec handle_call(term(), gen_server:from(), #state{}) -> {reply, ok, #state{}}.
handle_call(tick, _From, State) ->
    {reply, ok, tick(State)};
handle_call(refresh_config, _From, State) ->
    {reply, ok, refresh_config(State)};
handle_call(_Request, _From, State) ->
    {reply, ok, State}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_Message, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}}.
handle_info(tick, State) ->
    _ = erlang:send_after(?TICK, self(), tick),
    {noreply, tick(State)};
handle_info(refresh_config, State) ->
    _ = erlang:send_after(?CONFIG_PERIOD, self(), refresh_config),
    {noreply, refresh_config(State)};
handle_info(_Message, State) ->
    {noreply, State}.

%% The position holds a client id.
-spec format_status(gen_server:format_status()) -> gen_server:format_status().
format_status(Status) ->
    jwt_auth_guard:status(Status).

%% The same for OTP 24, on which EMQX 4.4 runs.
-spec format_status(normal | terminate, [term()]) -> hidden.
format_status(_Why, _State) ->
    hidden.

tick(State) ->
    emqx_jwt_auth_guard:run(tick, State, fun() ->
        Now = erlang:system_time(second),
        end_due(Now, ?ENDED_PER_TICK),
        Share = emqx_jwt_auth_sessions:size() div ?ROUND + 1,
        State#state{position = recheck(State#state.position, Share, Now)}
    end).

refresh_config(#state{seen = Seen} = State) ->
    Next = emqx_jwt_auth_guard:run(refresh_config, Seen,
                                   fun() -> emqx_jwt_auth_active_config:refresh(Seen) end),
    Next =:= Seen orelse remember_seen(Next),
    State#state{seen = Next}.

end_due(_Now, 0) ->
    ok;
end_due(Now, Count) ->
    case emqx_jwt_auth_sessions:due(Now) of
        {Key, Pid, Attempts} ->
            end_one(Key, Pid, Attempts, Now),
            end_due(Now, Count - 1);
        none ->
            ok
    end.

%% The connection may have authenticated again since, with another token.
end_one(Key, Pid, Attempts, Now) ->
    case {is_process_alive(Pid), emqx_jwt_auth_sessions:lookup(Key, Pid)} of
        {_, none} ->
            ok;
        {false, _} ->
            emqx_jwt_auth_sessions:remove(Key, Pid);
        {true, {Session, ExpiresAt}} when is_integer(ExpiresAt), ExpiresAt =< Now ->
            end_online(Key, Pid, Session, Attempts, Now);
        {true, _} ->
            ok
    end.

%% A client may have gone while the hooks were not registered, also since the last attempt. Then its
%% session stays, unless its token was withdrawn.
end_online({_, ClientId} = Key, Pid, Session, Attempts, Now) ->
    case emqx_jwt_auth_broker:is_offline(ClientId, Pid) andalso not is_withdrawn(Session) of
        true ->
            emqx_jwt_auth_sessions:offline(Key, Pid);
        false ->
            Attempts > 0 orelse tell(Session, expired),
            attempt(Key, Pid, Attempts, Now)
    end.

is_withdrawn(Session) ->
    case refusal(Session) of
        {true, Why} -> Why =/= expired;
        false -> false
    end.

attempt(_Key, Pid, Attempts, _Now) when Attempts > ?LAST_DISCARD ->
    %% The broker does not know it: a gateway, or a connection that hangs.
    exit(Pid, kill);
attempt({_, ClientId} = Key, Pid, Attempts, Now) ->
    End = case Attempts < ?FIRST_DISCARD of
              true -> fun() -> emqx_jwt_auth_channels:disconnect(Pid) end;
              false -> fun() -> emqx_jwt_auth_broker:end_session(ClientId, Pid) end
          end,
    _ = spawn(fun() -> emqx_jwt_auth_guard:run(end_session, false, End) end),
    emqx_jwt_auth_sessions:retry({Key, Pid}, Now + ?SECONDS_BETWEEN_ATTEMPTS, Attempts + 1).

tell(Session, Why) ->
    emqx_jwt_auth_counters:add(ended),
    jwt_auth_log:session_ends(Session, Why).

recheck(Position, 0, _Now) ->
    Position;
recheck(Position, Count, Now) ->
    case emqx_jwt_auth_sessions:next(Position) of
        {Entry, Next} ->
            _ = recheck_one(Entry, Now),
            recheck(Next, Count - 1, Now);
        none ->
            start
    end.

%% A session that has expired is left to end_due/2, unless that has failed for a whole round.
recheck_one({Key, Pid, _Session, ExpiresAt}, Now) when is_integer(ExpiresAt), ExpiresAt =< Now ->
    ExpiresAt < Now - ?ROUND andalso emqx_jwt_auth_sessions:retry({Key, Pid}, Now, 1);
recheck_one({Key, Pid, Session, ExpiresAt}, Now) ->
    case is_process_alive(Pid) andalso refusal(Session) of
        false ->
            is_process_alive(Pid) orelse emqx_jwt_auth_sessions:remove(Key, Pid);
        {true, expired} when ExpiresAt =:= offline ->
            ok;
        {true, expired} ->
            emqx_jwt_auth_sessions:expire({Key, Pid}, Now + ?GRACE, 0);
        {true, Why} ->
            tell(Session, Why),
            emqx_jwt_auth_sessions:expire({Key, Pid}, Now, ?FIRST_DISCARD)
    end.

%% A call that failed, or keys or revocations that have not been fetched yet, say nothing about the
%% token.
refusal(Session) ->
    case emqx_jwt_auth_gate:recheck(Session) of
        {deny, Unknown} when Unknown =:= undecided; Unknown =:= not_loaded;
                             Unknown =:= keys_unavailable;
                             Unknown =:= revocations_unavailable -> false;
        {deny, Why} -> {true, Why};
        {allow, _} -> false
    end.
