%% The package is installed, started, installed over itself, and removed.
-module(install_tests).
-include_lib("eunit/include/eunit.hrl").

-export([try_broken/0]).
-import(fixture, [connect/1, client/1, token/1, may/3]).

package() -> os:getenv("JWT_AUTH_PACKAGE").

all_test_() ->
    {timeout, 60,
     {inorder, [{"an installed package checks tokens", fun first/0},
                {"a second start works", fun second_start/0},
                {"a package is installed over itself", fun again/0},
                {"sessions outlive that", fun sessions/0},
                {"what is removed is gone", fun remove/0},
                {"a removed package can be installed again", fun first/0},
                {"and removed", fun remove/0},
                {"a package without its native library refuses everybody", fun broken/0}]}}.

with(Test) ->
    fixture:start(),
    Test(),
    fixture:stop(ok).

works() ->
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(<<"x">>))),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).

first() ->
    ok = loader:install(package(), "plugins"),
    ?assertEqual(relative, filename:pathtype(loader:ebin("plugins"))),
    with(fun works/0).

second_start() -> with(fun works/0).

again() ->
    ok = loader:install(package(), "plugins"),
    with(fun works/0).

sessions() ->
    with(fun() ->
        {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
        ok = application:stop(emqx_jwt_auth),
        ok = loader:install(package(), "plugins"),
        ok = application:start(emqx_jwt_auth),
        ?assertEqual([allow, deny], [may(Connection, publish, Topic) || Topic <- [<<"t">>, <<"x">>]])
    end).

remove() ->
    ok = loader:remove(),
    ?assertEqual([], [Module || {Module, _} <- code:all_loaded(),
                                lists:prefix("emqx_jwt_auth", atom_to_list(Module))]),
    true = code:del_path(loader:ebin("plugins")),
    ?assertEqual(non_existing, code:which(emqx_jwt_auth_app)).

%% In a virtual machine that never had the library.
broken() ->
    Broken = filename:absname("broken"),
    Paths = [filename:absname(filename:dirname(code:which(?MODULE)))],
    {ok, Peer, _} = peer:start_link(#{connection => standard_io, args => ["-pa" | Paths]}),
    ok = peer:call(Peer, logger, remove_handler, [default]),
    {ok, Files} = erl_tar:extract(package(), [compressed, memory]),
    Kept = [File || {Name, _} = File <- Files, string:find(Name, "jwt_auth_nif.so") =:= nomatch],
    ok = erl_tar:create(Broken ++ ".tar.gz", Kept, [compressed]),
    ok = peer:call(Peer, loader, install, [Broken ++ ".tar.gz", Broken]),
    {Answer, Health, Log} = peer:call(Peer, ?MODULE, try_broken, []),
    ?assertEqual({error, server_unavailable}, Answer),
    ?assertMatch({error, <<_, _/binary>>}, Health),
    ?assertNotEqual(nomatch, binary:match(Log, <<"so every client is refused">>)),
    peer:stop(Peer).

try_broken() ->
    fixture:start(),
    {_, Answer} = connect(client(<<"x">>)),
    Health = emqx_jwt_auth_app:on_health_check(#{}),
    {Answer, Health, fixture:logged()}.
