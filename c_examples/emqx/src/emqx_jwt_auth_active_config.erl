%% The configuration that is in force, and those that were not accepted.
%%
%% A verifier is made of a new configuration first, and then replaces the old one atomically, for
%% all connections. A configuration that is not accepted changes nothing. Sessions stay in either
%% case. If none was accepted since the start, the one that was accepted last before is used.
-module(emqx_jwt_auth_active_config).

-export([start/0, apply_current/0, apply/1, validate/1, seen/0, refresh/1]).
-export([health/0, leaves_to_others/0, token_is_username/0]).
-export_type([seen/0]).

-define(STATE, {emqx_jwt_auth, config_state}).

%% in_force: the digest of the configuration that decides; earlier: it is the one that was accepted
%% before the start. refused: what was not accepted since, by its digest, with the stamp that its
%% files had, and why. It has the last attempt, and what the broker has, which may be another: a
%% form that somebody saves is tried before the broker stores it.
-type state() :: #{in_force := binary() | earlier | none,
                   refused := #{binary() => {Stamp :: binary(), Why :: binary()}}}.

%% Digests, which recognise without holding secrets: of the configuration that the broker has, and
%% of what decides about permissions besides.
-opaque seen() :: {binary(), binary()}.

%% Forgets the state of an earlier run, and applies what the broker has now.
-spec start() -> ok | {error, binary()}.
start() ->
    persistent_term:erase(?STATE),
    apply_current().

%% Applies what the broker has now.
-spec apply_current() -> ok | {error, binary()}.
apply_current() ->
    emqx_jwt_auth_guard:run(configuration, {error, <<"the configuration could not be looked at">>},
                            fun() -> ?MODULE:apply(emqx_jwt_auth_config:current()) end).

%% While the plugin does not run, this only says whether it would be accepted.
-spec apply(emqx_jwt_auth_config:source()) -> ok | {error, binary()}.
apply(Source) ->
    case whereis(emqx_jwt_auth_sup) of
        undefined -> validate(Source);
        _ -> global:trans({?MODULE, self()}, fun() -> put_in_force(Source) end, [node()])
    end.

%% Whether it would be accepted.
-spec validate(emqx_jwt_auth_config:source()) -> ok | {error, binary()}.
validate(Source) ->
    New = fun(Rest, _Options) -> jwt_auth:new(Rest) end,
    Check = fun(Json) -> emqx_jwt_auth_options:checked(Json, New) end,
    case emqx_jwt_auth_config:load(Source, Check) of
        {accepted, {ok, Verifier}, _} -> jwt_auth:free(Verifier);
        {error, _} = Error -> Error
    end.

put_in_force(Source) ->
    Digest = digest(Source),
    case emqx_jwt_auth_config:load(Source, fun load/1) of
        {accepted, ok, Json} ->
            accepted(Digest, Json, state());
        {error, Why} = Error ->
            refused(Digest, Source, Why, state()),
            Error
    end.

