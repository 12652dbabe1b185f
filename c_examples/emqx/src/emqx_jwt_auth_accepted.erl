%% The configuration that was accepted last, in a file of the plugin's own.
%%
%% EMQX stores a configuration before it asks the plugin, or without asking. So after a restart the
%% plugin may find one that it cannot accept; then it goes on with this one. The file may hold
%% secrets: nobody but the user of the broker can read it, and it is renamed into place whole.
-module(emqx_jwt_auth_accepted).

-export([write/1, read/0]).

-define(NAME, "emqx_jwt_auth.accepted.json").

%% A failure is logged: the plugin works without the file.
-spec write(iodata()) -> ok.
write(Json) ->
    Text = iolist_to_binary(Json),
    case read() of
        {ok, Text} -> ok;
        _ -> replace(path(), Text)
    end.

replace(Path, Text) ->
    New = Path ++ ".new",
    Done = steps([fun() -> empty(New) end,
                  fun() -> file:change_mode(New, 8#600) end,
                  fun() -> file:write_file(New, Text, [sync]) end,
                  fun() -> file:rename(New, Path) end]),
    case Done of
        ok -> ok;
        {error, Reason} ->
            _ = file:delete(New),
            logger:warning("jwt_auth: the accepted configuration cannot be kept in ~ts: ~ts",
                           [Path, file:format_error(Reason)])
    end.

%% A file that was left over may have another mode, or be somebody's link.
empty(New) ->
    _ = file:delete(New),
    file:write_file(New, <<>>, [exclusive]).

steps([]) -> ok;
steps([Step | Others]) ->
    case Step() of
        ok -> steps(Others);
        Error -> Error
    end.

-spec read() -> {ok, binary()} | {error, file:posix() | badarg | terminated | system_limit}.
read() ->
    file:read_file(path()).

%% In the directory where the broker keeps its data.
path() ->
    filename:join(application:get_env(emqx, data_dir, "data"), ?NAME).
