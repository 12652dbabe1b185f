%% Installs a package as EMQX does: unpacked from memory, its directory relative, every module
%% purged and loaded, also over one that is there.
-module(loader).
-export([install/2, remove/0, ebin/1]).

%% Into a directory below the current one.
install(Package, Directory) ->
    {ok, Files} = erl_tar:extract(Package, [compressed, memory]),
    lists:foreach(fun({Name, Bytes}) ->
                      File = filename:join(Directory, Name),
                      ok = filelib:ensure_dir(File),
                      _ = file:delete(File),
                      ok = file:write_file(File, Bytes)
                  end, Files),
    Ebin = ebin(Directory),
    true = code:add_patha(Ebin),
    lists:foreach(fun load/1, filelib:wildcard("*.beam", Ebin)),
    case application:load(emqx_jwt_auth) of
        ok -> ok;
        {error, {already_loaded, _}} -> ok
    end.

load(Beam) ->
    Module = list_to_atom(filename:basename(Beam, ".beam")),
    _ = code:purge(Module),
    {module, Module} = code:load_file(Module).

ebin(Directory) ->
    [App] = filelib:wildcard(filename:join(Directory, "**/emqx_jwt_auth.app")),
    filename:dirname(App).

remove() ->
    {ok, Modules} = application:get_key(emqx_jwt_auth, modules),
    [] = [Module || Module <- Modules, not code:soft_purge(Module)],
    _ = [code:delete(Module) || Module <- Modules],
    [] = [Module || Module <- Modules, not code:soft_purge(Module)],
    ok = application:unload(emqx_jwt_auth).
