%% erlang-jose, as EMQX calls it: erl -run jose_program main -extra ALGORITHM KEY.
-module(jose_program).

-export([main/0]).

main() ->
    [Algorithm, Key] = [list_to_binary(Argument) || Argument <- init:get_plain_arguments()],
    {ok, _} = application:ensure_all_started(jose),
    jose:json_module(jose_json_jiffy),
    Jwk = case Algorithm of
              <<"HS", _/binary>> -> jose_jwk:from_oct(Key);
              _ -> jose_jwk:from_pem(Key)
          end,
    ok = io:setopts([binary, {encoding, latin1}]),
    io:format("ready~n"),
    answer(fun(Token, Client) -> check(Jwk, Algorithm, Token, Client) end, []).

answer(Check, Good) ->
    case io:get_line("") of
        eof ->
            halt(0);
        Line ->
            case binary:split(string:trim(Line), <<" ">>, [global]) of
                [<<"check">>, Token, Client] ->
                    Accepted = Check(Token, Client),
                    io:format("~b~n", [case Accepted of true -> 1; false -> 0 end]),
                    answer(Check, [{Token, Client} || Accepted] ++ Good);
                [<<"time">>, Count] ->
                    io:format("~ts~n", [time(Check, Good, binary_to_integer(Count))]),
                    answer(Check, Good)
            end
    end.

check(Jwk, Algorithm, Token, Client) ->
    try jose_jws:verify_strict(Jwk, [Algorithm], Token) of
        {true, Payload, _} -> accepts(jiffy:decode(Payload, [return_maps]), Client);
        _ -> false
    catch
        error:_ -> false
    end.

accepts(#{<<"exp">> := Exp, <<"aud">> := <<"mqtt">>, <<"clientid">> := Client, <<"acl">> := #{}}, Client) ->
    erlang:system_time(second) < Exp;
accepts(_, _) ->
    false.

%% By the clock: that of the processor's time has milliseconds only.
time(Check, Good, Count) ->
    Start = erlang:monotonic_time(nanosecond),
    case again(Check, Good, Good, Count) of
        true -> integer_to_list((erlang:monotonic_time(nanosecond) - Start) div Count);
        false -> "refused"
    end.

again(_, _, _, 0) -> true;
again(Check, [], All, Count) -> again(Check, All, All, Count);
again(Check, [{Token, Client} | Others], All, Count) ->
    Check(Token, Client) andalso again(Check, Others, All, Count - 1).
