%% Whether this package fits the virtual machine and its own parts.
-module(emqx_jwt_auth_package).

-export([check/0, check/4, versions/0]).

%% Code of a later Erlang/OTP than the broker's may load and fail later. A node keeps a native
%% library that it has loaded, if a new one comes in the wrong way.
-spec check() -> ok | {error, binary()}.
check() ->
    check(built_with(), runs_on(), version(), jwt_auth:version()).

%% The same for any releases of Erlang/OTP, and versions.
-spec check(pos_integer(), pos_integer(), binary(), binary() | not_loaded) -> ok | {error, binary()}.
check(Built, Runs, _, _) when Runs < Built ->
    {error, text("this package was built with Erlang/OTP ~b, and the broker runs on ~b: install one that "
                 "was built with ~b or earlier", [Built, Runs, Runs])};
check(_, _, Version, Native) when is_binary(Native), Native =/= Version ->
    {error, text("the plugin is of version ~ts and its native library of ~ts: restart the broker",
                 [Version, Native])};
check(_, _, _, _) ->
    ok.

%% What an operator is asked for first.
-spec versions() -> [{string(), iodata()}].
versions() ->
    [{"plugin", version()},
     {"native library", native(jwt_auth:version())},
     {"built with Erlang/OTP", integer_to_list(built_with())},
     {"broker runs on Erlang/OTP", integer_to_list(runs_on())}].

native(not_loaded) -> "not loaded";
native(Version) -> Version.

version() ->
    {ok, Version} = application:get_key(emqx_jwt_auth, vsn),
    unicode:characters_to_binary(Version).

%% That of the compiler.
built_with() ->
    ?OTP_RELEASE.

runs_on() ->
    list_to_integer(erlang:system_info(otp_release)).

text(Format, Arguments) ->
    unicode:characters_to_binary(io_lib:format(Format, Arguments)).
