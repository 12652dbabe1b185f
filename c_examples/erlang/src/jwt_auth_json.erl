%% @doc Configuration terms as JSON.
%%
%% Strict: a term that can be read in two ways is refused, so that it sets no option by mistake.
%%
%% ```
%% map                           object; keys are atoms or binaries, and no two the same
%% binary                        string; UTF-8
%% true, false, null             themselves
%% other atoms but undefined     string
%% integer, float                number
%% list                          array; a list of integers only is refused, because it may be
%%                               meant as text. Give such an array as JSON text.
%% '''
%%
%% Everything else is refused. Errors name where, and quote no value.
-module(jwt_auth_json).

-export([encode/1]).

%% @doc The JSON text of a term. An error says where in the term, such as "verify_claims.aud", and
%% what.
-spec encode(term()) -> {ok, iodata()} | {error, binary()}.
encode(Term) ->
    try
        {ok, value(Term, [])}
    catch
        throw:{?MODULE, Path, What} -> {error, unicode:characters_to_binary([place(Path), What])}
    end.

value(true, _) -> <<"true">>;
value(false, _) -> <<"false">>;
value(null, _) -> <<"null">>;
value(undefined, Path) -> refuse(Path, "undefined is not a value; leave it out");
value(Atom, Path) when is_atom(Atom) -> string(atom_to_binary(Atom, utf8), Path);
value(Binary, Path) when is_binary(Binary) -> string(Binary, Path);
value(Integer, _) when is_integer(Integer) -> integer_to_binary(Integer);
value(Float, _) when is_float(Float) -> io_lib:format("~w", [Float]);
value(Map, Path) when is_map(Map) -> object(Map, Path);
value([], _) -> <<"[]">>;
value(List, Path) when is_list(List) -> list(List, Path);
value(_, Path) -> refuse(Path, "a term that JSON has nothing for").

object(Map, Path) ->
    Members = [{key(Key, Path), Value} || {Key, Value} <- maps:to_list(Map)],
    Keys = [Key || {Key, _} <- Members],
    case length(lists:usort(Keys)) =:= length(Keys) of
        true -> ok;
        false -> refuse(Path, "a key twice, as an atom and as a binary")
    end,
    Texts = [[string(Key, Path), $:, value(Value, [Key | Path])] || {Key, Value} <- Members],
    [${, lists:join($,, Texts), $}].

key(Atom, _) when is_atom(Atom) -> atom_to_binary(Atom, utf8);
key(Binary, _) when is_binary(Binary) -> Binary;
key(_, Path) -> refuse(Path, "a key that is neither an atom nor a binary").

list(List, Path) ->
    case is_proper(List) of
        false -> refuse(Path, "an improper list");
        true -> ok
    end,
    case lists:all(fun is_integer/1, List) of
        true -> refuse(Path, "a list of integers; write text as a binary");
        false -> [$[, lists:join($,, [value(Value, Path) || Value <- List]), $]]
    end.

is_proper([_ | Rest]) -> is_proper(Rest);
is_proper(Rest) -> Rest =:= [].

string(Binary, Path) ->
    case unicode:characters_to_binary(Binary) of
        Binary -> [$", [escape(Byte) || <<Byte>> <= Binary], $"];
        _ -> refuse(Path, "text that is not UTF-8")
    end.

escape($") -> <<"\\\"">>;
escape($\\) -> <<"\\\\">>;
escape(Byte) when Byte < 16#20 -> io_lib:format("\\u~4.16.0b", [Byte]);
escape(Byte) -> Byte.

-spec refuse([binary()], string()) -> no_return().
refuse(Path, What) ->
    throw({?MODULE, Path, What}).

place([]) -> "";
place(Path) -> [lists:join($., [printable(Key) || Key <- lists:reverse(Path)]), ": "].

printable(Key) ->
    case unicode:characters_to_binary(Key) of
        Key -> Key;
        _ -> <<"?">>
    end.