accepted(Digest, Json, Before) ->
    put_state(#{in_force => Digest, refused => #{}}),
    emqx_jwt_auth_accepted:write(Json),
    emqx_jwt_auth_permission_cache:drain(),
    Before =:= state() orelse logger:notice("jwt_auth: the configuration is in force"),
    ok.

%% An attempt is made again and again, also with the form as the broker has stored it, and its error
%% logged once.
refused(Digest, Source, Why, #{refused := Refused} = Before) ->
    OfBroker = maps:with([digest(emqx_jwt_auth_config:current())], Refused),
    put_state(Before#{refused := OfBroker#{Digest => {stamp(Source), Why}}}),
    gate_is_open() orelse open_earlier(Source),
    lists:keymember(Why, 2, maps:values(Refused)) orelse
        logger:error("jwt_auth: the configuration is not accepted, ~ts: ~ts", [consequence(), Why]).

%% A verifier of a native library that has been replaced is left behind.
load(Json) ->
    emqx_jwt_auth_options:with(Json, fun load_verifier/1).

load_verifier(Json) ->
    case usable_verifier() of
        {ok, Verifier} -> open(jwt_auth:reload(Verifier, Json), Verifier);
        none -> open(jwt_auth:new(Json), none)
    end.

open({ok, Verifier}, none) -> emqx_jwt_auth_gate:open(Verifier);
open(ok, Verifier) -> emqx_jwt_auth_gate:open(Verifier);
open(Error, _) -> Error.

usable_verifier() ->
    case emqx_jwt_auth_gate:last_verifier() of
        {ok, Verifier} = Last ->
            case emqx_jwt_auth_health:answers(Verifier) of
                true -> Last;
                false -> none
            end;
        none ->
            none
    end.

gate_is_open() ->
    emqx_jwt_auth_gate:verifier() =/= none.

%% Not where there is no configuration at all: then somebody has just installed the plugin, perhaps
%% for the second time, or has taken the keys away.
open_earlier(Source) ->
    case (not emqx_jwt_auth_config:is_absent(Source)) andalso emqx_jwt_auth_accepted:read() of
        {ok, Json} ->
            load(Json) =:= ok andalso put_state((state())#{in_force := earlier});
        _ ->
            false
    end.

consequence() ->
    case {gate_is_open(), state()} of
        {false, _} -> "so every client is refused";
        {true, #{in_force := earlier}} -> "the one that was accepted before the start is in force";
        {true, _} -> "the old one stays"
    end.

%% Whether what the broker has now is in force; the text says why it is not. An attempt that the
%% broker has not stored is nothing to be told.
-spec health() -> ok | {error, binary()}.
health() ->
    #{refused := Refused} = state(),
    Current = digest(emqx_jwt_auth_config:current()),
    case {maps:get(Current, Refused, none), gate_is_open()} of
        {{_, Why}, _} ->
            {error, iolist_to_binary(["the configuration is not accepted, ", consequence(), ": ",
                                      Why])};
        {none, false} ->
            {error, <<"no configuration was tried yet, so every client is refused">>};
        {none, true} ->
            ok
    end.

%% Whether clients that this plugin did not admit may be connected: where the configuration leaves
%% some to other authenticators, and while there is none.
-spec leaves_to_others() -> boolean().
leaves_to_others() ->
    (not gate_is_open()) orelse emqx_jwt_auth_options:get(leaves_to_others).

%% Whether the user name of a client is its token. While there is no configuration it may be.
-spec token_is_username() -> boolean().
token_is_username() ->
    (not gate_is_open()) orelse emqx_jwt_auth_options:get(from) =:= username.

%% What the broker has now. If it cannot be looked at, that is like nothing that it may have later.
-spec seen() -> seen().
seen() ->
    emqx_jwt_auth_guard:run(configuration, {<<>>, <<>>}, fun() ->
        Source = emqx_jwt_auth_config:current(),
        {digest(Source), permissions(Source)}
    end).

%% Applies the configuration that the broker has now, if it is another than the broker had the last
%% time, and was not tried yet. One that was not accepted is tried again when a file that it names
%% has come, gone or changed.
-spec refresh(seen()) -> seen().
refresh({Seen, Permissions}) ->
    Source = emqx_jwt_auth_config:current(),
    Digest = digest(Source),
    is_due(Digest, Source, Seen) andalso ?MODULE:apply(Source),
    Now = permissions(Source),
    Now =:= Permissions orelse emqx_jwt_auth_permission_cache:drain(),
    emqx_jwt_auth_alarm:show(emqx_jwt_auth_health:faults()),
    {Digest, Now}.

is_due(Digest, Source, Seen) ->
    case state() of
        #{refused := #{Digest := {Stamp, _}}} -> Stamp =/= stamp(Source);
        #{in_force := Digest} -> usable_verifier() =:= none;
        _ -> Digest =/= Seen orelse not gate_is_open()
    end.

%% Which files the configuration names, and how many tokens are revoked. Either may change while the
%% configuration stays.
permissions(Source) ->
    erlang:md5([stamp(Source) | revocations(emqx_jwt_auth_gate:verifier())]).

revocations({ok, Verifier}) ->
    try
        {ok, Text} = jwt_auth:stats(Verifier),
        [Line || Line <- binary:split(Text, <<"\n">>, [global]),
                 string:prefix(Line, "jwt_auth_revocations{") =/= nomatch]
    catch
        _:_ -> []
    end;
revocations(none) ->
    [].

stamp(Source) ->
    case emqx_jwt_auth_config:texts(Source) of
        {ok, _, Json} -> emqx_jwt_auth_files:stamp(Json);
        {error, Text} -> erlang:md5(Text)
    end.

-spec state() -> state().
state() ->
    persistent_term:get(?STATE, #{in_force => none, refused => #{}}).

put_state(State) ->
    persistent_term:put(?STATE, State).

digest(Source) ->
    erlang:md5(term_to_binary(Source)).
