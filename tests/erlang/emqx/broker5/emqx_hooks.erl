%% Of EMQX 5.3.1 and later, which knows the names of its hook points.
-module(emqx_hooks).
-export([add/3, put/3, del/2, lookup/1, run/2, run_fold/3]).

add(Point, Action, Priority) -> broker_hooks:add(verify(Point), Action, Priority).
put(Point, Action, Priority) -> broker_hooks:put(verify(Point), Action, Priority).
del(Point, Action) -> broker_hooks:del(Point, Action).
lookup(Point) -> broker_hooks:lookup(Point).
run(Point, Args) -> broker_hooks:run(Point, Args).
run_fold(Point, Args, Acc) -> broker_hooks:run_fold(Point, Args, Acc).

verify(Point) ->
    Known = ['client.authenticate', 'client.authorize', 'client.connected', 'client.disconnected',
             'client.post_authn', 'session.resumed'] -- persistent_term:get({broker, forbidden}, []),
    case lists:member(Point, Known) of
        true -> Point;
        false -> error({invalid_hookpoint, Point})
    end.
