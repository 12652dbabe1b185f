%% Runs a callback so that it always answers.
%%
%% What goes wrong is reported without the reason of the exception and without the arguments in
%% its stack trace: both can hold the password of the client.
-module(emqx_jwt_auth_fault).

-export([run/3]).

%% The answer of Fun, or if it fails the refusal.
-spec run(atom(), Refusal, fun(() -> Answer)) -> Refusal | Answer.
run(Callback, Refusal, Fun) ->
    try
        Fun()
    catch
        Class:_:Stack ->
            report(Callback, Class, Stack),
            Refusal
    end.

%% Nothing in here may fail: it would be a failure of the callback again.
report(Callback, Class, Stack) ->
    try
        emqx_jwt_auth_counters:add(crashed),
        Places = lists:join(" < ", [place(Frame) || {_, _, _, _} = Frame <- Stack]),
        logger:error("jwt_auth: the callback ~ts failed with ~ts in ~ts; it answers a refusal",
                     [Callback, Class, Places])
    catch
        _:_ -> ok
    end.

place({Module, Function, Arguments, _}) when is_list(Arguments) ->
    place({Module, Function, length(Arguments), []});
place({Module, Function, Arity, _}) ->
    io_lib:format("~ts:~ts/~b", [Module, Function, Arity]).
