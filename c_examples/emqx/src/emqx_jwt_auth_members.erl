%% Takes JSON text apart, as far as the plugin itself looks at some: at its own options, and at a
%% claim. The library judges the text as a whole; here it is only cut where its parts meet. The text
%% is a list of bytes meanwhile: beams of OTP 25 that match some kinds of binaries do not load in
%% OTP 29.
-module(emqx_jwt_auth_members).

-export([object/1, array/1, string/1, trim/1, without_mark/1]).

%% The members of an object, in their order: the name, the text of the value, and the whole text.
-spec object(binary()) -> {ok, [{Name :: binary(), Value :: binary(), Member :: binary()}]} | error.
object(Text) ->
    Unmarked = without_mark(Text),
    attempt(fun() -> [member(Part) || Part <- parts(binary_to_list(Unmarked), ${, $})] end).

%% The text of each element of an array.
-spec array(binary()) -> {ok, [binary()]} | error.
array(Text) ->
    attempt(fun() -> [list_to_binary(Part) || Part <- parts(binary_to_list(Text), $[, $])] end).

%% The characters of a string.
-spec string(binary()) -> {ok, binary()} | error.
string(Text) ->
    attempt(fun() -> characters(binary_to_list(Text)) end).

%% The text without white space around it. On text that is no UTF-8 string:trim/1 would raise an
%% exception that holds all of it.
-spec trim(binary()) -> binary().
trim(Text) ->
    list_to_binary(trimmed(binary_to_list(Text))).

%% The text without the byte order mark with which a file may begin: the library takes such a file.
-spec without_mark(binary()) -> binary().
without_mark(<<16#ef, 16#bb, 16#bf, Text/binary>>) -> Text;
without_mark(Text) -> Text.

attempt(Fun) ->
    try
        {ok, Fun()}
    catch
        _:_ -> error
    end.

member(Part) ->
    [Name, Value] = split(Part, $:),
    {characters(Name), list_to_binary(Value), list_to_binary(Part)}.

parts(Text, Open, Close) ->
    [Open | Rest] = trimmed(Text),
    [Close | Reversed] = lists:reverse(Rest),
    case trimmed(lists:reverse(Reversed)) of
        [] -> [];
        Inner -> split(Inner, $,)
    end.

trimmed(Text) -> lists:reverse(skip(lists:reverse(skip(Text)))).

skip(Text) -> lists:dropwhile(fun(Byte) -> lists:member(Byte, " \t\n\r") end, Text).

%% At every separator that is in no string, array or object.
split(Text, Separator) -> split(Text, [], 0, Separator).

split([], Part, 0, _Separator) ->
    [trimmed(lists:reverse(Part))];
split([Separator | Rest], Part, 0, Separator) ->
    [trimmed(lists:reverse(Part)) | split(Rest, [], 0, Separator)];
split([$" | Rest], Part, Depth, Separator) ->
    {String, Behind} = string_part(Rest, [$" | Part]),
    split(Behind, String, Depth, Separator);
split([Byte | Rest], Part, Depth, Separator) ->
    split(Rest, [Byte | Part], Depth + depth(Byte), Separator).

depth(${) -> 1;
depth($[) -> 1;
depth($}) -> -1;
depth($]) -> -1;
depth(_) -> 0.

string_part([$\\, Escaped | Rest], Part) -> string_part(Rest, [Escaped, $\\ | Part]);
string_part([$" | Rest], Part) -> {[$" | Part], Rest};
string_part([Byte | Rest], Part) -> string_part(Rest, [Byte | Part]).

characters(Text) ->
    [$" | Rest] = trimmed(Text),
    Characters = iolist_to_binary(unescape(Rest)),
    true = is_binary(unicode:characters_to_binary(Characters)),
    Characters.

unescape([$"]) -> [];
unescape([$\\, $u, A, B, C, D | Rest]) ->
    case {hexadecimal([A, B, C, D]), Rest} of
        {High, [$\\, $u, E, F, G, H | Behind]} when High >= 16#d800, High < 16#dc00 ->
            Low = hexadecimal([E, F, G, H]) - 16#dc00,
            true = Low >= 0 andalso Low < 16#400,
            [<<(16#10000 + (High - 16#d800) * 16#400 + Low)/utf8>> | unescape(Behind)];
        {Character, _} ->
            [<<Character/utf8>> | unescape(Rest)]
    end;
unescape([$\\, Escaped | Rest]) ->
    Characters = [{$", $"}, {$\\, $\\}, {$/, $/}, {$b, $\b}, {$f, $\f}, {$n, $\n}, {$r, $\r},
                  {$t, $\t}],
    {Escaped, Character} = lists:keyfind(Escaped, 1, Characters),
    [Character | unescape(Rest)];
unescape([Byte | Rest]) when Byte =/= $", Byte >= $\s ->
    [Byte | unescape(Rest)].

%% list_to_integer/2 takes a sign too.
hexadecimal(Digits) ->
    match = re:run(Digits, "\\A[0-9A-Fa-f]{4}\\z", [{capture, none}]),
    list_to_integer(Digits, 16).
