%% May a client connect, and what may it do? The same for all generations of the broker.
%%
%% The gate is open when a configuration was accepted. While it is closed every client is refused,
%% and every topic of a client that the plugin accepted before is denied. A stopped plugin leaves
%% its verifier behind the closed gate for the next start, with the keys that it has fetched.
-module(emqx_jwt_auth_gate).

-export([open/1, close/1, verifier/0, last_verifier/0, is_left_behind/1]).
-export([authenticate/2, authenticate/3, renew/3, authorize/3, recheck/1, refusal/1]).
-export_type([grant/0, refusal/0]).

-define(GATE, {emqx_jwt_auth, gate}).

%% The refusals that EMQX knows; it replaces any other atom.
-type refusal() :: bad_username_or_password | not_authorized | server_unavailable.

%% username and client_id: those of the token, to be the client's; absent: what it sent. expires_at:
%% Unix seconds; absent: no end.
-type grant() :: #{superuser := boolean(),
                   attributes := #{binary() => binary()},
                   username => binary(),
                   client_id => binary(),
                   expires_at => pos_integer()}.

%% From now on this verifier decides.
-spec open(jwt_auth:verifier()) -> ok.
open(Verifier) ->
    persistent_term:put(?GATE, {open, Verifier}).

%% unconfigured: there is no verifier any more; stopped: the next start may take it over.
-spec close(unconfigured | stopped) -> ok.
close(unconfigured) ->
    persistent_term:put(?GATE, {closed, none});
close(stopped) ->
    persistent_term:put(?GATE, {closed, last_verifier()}).

%% The verifier that decides; none: the gate is closed.
-spec verifier() -> {ok, jwt_auth:verifier()} | none.
verifier() ->
    case persistent_term:get(?GATE, closed) of
        {open, Verifier} -> {ok, Verifier};
        _ -> none
    end.

%% The verifier that decides, or did when the gate was open.
-spec last_verifier() -> {ok, jwt_auth:verifier()} | none.
last_verifier() ->
    case persistent_term:get(?GATE, closed) of
        {open, Verifier} -> {ok, Verifier};
        {closed, {ok, _} = Last} -> Last;
        _ -> none
    end.

%% Called in the process of the connection. Whatever the answer is, the session that this process
%% had is dropped. BrokerEnds says whether the broker itself ends a connection at a Unix second.
-spec authenticate(map(), fun((pos_integer()) -> boolean())) ->
          {allow, grant()} | {deny, refusal()} | ignore.
authenticate(ClientInfo, BrokerEnds) ->
    authenticate(ClientInfo, emqx_jwt_auth_client:from(ClientInfo), BrokerEnds).

%% The same for a client that sends its token in another way.
-spec authenticate(map(), jwt_auth:client(), fun((pos_integer()) -> boolean())) ->
          {allow, grant()} | {deny, refusal()} | ignore.
authenticate(ClientInfo, Client, BrokerEnds) ->
    emqx_jwt_auth_session:drop(emqx_jwt_auth_client:key(ClientInfo)),
    Current = verifier(),
    case check(Current, Client) of
        ignore ->
            emqx_jwt_auth_counters:add(ignored),
            ignore;
        Decided ->
            answer(Decided, Current, ClientInfo, Client, BrokerEnds)
    end.

%% May a client that is connected go on by another token? If so, this one's session takes the place
%% of the other; the plugin ends it.
-spec renew(map(), jwt_auth:session(), jwt_auth:client()) -> {allow, grant()} | {deny, refusal()}.
renew(ClientInfo, Session, Client) ->
    Current = verifier(),
    answer(renewal(Current, Session, Client), Current, ClientInfo, Client, fun(_) -> false end).

answer({allow, #{session := Session, superuser := Superuser} = Allowed, Names}, _Current,
       ClientInfo, _Client, BrokerEnds) ->
    Grant = (maps:merge(maps:with([expires_at], Allowed), Names))#{
                superuser => Superuser,
                attributes => attributes(Session)},
    Key = emqx_jwt_auth_client:key(ClientInfo, Names),
    emqx_jwt_auth_session:keep(Key, Session, own_expiry(Allowed, BrokerEnds)),
    emqx_jwt_auth_counters:add(allowed),
    {allow, Grant};
answer({deny, Reason}, Current, ClientInfo, Client, _BrokerEnds) ->
    emqx_jwt_auth_counters:add(Reason),
    jwt_auth_refusals:note(Current, Client, Reason),
    emqx_jwt_auth_refusal_lines:write(ClientInfo, Reason),
    {deny, refusal(Reason)}.

check({ok, Verifier}, Client) ->
    with_client_id(with_username(jwt_auth:check(Verifier, Client)), Verifier, Client);
check(none, _Client) ->
    {deny, unconfigured}.

