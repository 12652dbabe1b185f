%% @doc Runs a callback of a broker so that it always returns: its own answer, or a refusal.
%%
%% Brokers call plugins in ways that turn a crash into something worse. EMQX catches what a hook
%% raises, asks the next hook, and so admits the client; it also logs the arguments of the call.
%% So an exception of any class is caught here. The log line names the callback, the class, and the
%% functions of the stack trace with their arities. It leaves out the reason of the exception and
%% the arguments in the stack trace, because both can hold the client's password.
%%
%% What else a node tells of a process is hidden here too, for processes that hold a configuration,
%% or a client id, which may be a token.
-module(jwt_auth_guard).

-export([run/3, run/4, without_names/0, hide/0, status/1]).

%% @doc Returns what Fun returns, or Refusal if Fun raises an exception, which is then logged under
%% the name Callback.
-spec run(atom(), Refusal, fun(() -> Answer)) -> Refusal | Answer.
run(Callback, Refusal, Fun) ->
    run(Callback, Refusal, Fun, fun() -> ok end).

%% @doc The same, and calls OnCrash before it logs the exception. What OnCrash raises is ignored.
-spec run(atom(), Refusal, fun(() -> Answer), fun(() -> term())) -> Refusal | Answer.
run(Callback, Refusal, Fun, OnCrash) ->
    try
        Fun()
    catch
        Class:_:Stack ->
            attempt(OnCrash),
            attempt(fun() -> report(Callback, Class, Stack) end),
            Refusal
    end.

%% An exception in here would be one of the callback again.
attempt(Fun) ->
    try
        _ = Fun(),
        ok
    catch
        _:_ -> ok
    end.

report(Callback, Class, Stack) ->
    Frames = lists:join(" < ", [frame(Frame) || {_, _, _, _} = Frame <- Stack]),
    logger:error("jwt_auth: the callback ~ts failed with ~ts in ~ts; it answers a refusal",
                 [Callback, Class, Frames], without_names()).

%% @doc Metadata for a line that shows no names of the client. A broker may set them as metadata of
%% the process of a connection, as EMQX does before it authenticates the client; logger adds those
%% to every line that does not say otherwise.
-spec without_names() -> map().
without_names() ->
    case logger:get_process_metadata() of
        undefined -> #{};
        Metadata -> maps:map(fun(_, _) -> <<"not shown">> end,
                             maps:with([clientid, username], Metadata))
    end.

%% The third element is the list of arguments where the call itself failed, otherwise the arity.
frame({Module, Function, Arguments, Location}) when is_list(Arguments) ->
    frame({Module, Function, length(Arguments), Location});
frame({Module, Function, Arity, _Location}) ->
    io_lib:format("~ts:~ts/~b", [Module, Function, Arity]).

%% @doc Called by a process that is about to hold a secret: crash dumps and traces then leave out
%% its memory and its messages.
-spec hide() -> ok.
hide() ->
    _ = process_flag(sensitive, true),
    ok.

%% @doc A format_status/1 of a process whose state, messages or exit reason may hold a secret: its
%% crash report and sys:get_status/1 leave them out.
-spec status(map()) -> map().
status(Status) ->
    maps:map(fun(log, _) -> [];
                (_, _) -> hidden
             end, Status).
