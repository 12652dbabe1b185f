%% The configuration that is in force, and what became of the one that was tried last.
%%
%% A verifier is made of a new configuration first, and then replaces the old one atomically, for
%% all connections. A configuration that is not accepted changes nothing. Sessions stay in either
%% case.
-module(emqx_jwt_auth_active_config).

-export([apply_current/0, apply/1, seen/0, refresh/1, result/0]).
-export_type([seen/0]).

-define(TRIED, {emqx_jwt_auth, tried_config}).

%% A digest, which recognises a configuration without holding its secrets.
-type seen() :: binary().

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

validate(Source) ->
    case emqx_jwt_auth_config:load(Source, fun jwt_auth:new/1) of
        {ok, Verifier} -> jwt_auth:free(Verifier);
        Error -> Error
    end.

put_in_force(Source) ->
    Result = case emqx_jwt_auth_gate:verifier() of
                 {ok, Verifier} -> reload(Source, Verifier);
                 none -> open(Source)
             end,
    tell(Result),
    persistent_term:put(?TRIED, {digest(Source), Result}),
    Result.

reload(Source, Verifier) ->
    emqx_jwt_auth_config:load(Source, fun(Json) -> jwt_auth:reload(Verifier, Json) end).

open(Source) ->
    case emqx_jwt_auth_config:load(Source, fun jwt_auth:new/1) of
        {ok, Verifier} -> emqx_jwt_auth_gate:open(Verifier);
        Error -> Error
    end.

%% While the gate is closed the configuration is tried every few seconds, and its error logged once.
tell(ok) ->
    logger:notice("jwt_auth: the configuration is in force");
tell({error, Text} = Result) ->
    case result() =:= Result andalso emqx_jwt_auth_gate:verifier() =:= none of
        true -> ok;
        false -> logger:error("jwt_auth: the configuration is not accepted, ~ts: ~ts",
                              [consequence(), Text])
    end.

consequence() ->
    case emqx_jwt_auth_gate:verifier() of
        {ok, _} -> "the old one stays";
        none -> "so every client is refused"
    end.

%% What became of the configuration that was tried last.
-spec result() -> ok | {error, binary()}.
result() ->
    case persistent_term:get(?TRIED, none) of
        {_, Result} -> Result;
        none -> {error, <<"no configuration was tried yet">>}
    end.

%% The digest of the configuration that the broker has now.
-spec seen() -> seen().
seen() ->
    digest(emqx_jwt_auth_config:current()).

%% Applies the configuration that the broker has now, if it is another than the broker had the last
%% time, and not the one that was tried last. While the gate is closed it is tried in any case:
%% a file that it names may be there by now.
-spec refresh(seen()) -> seen().
refresh(Seen) ->
    Source = emqx_jwt_auth_config:current(),
    Digest = digest(Source),
    Closed = emqx_jwt_auth_gate:verifier() =:= none,
    case Closed orelse (Digest =/= Seen andalso not tried(Digest)) of
        true -> _ = ?MODULE:apply(Source), Digest;
        false -> Digest
    end.

tried(Digest) ->
    case persistent_term:get(?TRIED, none) of
        {Digest, _} -> true;
        _ -> false
    end.

digest(Source) ->
    erlang:md5(term_to_binary(Source)).
