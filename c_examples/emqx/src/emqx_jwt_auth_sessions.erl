%% The sessions of all connections, and the times at which they expire.
%%
%% Connections write to these tables themselves, so no process is a bottleneck. Both are ordered:
%%
%%   sessions  {{Protocol, ClientId, Connection}, Session, ExpiresAt}
%%   expiry    {{UnixSecond, Protocol, ClientId, Connection}, Attempts}
%%
%% The connection is part of the key. So a connection that takes a client id over has an entry of
%% its own, and the old entry cannot end the new connection.
-module(emqx_jwt_auth_sessions).

-export([create/0, save/0, add/4, remove/2, find/1, lookup/2]).
-export([size/0, connections/0, next/1, due/1, retry/3, expire/3, offline/2, rename/3]).
-export_type([entry/0]).

-define(SESSIONS, emqx_jwt_auth_sessions).
-define(EXPIRY, emqx_jwt_auth_expiry).
-define(SAVED, {emqx_jwt_auth, saved_sessions}).

%% When the plugin is to end the connection. offline: there is none any more, and the end of the
%% token ends nothing: the client comes back with another one.
-type expiry() :: pos_integer() | never | offline.
-type entry() :: {emqx_jwt_auth_client:key(), pid(), jwt_auth:session(), expiry()}.
-type position() :: start | term().

%% Makes the tables, owned by the calling process, and adds the sessions that save/0 saved: so
%% clients that stay connected while the plugin is stopped and started keep their sessions.
-spec create() -> ok.
create() ->
    Options = [named_table, public, ordered_set, {write_concurrency, true},
               {read_concurrency, true}],
    lists:foreach(fun(Table) -> ets:new(Table, Options) end, [?SESSIONS, ?EXPIRY]),
    Saved = persistent_term:get(?SAVED, []),
    lists:foreach(fun({{Protocol, ClientId, Pid}, Session, ExpiresAt}) ->
                      is_process_alive(Pid) andalso
                          add({Protocol, ClientId}, Pid, Session, ExpiresAt)
                  end, Saved),
    _ = persistent_term:erase(?SAVED),
    ok.

%% Saves the sessions for the next create/0. Without tables it does nothing.
-spec save() -> ok.
save() ->
    case ets:info(?SESSIONS, size) of
        undefined -> ok;
        _ -> persistent_term:put(?SAVED, ets:tab2list(?SESSIONS))
    end.

%% Adds the session of a connection, in the place of one that it has.
-spec add(emqx_jwt_auth_client:key(), pid(), jwt_auth:session(), expiry()) -> ok.
add({Protocol, ClientId} = Key, Pid, Session, ExpiresAt) ->
    Before = lookup(Key, Pid),
    true = ets:insert(?SESSIONS, {{Protocol, ClientId, Pid}, Session, ExpiresAt}),
    forget_expiry(Before, Key, Pid),
    is_integer(ExpiresAt) andalso
        ets:insert(?EXPIRY, {{ExpiresAt, Protocol, ClientId, Pid}, 0}),
    ok.

%% Removes the session of a connection, if it has one. There may be no tables, because a connection
%% outlives the plugin.
-spec remove(emqx_jwt_auth_client:key(), pid()) -> ok.
remove({Protocol, ClientId}, Pid) ->
    try ets:take(?SESSIONS, {Protocol, ClientId, Pid}) of
        [{_, _, ExpiresAt}] ->
            _ = ets:delete(?EXPIRY, {ExpiresAt, Protocol, ClientId, Pid}),
            ok;
        [] ->
            ok
    catch
        error:badarg -> ok
    end.

%% The session of a client that is connected, for a process that is not its connection. Without
%% tables, while the plugin does not run, nothing is known: ambiguous.
-spec find(emqx_jwt_auth_client:key()) -> {ok, jwt_auth:session()} | none | ambiguous.
find({Protocol, ClientId}) ->
    Rows = {{Protocol, ClientId, '$1'}, '$2', '$3'},
    try ets:select(?SESSIONS, [{Rows, [{'=/=', '$3', offline}], [{{'$1', '$2'}}]}]) of
        Found ->
            case [Session || {Pid, Session} <- Found, is_process_alive(Pid)] of
                [Session] -> {ok, Session};
                [] -> none;
                _ -> ambiguous
            end
    catch
        error:badarg -> ambiguous
    end.

