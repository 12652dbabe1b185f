%% The session of this connection, which is this process: the hooks run in it.
%%
%% It is in the process dictionary, and dies with the process. The same session is in a table too,
%% for the processes that end sessions, and for the other streams of a QUIC connection, which are
%% processes that never saw the authentication.
-module(emqx_jwt_auth_session).

-export([drop/1, keep/3, find/1]).

-define(SESSION, {emqx_jwt_auth, session}).

%% Drops what this process was granted, and notes that the client of this key is granted nothing
%% until keep/3 says so: the table may hold a session of an older connection with the same id.
-spec drop(emqx_jwt_auth_client:key()) -> ok.
drop(Key) ->
    Before = put(?SESSION, {Key, none}),
    case Before of
        {OldKey, {session, _}} -> emqx_jwt_auth_sessions:remove(OldKey, self());
        _ -> ok
    end.

%% ExpiresAt: the Unix second at which the plugin is to end the connection.
-spec keep(emqx_jwt_auth_client:key(), jwt_auth:session(), pos_integer() | never) -> ok.
keep(Key, Session, ExpiresAt) ->
    emqx_jwt_auth_sessions:add(Key, self(), Session, ExpiresAt),
    put(?SESSION, {Key, {session, Session}}),
    ok.

%% none: the client was not accepted by this plugin. ambiguous: two connections have the id.
-spec find(emqx_jwt_auth_client:key()) -> {ok, jwt_auth:session()} | none | ambiguous.
find(Key) ->
    case get(?SESSION) of
        {Key, {session, Session}} -> {ok, Session};
        {_, _} -> none;
        undefined -> emqx_jwt_auth_sessions:find(Key)
    end.
