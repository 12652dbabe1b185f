-module(emqx_hooks).
-export([add/3, put/3, del/2, lookup/1, run/2, run_fold/3]).

add(Point, Action, Priority) -> broker_hooks:add(Point, Action, Priority).
put(Point, Action, Priority) -> broker_hooks:put(Point, Action, Priority).
del(Point, Action) -> broker_hooks:del(Point, Action).
lookup(Point) -> broker_hooks:lookup(Point).
run(Point, Args) -> broker_hooks:run(Point, Args).
run_fold(Point, Args, Acc) -> broker_hooks:run_fold(Point, Args, Acc).
