%% Looks whether the broker refuses clients, and topics, that no plugin decides about. It has to:
%% EMQX asks no plugin that does not run.
-module(emqx_jwt_auth_fallback).

-export([check/0, has_authenticator/0]).

%% The text of what is missing first. A broker that cannot be asked is taken to be right.
-spec check() -> ok | {error, binary()}.
check() ->
    Missing = case emqx_jwt_auth_broker:generation() of
                  v4 -> missing4();
                  _ -> missing5()
              end,
    case [Text || {Is, Text} <- Missing, Is()] of
        [] -> ok;
        [First | _] -> {error, <<First/binary, " (required steps, in the README of the plugin)">>}
    end.

missing4() ->
    [{fun() -> zone(allow_anonymous, false) =:= true end,
      <<"EMQX admits everybody while this plugin does not run: set allow_anonymous = false">>},
     {fun() -> zone(acl_nomatch, deny) =:= allow end,
      <<"EMQX allows topics about which a token says nothing: set acl_nomatch = deny">>},
     {fun() -> allows_all(application:get_env(emqx, acl_file, none)) end, allow_all()}].

zone(Key, Default) ->
    emqx_jwt_auth_broker:ask(fun() -> emqx_zone:get_env(external, Key, Default) end, Default).

missing5() ->
    [{fun() -> not is_hardened() andalso not has_authenticator() end,
      <<"EMQX admits everybody while this plugin does not run: add an authenticator that nobody passes">>},
     {fun() -> config([authorization, no_match], deny) =:= allow end,
      <<"EMQX allows topics about which a token says nothing: set authorization.no_match to deny">>},
     {fun() -> lists:any(fun allows_all/1, acl_files()) end, allow_all()}].

allow_all() ->
    <<"EMQX allows topics about which a token says nothing: the last line of acl.conf is {allow, all}.">>.

%% This profile of EMQX 6.2 refuses where nothing decides.
is_hardened() ->
    os:getenv("EMQX_SECURITY_PROFILE") =:= "hardened".

%% Whether EMQX 5 has one that is enabled, for all listeners.
-spec has_authenticator() -> boolean().
has_authenticator() ->
    case config([authentication], unknown) of
        unknown -> true;
        Authenticators -> lists:any(fun is_enabled/1, Authenticators)
    end.

acl_files() ->
    [path(maps:get(path, Source, none)) || #{type := file} = Source <- config([authorization, sources], []),
                                           is_enabled(Source)].

is_enabled(Part) ->
    maps:get(enable, Part, true).

%% The path may name a variable of the environment.
path(Path) ->
    emqx_jwt_auth_broker:ask(fun() -> emqx_schema:naive_env_interpolation(Path) end, Path).

config(Key, Default) ->
    emqx_jwt_auth_broker:ask(fun() -> emqx:get_config(Key, Default) end, Default).

allows_all(Path) ->
    case emqx_jwt_auth_broker:ask(fun() -> file:consult(Path) end, none) of
        {ok, [_ | _] = Rules} -> lists:last(Rules) =:= {allow, all};
        _ -> false
    end.
