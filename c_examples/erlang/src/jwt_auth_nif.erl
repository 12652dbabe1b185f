%% The functions of the native library. Use the module jwt_auth instead, which says what they mean.
%%
%% Without the native library this module loads all the same, and every call answers a refusal:
%% a broker that is upgraded, or installs a plugin, loads each module and trusts that this works.
-module(jwt_auth_nif).

-export([new/1, reload/2, free/1, check/2, authorize/5, recheck/2, claims/1, attributes/1]).
-export([username/1, fingerprint/1, version/0, status/0, explain/2, stats/1]).
-export([new_file/1, reload_file/2, wait_ready/2, renew/3]).
-export([live/0, reasons/0, log_open/0, log_take/2]).
-export_type([verifier/0, session/0, log_reader/0]).

-on_load(load/0).
-nifs([new/1, reload/2, free/1, check/2, authorize/5, recheck/2, claims/1, attributes/1]).
-nifs([username/1, fingerprint/1, version/0, status/0, explain/2, stats/1]).
-nifs([new_file/1, reload_file/2, wait_ready/2, renew/3]).
-nifs([live/0, reasons/0, log_open/0, log_take/2]).

-opaque verifier() :: reference().
-opaque session() :: reference().
-opaque log_reader() :: reference().

%% Every function returns badarg instead if an argument has a wrong type. It does not raise it: the
%% exception of a native function holds its arguments, and those may be passwords.

-spec new(iodata()) -> {ok, verifier()} | {error, binary()} | badarg.
new(_Config) -> without_library({error, missing()}).

-spec reload(verifier(), iodata()) -> ok | {error, binary()} | badarg.
reload(_Verifier, _Config) -> without_library({error, missing()}).

-spec free(verifier()) -> ok | badarg.
free(_Verifier) -> without_library(ok).

-spec check(verifier(), map()) -> jwt_auth:verdict() | badarg.
check(_Verifier, _Client) -> without_library({deny, not_loaded}).

-spec authorize(verifier(), session(), jwt_auth:action(), binary(), map()) ->
          jwt_auth:permission() | badarg.
authorize(_Verifier, _Session, _Action, _Topic, _Options) -> without_library(deny).

-spec recheck(verifier(), session()) -> jwt_auth:recheck_verdict() | badarg.
recheck(_Verifier, _Session) -> without_library({deny, not_loaded}).

-spec renew(verifier(), session(), map()) -> jwt_auth:renew_verdict() | badarg.
renew(_Verifier, _Session, _Client) -> without_library({deny, not_loaded}).

%% The path has a NUL at its end.
-spec new_file(binary()) -> {ok, verifier()} | {error, binary()} | badarg.
new_file(_Path) -> without_library({error, missing()}).

-spec reload_file(verifier(), binary()) -> ok | {error, binary()} | badarg.
reload_file(_Verifier, _Path) -> without_library({error, missing()}).

-spec wait_ready(verifier(), non_neg_integer()) -> boolean() | badarg.
wait_ready(_Verifier, _Milliseconds) -> without_library(false).

-spec explain(verifier(), map()) -> {ok, binary()} | {error, binary()} | badarg.
explain(_Verifier, _Client) -> without_library({error, missing()}).

-spec stats(verifier()) -> {ok, binary()} | {error, binary()} | badarg.
stats(_Verifier) -> without_library({error, missing()}).

-spec claims(session()) -> {ok, binary()} | {error, not_loaded} | badarg.
claims(_Session) -> without_library({error, not_loaded}).

-spec attributes(session()) -> #{binary() => binary()} | badarg.
attributes(_Session) -> without_library(#{}).

-spec username(session()) -> binary() | undefined | badarg.
username(_Session) -> without_library(undefined).

-spec fingerprint(session()) -> binary() | badarg.
fingerprint(_Session) -> without_library(<<>>).

-spec version() -> binary() | not_loaded.
version() -> without_library(not_loaded).

-spec status() -> ok | {error, binary()}.
status() -> without_library({error, missing()}).

%% How many verifiers and sessions are not freed yet: for tests.
-spec live() -> {non_neg_integer(), non_neg_integer()}.
live() -> without_library({0, 0}).

%% The atom of each reason number, and its name in the library: for tests.
-spec reasons() -> [{atom(), binary()}].
reasons() -> without_library([]).

%% The calling process becomes the reader of the log: see jwt_auth_log.
-spec log_open() -> {ok, log_reader()} | {error, busy | not_loaded | undefined}.
log_open() -> without_library({error, not_loaded}).

%% Up to 100 lines, and how many were dropped since the last call.
-spec log_take(log_reader(), boolean()) ->
          {[{logger:level(), binary()}], non_neg_integer()} | badarg.
log_take(_Reader, _Debug) -> without_library({[], 0}).

%% What the caller answers until the native function replaces it; nif_error tells Dialyzer so.
without_library(Refusal) ->
    try
        erlang:nif_error(not_loaded)
    catch
        error:not_loaded -> Refusal
    end.

missing() ->
    persistent_term:get(?MODULE, <<"the native library is not loaded">>).

load() ->
    case load_first(libraries()) of
        ok ->
            persistent_term:erase(?MODULE),
            ok;
        {error, Text} ->
            persistent_term:put(?MODULE, Text),
            logger:error("jwt_auth: every client is refused: ~ts", [Text]),
            ok
    end.

load_first([]) ->
    {error, <<"jwt_auth_nif.so is not in the priv directory of the application">>};
load_first([Library | Others]) ->
    case filelib:is_regular(Library ++ ".so") of
        false ->
            load_first(Others);
        true ->
            case erlang:load_nif(Library, 0) of
                ok -> ok;
                {error, {_, Text}} -> {error, unicode:characters_to_binary(Text)}
            end
    end.

%% Where to look for the library: beside the beam file that is being loaded, which after an upgrade
%% is another one than that of the old code, then beside the loaded one, then in the applications.
%% The paths are absolute, because a node may have relative code paths.
libraries() ->
    Beams = [code:where_is_file(atom_to_list(?MODULE) ++ ".beam"), code:which(?MODULE)],
    Beside = [filename:join([filename:dirname(filename:dirname(filename:absname(Beam))), "priv"])
              || Beam <- Beams, is_list(Beam), Beam =/= []],
    Private = [Dir || Dir <- [code:priv_dir(jwt_auth), code:priv_dir(emqx_jwt_auth)], is_list(Dir)],
    [filename:absname(filename:join(Dir, "jwt_auth_nif")) || Dir <- Beside ++ Private].
