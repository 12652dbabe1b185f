-module(emqx).
-export([hook/3, unhook/2]).

hook(Point, Action, Priority) -> emqx_hooks:add(Point, Action, Priority).
unhook(Point, Action) -> emqx_hooks:del(Point, Action).
