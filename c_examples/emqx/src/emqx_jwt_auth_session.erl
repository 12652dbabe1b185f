%% The session of the calling process, which is the connection: EMQX runs the hooks in it.
%%
%% The session is in the process dictionary, and dies with the process. What the broker calls the
%% client later does not matter there: another plugin may give it another client id. It is in a
%% table too, for the process that ends sessions, and for the other streams of a QUIC connection,
%% which are processes in which no client authenticated.
-module(emqx_jwt_auth_session).

-export([drop/1, keep/3, find/1, is_admitted/0, rename/1, offline/0, keep_client/1, renewable/0]).

-define(SESSION, {emqx_jwt_auth, session}).
-define(CLIENT, {emqx_jwt_auth, client}).

%% Drops the session of this process, and remembers that the client of this key has none until
%% keep/3 is called: the table may hold a session of an older connection with the same id.
-spec drop(emqx_jwt_auth_client:key()) -> ok.
drop(Key) ->
    case get(?SESSION) of
        {OldKey, {session, _}} -> emqx_jwt_auth_sessions:remove(OldKey, self());
        _ -> ok
    end,
    put(?SESSION, {Key, none}),
    _ = erase(?CLIENT),
    ok.

%% Takes the place of the session that the process had. ExpiresAt: the Unix second at which the
%% plugin is to end the connection.
-spec keep(emqx_jwt_auth_client:key(), jwt_auth:session(), pos_integer() | never) -> ok.
keep(Key, Session, ExpiresAt) ->
    rename(Key),
    emqx_jwt_auth_sessions:add(Key, self(), Session, ExpiresAt),
    put(?SESSION, {Key, {session, Session}}),
    ok.

%% none: the client was not accepted by this plugin. ambiguous: two connections have the id.
-spec find(emqx_jwt_auth_client:key()) -> {ok, jwt_auth:session()} | none | ambiguous.
find(Key) ->
    case get(?SESSION) of
        {_, {session, Session}} -> {ok, Session};
        {_, none} -> none;
        undefined -> emqx_jwt_auth_sessions:find(Key)
    end.

%% Whether this plugin has accepted the client of this process.
-spec is_admitted() -> boolean().
is_admitted() ->
    case get(?SESSION) of
        {_, {session, _}} -> true;
        _ -> false
    end.

%% The broker calls the client of this process so from now on.
-spec rename(emqx_jwt_auth_client:key()) -> ok.
rename(Key) ->
    case get(?SESSION) of
        {Old, {session, _} = Session} when Old =/= Key ->
            emqx_jwt_auth_sessions:rename(Old, Key, self()),
            put(?SESSION, {Key, Session}),
            ok;
        _ ->
            ok
    end.

%% The client has gone, and the broker keeps what it has subscribed to in this process.
-spec offline() -> ok.
offline() ->
    case get(?SESSION) of
        {Key, {session, _}} -> emqx_jwt_auth_sessions:offline(Key, self());
        _ -> ok
    end.

%% The client may renew its session: it is to be the same but for the token.
-spec keep_client(jwt_auth:client()) -> ok.
keep_client(Client) ->
    put(?CLIENT, Client),
    ok.

%% The session that this process has, and the client without its token; none: it has no session that
%% may be renewed.
-spec renewable() -> {ok, jwt_auth:session(), jwt_auth:client()} | none.
renewable() ->
    case {get(?SESSION), get(?CLIENT)} of
        {{_, {session, Session}}, #{} = Client} -> {ok, Session, Client};
        _ -> none
    end.
