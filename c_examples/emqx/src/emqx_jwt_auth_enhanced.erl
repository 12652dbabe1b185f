%% Clients that send their token by enhanced authentication of MQTT 5: with CONNECT, and again with
%% AUTH before it expires. EMQX has one hook for both.
-module(emqx_jwt_auth_enhanced).

-export([method/1, authenticate/1, leave/2, left/0]).

-define(LEFT, {emqx_jwt_auth, left}).

%% none: the client does not authenticate so. ours: its method is one of those that carry a token.
%% others: it is for another authenticator.
-spec method(map()) -> none | ours | others.
method(#{auth_method := Method}) ->
    case lists:member(Method, emqx_jwt_auth_options:get(auth_methods)) of
        true -> ours;
        false -> others
    end;
method(_Credential) ->
    none.

%% Called in the process of the connection.
-spec authenticate(map()) ->
          {allow, emqx_jwt_auth_gate:grant()} | {deny, emqx_jwt_auth_gate:refusal()}.
authenticate(Credential) ->
    Token = maps:get(auth_data, Credential, undefined),
    case emqx_jwt_auth_session:renewable() of
        {ok, Session, Client} -> renew(Credential, Session, Client, Token);
        none -> connect(Credential, Token)
    end.

%% EMQX looks at expire_at only when a client connects, and would end it then whatever it sends
%% later, so the plugin ends such clients itself.
connect(Credential, Token) ->
    Client = maps:remove(password, emqx_jwt_auth_client:from(Credential)),
    Never = fun(_) -> false end,
    case emqx_jwt_auth_gate:authenticate(Credential, with_token(Client, Token), Never) of
        {allow, Grant} ->
            emqx_jwt_auth_session:keep_client(maps:merge(Client, maps:with([client_id], Grant))),
            {allow, Grant};
        ignore ->
            {deny, bad_username_or_password};
        Refused ->
            Refused
    end.

%% The broker disconnects the client if this is refused; until then it has the rights that it had.
renew(Credential, Session, Client, Token) ->
    case emqx_jwt_auth_gate:renew(Credential, Session, with_token(Client, Token)) of
        {allow, Grant} ->
            emqx_jwt_auth_broker:forget_permissions(),
            emqx_jwt_auth_events:renewed(Credential),
            {allow, Grant};
        {deny, _} ->
            {deny, not_authorized}
    end.

%% The token is where the configuration says, in the place of anything else.
with_token(Client, Token) ->
    Field = emqx_jwt_auth_options:get(from),
    case Token of
        undefined -> maps:remove(Field, Client);
        _ -> Client#{Field => Token}
    end.

%% Leaves a client to other authenticators: this is the answer for the hook. Before: the answer of
%% the broker and of the hooks so far.
-spec leave(emqx_jwt_auth_client:key(), term()) -> ignore.
leave(Key, Before) ->
    emqx_jwt_auth_session:drop(Key),
    emqx_jwt_auth_counters:add(ignored),
    _ = put(?LEFT, {left, Before}),
    ignore.

%% Whether the client of this process was left to others, and with which answer. EMQX would admit it
%% if there are none.
-spec left() -> {left, Before :: term()} | undefined.
left() ->
    erase(?LEFT).
