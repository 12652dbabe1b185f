%% Runs hooks as EMQX does: by priority, until one says stop. What a callback raises is logged with
%% all its arguments, and the next callback is asked: this is how a crash admits a client.
-module(broker_hooks).

-export([start/0, add/3, put/3, del/2, lookup/1, run/2, run_fold/3, told/3]).

-record(callback, {action, filter, priority}).

start() ->
    _ = [ets:new(?MODULE, [named_table, public, set]) || ets:info(?MODULE, size) =:= undefined],
    ets:delete_all_objects(?MODULE),
    ok.

add(Point, {Module, Function, _} = Action, Priority) ->
    case [true || #callback{action = {M, F, _}} <- lookup(Point), {M, F} =:= {Module, Function}] of
        [] -> insert(Point, [#callback{action = Action, priority = Priority} | lookup(Point)]);
        _ -> {error, already_exists}
    end.

put(Point, {Module, Function, _} = Action, Priority) ->
    ok = del(Point, {Module, Function}),
    add(Point, Action, Priority).

del(Point, {Module, Function}) ->
    insert(Point, [Callback || #callback{action = {M, F, _}} = Callback <- lookup(Point),
                               {M, F} =/= {Module, Function}]).

insert(Point, Callbacks) ->
    ets:insert(?MODULE, {Point, lists:reverse(lists:keysort(#callback.priority, Callbacks))}),
    ok.

lookup(Point) ->
    case ets:lookup(?MODULE, Point) of
        [{_, Callbacks}] -> Callbacks;
        [] -> []
    end.

%% Until one says stop.
run(Point, Args) ->
    _ = lists:takewhile(fun(#callback{action = {Module, Function, Env}}) ->
                            safe_execute(Module, Function, Args ++ Env) =/= stop
                        end, lookup(Point)),
    ok.

run_fold(Point, Args, Acc) ->
    fold(lookup(Point), Args, Acc).

fold([], _Args, Acc) -> Acc;
fold([#callback{action = {Module, Function, Env}} | Others], Args, Acc) ->
    case safe_execute(Module, Function, Args ++ [Acc] ++ Env) of
        {ok, Next} -> fold(Others, Args, Next);
        stop -> Acc;
        {stop, Last} -> Last;
        _ -> fold(Others, Args, Acc)
    end.

safe_execute(Module, Function, Args) ->
    try
        apply(Module, Function, Args)
    catch
        Class:Reason:Stack ->
            logger:error("hook_callback_exception ~p ~p ~p ~p", [Class, Reason, Stack, Args]),
            ok
    end.

%% A hook that decides nothing.
told(_Client, _Result, Test) ->
    Test ! told,
    ok.