%% The session of a connection, and when the plugin is to end it.
-spec lookup(emqx_jwt_auth_client:key(), pid()) ->
          {jwt_auth:session(), expiry()} | none.
lookup({Protocol, ClientId}, Pid) ->
    case ets:lookup(?SESSIONS, {Protocol, ClientId, Pid}) of
        [{_, Session, ExpiresAt}] -> {Session, ExpiresAt};
        [] -> none
    end.

%% How many connections have a session. Those that have just ended are counted until a recheck.
-spec size() -> non_neg_integer().
size() ->
    ets:info(?SESSIONS, size).

%% The connections that have a session.
-spec connections() -> [pid()].
connections() ->
    ets:select(?SESSIONS, [{{{'_', '_', '$1'}, '_', '_'}, [], ['$1']}]).

%% Walks through the entries in a circle: returns the one after a position, with its own position.
-spec next(position()) -> {entry(), position()} | none.
next(Position) ->
    case {key_after(Position), Position} of
        {'$end_of_table', start} -> none;
        {'$end_of_table', _} -> next(start);
        {{Protocol, ClientId, Pid} = Key, _} ->
            case ets:lookup(?SESSIONS, Key) of
                [{_, Session, At}] -> {{{Protocol, ClientId}, Pid, Session, At}, Key};
                [] -> next(Key)
            end
    end.

key_after(start) -> ets:first(?SESSIONS);
key_after(Position) -> ets:next(?SESSIONS, Position).

%% Removes the first session that is to end by now, and returns it with the number of attempts so
%% far.
-spec due(non_neg_integer()) -> {emqx_jwt_auth_client:key(), pid(), non_neg_integer()} | none.
due(Now) ->
    case ets:first(?EXPIRY) of
        {At, Protocol, ClientId, Pid} = First when At =< Now ->
            case ets:take(?EXPIRY, First) of
                [{_, Attempts}] -> {{Protocol, ClientId}, Pid, Attempts};
                [] -> due(Now)
            end;
        _ ->
            none
    end.

%% Makes due/1 return the session again at that time.
-spec retry({emqx_jwt_auth_client:key(), pid()}, non_neg_integer(), non_neg_integer()) -> ok.
retry({{Protocol, ClientId}, Pid}, At, Attempts) ->
    true = ets:insert(?EXPIRY, {{At, Protocol, ClientId, Pid}, Attempts}),
    ok.

%% Lets the session expire at that Unix second, whatever its token says.
-spec expire({emqx_jwt_auth_client:key(), pid()}, pos_integer(), non_neg_integer()) -> ok.
expire({{Protocol, ClientId} = Key, Pid}, At, Attempts) ->
    Before = lookup(Key, Pid),
    case ets:update_element(?SESSIONS, {Protocol, ClientId, Pid}, {3, At}) of
        true ->
            forget_expiry(Before, Key, Pid),
            retry({Key, Pid}, At, Attempts);
        false ->
            ok
    end.

%% The client has gone. There may be no tables, because a connection outlives the plugin.
-spec offline(emqx_jwt_auth_client:key(), pid()) -> ok.
offline({Protocol, ClientId} = Key, Pid) ->
    try
        Before = lookup(Key, Pid),
        _ = ets:update_element(?SESSIONS, {Protocol, ClientId, Pid}, {3, offline}),
        forget_expiry(Before, Key, Pid)
    catch
        error:badarg -> ok
    end.

%% The client of a connection has another name.
-spec rename(emqx_jwt_auth_client:key(), emqx_jwt_auth_client:key(), pid()) -> ok.
rename(Old, New, Pid) ->
    try lookup(Old, Pid) of
        {Session, ExpiresAt} ->
            add(New, Pid, Session, ExpiresAt),
            remove(Old, Pid);
        none ->
            ok
    catch
        error:badarg -> ok
    end.

forget_expiry({_, At}, {Protocol, ClientId}, Pid) when is_integer(At) ->
    _ = ets:delete(?EXPIRY, {At, Protocol, ClientId, Pid}),
    ok;
forget_expiry(_, _, _) ->
    ok.
