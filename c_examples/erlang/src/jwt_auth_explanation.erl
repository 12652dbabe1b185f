%% @doc Why a client was refused, as a text for an operator's terminal.
-module(jwt_auth_explanation).

-export([of_client/1, text/1]).

%% The texts of JSON, and the members as the library writes them, in this order. An explanation
%% may be cut, so what is read of it is found by an expression: JSON parsers want all of it.
-define(STRING, "\"((?:[^\"\\\\]|\\\\.)*+)\"").
-define(HEAD, "\\A\\{\"decision\":\"\\w+\",\"reason\":\"(\\w+)\",\"token\":(?:null|\"(\\w+)\")").
-define(STEP, "\\{\"check\":" ?STRING ",\"outcome\":\"(\\w+)\",\"detail\":(?:null|" ?STRING ")\\}").

%% @doc About the last refusal of the client that is kept, if one is.
-spec of_client(binary()) -> unicode:chardata().
of_client(ClientId) ->
    case jwt_auth_refusals:last(ClientId) of
        {ok, Refusal} ->
            text(Refusal);
        none ->
            io_lib:format("no refusal of this client is kept; kept are the last 100 of ~b that "
                          "were explained, and ~b more came too fast~n", counts())
    end.

counts() ->
    #{explained := Explained, too_fast := TooFast} = jwt_auth_refusals:counts(),
    [Explained, TooFast].

%% @doc A line with the reason, and one for each check with its outcome and what decided: those that
%% failed, then those that passed, then those that were not reached.
-spec text(jwt_auth_refusals:refusal()) -> unicode:chardata().
text(#{at := At, reason := Reason, explanation := none}) ->
    [head(At, Reason, ""), "there was nothing that could explain it\n"];
text(#{at := At, reason := Reason, explanation := Json}) ->
    [head(At, Reason, about(Reason, Json)), table(steps(Json)), cut(Json)].

head(At, Reason, About) ->
    Time = calendar:system_time_to_rfc3339(At, [{offset, "Z"}]),
    io_lib:format("refused at ~s: ~s~ts~n", [Time, Reason, About]).

%% The client was explained after it was refused, and keys may have come in between. A broker's
%% plugin may refuse whom the library accepts.
about(Reason, Json) ->
    case re:run(Json, ?HEAD, [{capture, all_but_first, binary}]) of
        {match, [Now | Token]} ->
            [[", token " ++ binary_to_list(Name) || Name <- Token],
             [[", and a moment later: ", Now] || Now =/= atom_to_binary(Reason, utf8)]];
        nomatch ->
            ""
    end.

steps(Json) ->
    case re:run(Json, ?STEP, [global, {capture, all_but_first, binary}]) of
        {match, Found} -> lists:keysort(1, [step(Step) || Step <- Found]);
        nomatch -> []
    end.

step([Check, Outcome | Detail]) -> {rank(Outcome), Outcome, plain(Check), plain(Detail)}.

rank(<<"failed">>) -> 1;
rank(<<"passed">>) -> 2;
rank(_) -> 3.

%% Other escapes stay: they stand for control characters, which a terminal would obey.
plain(Text) -> re:replace(Text, "\\\\([\"\\\\])", "\\1", [global, {return, binary}]).

table(Steps) ->
    Width = lists:max([0 | [string:length(Check) || {_, _, Check, _} <- Steps]]),
    [[string:trim(io_lib:format("~-11ts  ~ts  ~ts", [Outcome, string:pad(Check, Width), Detail]),
                  trailing), $\n] || {_, Outcome, Check, Detail} <- Steps].

cut(Json) ->
    case re:run(Json, "\\}\\]\\}\\z", [{capture, none}]) of
        match -> "";
        nomatch -> "the rest is cut\n"
    end.
