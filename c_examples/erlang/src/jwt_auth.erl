%% @doc May this MQTT client connect, and what may it do? Its JSON Web Token says.
%%
%% ```
%% {ok, Verifier} = jwt_auth:new(#{secret => Secret}),
%% case jwt_auth:check(Verifier, #{client_id => Id, password => Token}) of
%%     {allow, #{session := Session}} -> ...;   % keep the session while the client is connected
%%     {deny, Reason} -> ...;
%%     ignore -> ...                            % refuse, unless somebody else accepts it
%% end,
%% allow = jwt_auth:authorize(Verifier, Session, publish, Topic, #{qos => 1, retain => false}).
%% '''
%%
%% Any number of processes may use a verifier or a session at once; garbage collection frees it when
%% no process refers to it any more. A call with an argument of another type than its -spec says
%% raises badarg; a caller that must not crash runs it in jwt_auth_guard. The exception does not
%% hold the arguments.
-module(jwt_auth).

-export([new/1, reload/2, new_file/1, reload_file/2, wait_ready/2, free/1]).
-export([check/2, authorize/5, authorize_every_qos/5, recheck/2, renew/3]).
-export([explain/2, stats/1]).
-export([claims/1, attributes/1, username/1, fingerprint/1, version/0, status/0]).
-export_type([verifier/0, session/0, config/0, client/0, reason/0, action/0, options/0]).
-export_type([verdict/0, recheck_verdict/0, renew_verdict/0, permission/0]).

%% Raises badarg by error/1, in the function that was called: the stack trace then holds its arity,
%% and not its arguments.
-define(ANSWER(Call), case Call of badarg -> erlang:error(badarg); Answer -> Answer end).

-opaque verifier() :: jwt_auth_nif:verifier().
-opaque session() :: jwt_auth_nif:session().

%% JSON text, or a map that jwt_auth_json encodes.
-type config() :: iodata() | #{atom() | binary() => term()}.

%% A field that is absent, or undefined, was not sent by the client. Other keys raise badarg: a
%% misspelled one would read as not sent. peer_certificate is that of the TLS connection, in
%% DER, as ssl:peercert/1 gives it.
-type client() :: #{client_id => binary() | undefined,
                    username => binary() | undefined,
                    password => binary() | undefined,
                    peer_address => binary() | inet:ip_address() | undefined,
                    peer_certificate => binary() | undefined}.

%% undecided: the call failed, or the verifier was freed. not_loaded: there is no native library.
%% unknown: a reason of a library that is newer than this module.
-type reason() :: undecided | missing_token | token_too_large | malformed_token
                | unsupported_algorithm | algorithm_not_allowed | unsupported_critical_header
                | no_key | unknown_key_id | keys_unavailable | bad_signature | signature_format
                | malformed_claims | expired | not_yet_valid | issued_in_future | missing_claim
                | claim_mismatch | bad_acl | revoked | wrong_token_type | ambiguous_key
                | wrong_issuer | lifetime_too_long | certificate_mismatch
                | identity_changed | revocations_unavailable | unknown | not_loaded.

-type action() :: publish | subscribe | 'receive'.
-type permission() :: allow | deny | no_match.

%% Without qos it is 0, and without retain it is false.
-type options() :: #{qos => 0..2, retain => boolean()}.

%% expires_at: end the session at this Unix second; absent: it has no end.
-type verdict() :: {allow, #{session := session(),
                             superuser := boolean(),
                             expires_at => pos_integer()}}
                 | {deny, reason()}
                 | ignore.
-type recheck_verdict() :: {allow, #{superuser := boolean(), expires_at => pos_integer()}}
                         | {deny, reason()}.
-type renew_verdict() :: {allow, #{session := session(),
                                   superuser := boolean(),
                                   expires_at => pos_integer()}}
                       | {deny, reason()}.

%% @doc Makes a verifier. Files that the configuration names are read during the call. The text of
%% an error names the option, and quotes no value but the path of a file.
-spec new(config()) -> {ok, verifier()} | {error, binary()}.
new(Config) ->
    case encode(Config) of
        {ok, Json} -> ?ANSWER(jwt_auth_nif:new(Json));
        Error -> Error
    end.

%% @doc Replaces the configuration, for all processes that use the verifier. A configuration that is
%% not accepted changes nothing.
-spec reload(verifier(), config()) -> ok | {error, binary()}.
reload(Verifier, Config) ->
    case encode(Config) of
        {ok, Json} -> ?ANSWER(jwt_auth_nif:reload(Verifier, Json));
        Error -> Error
    end.

%% @doc The same with the configuration in a file, which the library reads and wipes itself: a
%% secret in it never is in a term. The text of an error begins with the path.
-spec new_file(file:filename_all()) -> {ok, verifier()} | {error, binary()}.
new_file(Path) ->
    ?ANSWER(jwt_auth_nif:new_file(native(Path))).

-spec reload_file(verifier(), file:filename_all()) -> ok | {error, binary()}.
reload_file(Verifier, Path) ->
    ?ANSWER(jwt_auth_nif:reload_file(Verifier, native(Path))).

%% @doc Waits until every endpoint of the configuration has answered, well or not, but no longer
%% than that. true: each has brought what it is for. Meanwhile it occupies a dirty scheduler for
%% I/O.
-spec wait_ready(verifier(), Milliseconds :: 0..16#ffffffff) -> boolean().
wait_ready(Verifier, Milliseconds) ->
    ?ANSWER(jwt_auth_nif:wait_ready(Verifier, Milliseconds)).

%% @doc Frees the verifier now, or when the calls that use it have returned; afterwards every call
%% with it refuses. Optional, because garbage collection does it too. Its sessions stay, and another
%% verifier can be asked about them.
-spec free(verifier()) -> ok.
free(Verifier) ->
    ?ANSWER(jwt_auth_nif:free(Verifier)).

%% @doc May the client connect?
-spec check(verifier(), client()) -> verdict().
check(Verifier, Client) ->
    ?ANSWER(jwt_auth_nif:check(Verifier, Client)).

%% @doc May the client of a session do this with the topic? For subscribe, Topic is the filter as
%% the client sent it. no_match: the token says nothing, and the broker's own permissions decide.
-spec authorize(verifier(), session(), action(), binary(), options()) -> permission().
authorize(Verifier, Session, Action, Topic, Options) ->
    ?ANSWER(jwt_auth_nif:authorize(Verifier, Session, Action, Topic, Options)).

%% @doc The same, for a broker that does not say which QoS a client wants, nor whether its message
%% is to be retained. The token is asked about every QoS from 0 to HighestQos, and for publish about
%% both values of retain. The answer is the one that all of them have; where they differ it is deny,
%% so a rule for one QoS is not taken for a rule for all of them.
-spec authorize_every_qos(verifier(), session(), action(), binary(), HighestQos :: 0..2) ->
          permission().
authorize_every_qos(Verifier, Session, Action, Topic, HighestQos) ->
    ?ANSWER(common_answer([jwt_auth_nif:authorize(Verifier, Session, Action, Topic, Options)
                           || Options <- every_option(Action, HighestQos)])).

%% Without options HighestQos was wrong; other wrong arguments are badarg for every option.
common_answer([]) -> badarg;
common_answer([First | Others]) ->
    case lists:all(fun(Other) -> Other =:= First end, Others) of
        true -> First;
        false -> deny
    end.

every_option(publish, HighestQos) ->
    [#{qos => Qos, retain => Retain} || Qos <- up_to(HighestQos), Retain <- [false, true]];
every_option(_Action, HighestQos) ->
    [#{qos => Qos} || Qos <- up_to(HighestQos)].

up_to(0) -> [0];
up_to(1) -> [0, 1];
up_to(2) -> [0, 1, 2];
up_to(_) -> [].

%% @doc Would the client of a session still be accepted? Ask after reload, and from time to time.
-spec recheck(verifier(), session()) -> recheck_verdict().
recheck(Verifier, Session) ->
    ?ANSWER(jwt_auth_nif:recheck(Verifier, Session)).

%% @doc May the client of a session go on by another token? That is for an AUTH packet of MQTT 5:
%% Client has the new token, which must be good for it, and of the same issuer, subject and user
%% name as that of the session, else identity_changed. The answer is never ignore. The session stays
%% as it is; if the answer is allow, put the new one in its place.
-spec renew(verifier(), session(), client()) -> renew_verdict().
renew(Verifier, Session, Client) ->
    ?ANSWER(jwt_auth_nif:renew(Verifier, Session, Client)).

%% @doc All that is wrong with a client and its token, step by step: a JSON object, which holds
%% claims and no secret. Nobody is accepted by it, and nothing is logged or counted. It runs on a
%% dirty scheduler, and verifies the signature each time.
-spec explain(verifier(), client()) -> {ok, binary()} | {error, binary()}.
explain(Verifier, Client) ->
    ?ANSWER(jwt_auth_nif:explain(Verifier, Client)).

%% @doc What was counted since the verifier was made, in the text format of Prometheus.
-spec stats(verifier()) -> {ok, binary()} | {error, binary()}.
stats(Verifier) ->
    ?ANSWER(jwt_auth_nif:stats(Verifier)).

%% @doc The payload of the token, a JSON object, byte for byte as signed.
-spec claims(session()) -> {ok, binary()} | {error, not_loaded}.
claims(Session) ->
    ?ANSWER(jwt_auth_nif:claims(Session)).

%% @doc The strings, numbers and booleans of the token's claim client_attrs, as text.
-spec attributes(session()) -> #{binary() => binary()}.
attributes(Session) ->
    ?ANSWER(jwt_auth_nif:attributes(Session)).

%% @doc The user name of the client that the option username_claim says, to be used in the place of
%% what it sent; undefined: the option is not set. It may hold any character, a NUL, line breaks and
%% the wildcards of MQTT among them.
-spec username(session()) -> binary() | undefined.
username(Session) ->
    ?ANSWER(jwt_auth_nif:username(Session)).

%% @doc The name of the token in the log of the library: 8 hexadecimal digits. A broker's own log
%% line about a client names it so, and not by its client id: some devices send their token in every
%% field.
-spec fingerprint(session()) -> binary().
fingerprint(Session) ->
    ?ANSWER(jwt_auth_nif:fingerprint(Session)).

%% @doc The version of the native library.
-spec version() -> binary() | not_loaded.
version() ->
    jwt_auth_nif:version().

%% @doc Whether the native library is loaded, and if not, why.
-spec status() -> ok | {error, binary()}.
status() ->
    jwt_auth_nif:status().

encode(Config) when is_map(Config) -> jwt_auth_json:encode(Config);
encode(Config) -> {ok, Config}.

%% A path as the system takes it, with a NUL at its end. What is none is badarg in the native
%% function.
native(Path) when is_binary(Path) ->
    <<Path/binary, 0>>;
native(Path) ->
    try unicode:characters_to_binary(Path, unicode, file:native_name_encoding()) of
        Native when is_binary(Native) -> <<Native/binary, 0>>;
        _ -> badarg
    catch
        error:_ -> badarg
    end.
