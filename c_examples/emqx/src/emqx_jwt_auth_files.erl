%% The files that a configuration names, to see that one of them has come, gone or changed.
-module(emqx_jwt_auth_files).

-export([stamp/1]).
-include_lib("kernel/include/file.hrl").

%% A string in JSON text, as a regular expression.
-define(STRING, "\"(?:[^\"\\\\]++|\\\\.)*+\"").
%% Bytes. Longer strings are no paths.
-define(LONGEST, 1024).

%% A digest of what is known of every file whose path is a string in the JSON text: which strings
%% are paths is not looked at, as most name no file.
-spec stamp(iodata()) -> binary().
stamp(Json) ->
    Strings = case re:run(Json, ?STRING, [global, {capture, first, binary}]) of
                  {match, Found} -> lists:usort(lists:append(Found));
                  nomatch -> []
              end,
    Paths = [Path || String <- Strings, {ok, Path} <- [emqx_jwt_auth_members:string(String)],
                     Path =/= <<>>, byte_size(Path) =< ?LONGEST],
    erlang:md5(term_to_binary([file(Path) || Path <- Paths])).

file(Path) ->
    case file:read_file_info(Path, [{time, posix}]) of
        {ok, #file_info{size = Size, mtime = Time, inode = Inode, mode = Mode}} ->
            {Path, Size, Time, Inode, Mode};
        {error, _} ->
            none
    end.
