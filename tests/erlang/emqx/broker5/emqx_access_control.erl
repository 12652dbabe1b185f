-module(emqx_access_control).
-export([authorize/3]).

%% Releases before 5.1.2 do not know the map.
authorize(Client, Action, Topic) ->
    case {broker:is_since([5, 1, 2]) =:= is_map(Action), broker:may(Client, Action, Topic)} of
        {true, nomatch} -> persistent_term:get({broker, no_match}, allow);
        {true, Result} -> Result;
        {false, _} -> deny
    end.