%% A token that gives its client another id is to be good for the client with this id too, and says
%% what that one may do.
with_client_id({allow, #{session := Session}, _} = Allowed, Verifier, Client) ->
    Sent = maps:get(client_id, Client, undefined),
    case emqx_jwt_auth_clientid:of_token(Session) of
        none -> Allowed;
        {ok, Sent} -> Allowed;
        {ok, Id} ->
            Renamed = Client#{client_id => Id},
            of_client(Id, with_username(jwt_auth:check(Verifier, Renamed)));
        refused -> {deny, claim_mismatch}
    end;
with_client_id(Verdict, _Verifier, _Client) ->
    Verdict.

of_client(Id, {allow, Allowed, Names}) -> {allow, Allowed, Names#{client_id => Id}};
of_client(_Id, {deny, Reason}) -> {deny, Reason};
of_client(_Id, ignore) -> {deny, undecided}.

%% The broker goes on with the client id that it has.
renewal({ok, Verifier}, Before, Client) ->
    Id = maps:get(client_id, Client, undefined),
    case with_username(jwt_auth:renew(Verifier, Before, Client)) of
        {allow, #{session := Session}, _} = Allowed ->
            case emqx_jwt_auth_clientid:of_token(Session) of
                none -> with_attributes(Before, Allowed);
                {ok, Id} -> with_attributes(Before, Allowed);
                _ -> {deny, identity_changed}
            end;
        {deny, _} = Denied ->
            Denied
    end;
renewal(none, _Before, _Client) ->
    {deny, unconfigured}.

%% EMQX adds attributes to those that it has, so one that the new token lacks would be kept.
with_attributes(Before, {allow, #{session := Session}, _} = Allowed) ->
    case maps:keys(attributes(Before)) -- maps:keys(attributes(Session)) of
        [] -> Allowed;
        _ -> {deny, identity_changed}
    end.

with_username({allow, #{session := Session} = Allowed}) ->
    case jwt_auth_username:for_broker(Session) of
        {ok, Name} -> {allow, Allowed, #{username => Name}};
        none -> {allow, Allowed, #{}};
        refused -> {deny, claim_mismatch}
    end;
with_username(Verdict) ->
    Verdict.

own_expiry(#{expires_at := At}, BrokerEnds) ->
    case BrokerEnds(At) of
        true -> never;
        false -> At
    end;
own_expiry(_, _BrokerEnds) ->
    never.

%% EMQX takes attributes with names of this form only.
attributes(Session) ->
    maps:filter(fun(Name, _) -> is_attribute(Name) end, jwt_auth:attributes(Session)).

is_attribute(Name) ->
    re:run(Name, "\\A[0-9A-Za-z][0-9A-Za-z_-]*\\z", [{capture, none}]) =:= match.

%% The refusal for a reason. EMQX sends the client 0x86 in MQTT 5, or 4 in MQTT 3.1.1, for
%% bad_username_or_password; 0x87 or 5 for not_authorized; 0x88 or 3 for server_unavailable.
-spec refusal(jwt_auth:reason() | unconfigured) -> refusal().
refusal(revoked) -> not_authorized;
refusal(undecided) -> not_authorized;
refusal(not_loaded) -> not_authorized;
refusal(keys_unavailable) -> server_unavailable;
refusal(revocations_unavailable) -> server_unavailable;
refusal(unconfigured) -> server_unavailable;
refusal(_) -> bad_username_or_password.

%% Called in the process of the connection. no_match: the broker's own permissions decide, because
%% the token says nothing, or because another authenticator accepted the client.
-spec authorize(map(), atom() | map(), binary()) -> allow | deny | no_match.
authorize(ClientInfo, Action, Topic) ->
    Permission = case emqx_jwt_auth_session:find(emqx_jwt_auth_client:key(ClientInfo)) of
                     {ok, Session} -> permission(Session, Action, Topic);
                     none -> no_match;
                     ambiguous -> deny
                 end,
    emqx_jwt_auth_counters:add(counter(Permission)),
    Permission.

counter(allow) -> topic_allowed;
counter(deny) -> topic_denied;
counter(no_match) -> topic_no_match.

permission(Session, Action, Topic) ->
    case verifier() of
        {ok, Verifier} -> of_this_library(Verifier, Session, Action, Topic);
        none -> deny
    end.

%% A session of a native library that an upgrade has replaced is none any more; its connection is
%% about to be ended.
of_this_library(Verifier, Session, Action, Topic) ->
    try
        emqx_jwt_auth_action:authorize(Verifier, Session, Action, Topic)
    catch
        Class:Reason:Stack ->
            case is_left_behind(Session) of
                true -> deny;
                false -> erlang:raise(Class, Reason, Stack)
            end
    end.

%% Whether another native library than the one that is loaded has made the session.
-spec is_left_behind(jwt_auth:session()) -> boolean().
is_left_behind(Session) ->
    try
        _ = jwt_auth:fingerprint(Session),
        false
    catch
        error:badarg -> true
    end.

%% Would the client of a session still be accepted? undecided: nobody can tell, because the gate is
%% closed, or another native library has made the session.
-spec recheck(jwt_auth:session()) -> jwt_auth:recheck_verdict().
recheck(Session) ->
    case verifier() of
        {ok, Verifier} ->
            try
                jwt_auth:recheck(Verifier, Session)
            catch
                error:badarg -> {deny, undecided}
            end;
        none ->
            {deny, undecided}
    end.
