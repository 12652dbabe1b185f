%% What a callback of a broker answers and logs when it crashes.
-module(jwt_auth_guard_tests).
-include_lib("eunit/include/eunit.hrl").

-define(SECRET, <<"a secret word">>).

guard_test_() ->
    Tests = [fun the_answer_is_that_of_the_callback/0, fun whatever_is_raised_is_a_refusal/0,
             fun the_log_names_the_callback_and_the_functions_of_the_stack/0,
             fun neither_the_reason_nor_the_arguments_are_logged/0,
             fun frames_of_other_forms_are_left_out/0, fun a_crash_is_announced_once/0,
             fun a_crash_of_the_announcement_is_ignored/0],
    [fun() -> with_handler(Test) end || Test <- Tests].

%% The handler of logger sends each line to the process of the test.
with_handler(Test) ->
    ok = logger:set_handler_config(default, level, none),
    ok = logger:add_handler(?MODULE, jwt_auth_log_tests, #{config => self()}),
    try
        Test()
    after
        _ = logged(),
        ok = logger:remove_handler(?MODULE),
        ok = logger:set_handler_config(default, level, all)
    end.

%% The log lines since the last call.
logged() -> receive {logged, Level, Line} -> [{Level, Line} | logged()] after 0 -> [] end.

raise(Class) -> raise(Class, []).
raise(Class, Stack) -> fun() -> erlang:raise(Class, ?SECRET, Stack) end.

the_answer_is_that_of_the_callback() ->
    ?assertEqual(answer, jwt_auth_guard:run(check, refusal, fun() -> answer end)),
    ?assertEqual([], logged()).

whatever_is_raised_is_a_refusal() ->
    ?assertEqual([refusal, refusal, refusal],
                 [jwt_auth_guard:run(check, refusal, raise(Class)) || Class <- [error, exit, throw]]),
    ?assertMatch([{error, <<"jwt_auth: the callback check failed with error in ", _/binary>>},
                  {error, <<"jwt_auth: the callback check failed with exit in ", _/binary>>},
                  {error, <<"jwt_auth: the callback check failed with throw in ", _/binary>>}],
                 logged()).

the_log_names_the_callback_and_the_functions_of_the_stack() ->
    Stack = [{m, f, [?SECRET, 2], []}, {n, g, 0, [{line, 7}]}],
    refusal = jwt_auth_guard:run(check, refusal, raise(error, Stack)),
    ?assertEqual([{error, <<"jwt_auth: the callback check failed with error in m:f/2 < n:g/0; "
                            "it answers a refusal">>}], logged()).

%% The arguments are in the stack trace of a function that has no clause for them.
neither_the_reason_nor_the_arguments_are_logged() ->
    Crashes = [raise(error), fun() -> lists:last(?SECRET) end, fun() -> error(?SECRET, [?SECRET]) end,
               fun() -> apply(no_such_module, f, [?SECRET]) end],
    [refusal = jwt_auth_guard:run(check, refusal, Crash) || Crash <- Crashes],
    Lines = [Line || {error, Line} <- logged()],
    ?assertEqual(length(Crashes), length(Lines)),
    ?assertEqual(nomatch, binary:match(iolist_to_binary(Lines), <<"secret">>)).

frames_of_other_forms_are_left_out() ->
    Stack = [{fun() -> ok end, [?SECRET], []}, {m, f, 0, []}],
    refusal = jwt_auth_guard:run(check, refusal, raise(error, Stack)),
    ?assertEqual([{error, <<"jwt_auth: the callback check failed with error in m:f/0; "
                            "it answers a refusal">>}], logged()).

a_crash_is_announced_once() ->
    Announce = fun() -> self() ! crashed end,
    answer = jwt_auth_guard:run(check, refusal, fun() -> answer end, Announce),
    ?assertEqual(0, announced()),
    refusal = jwt_auth_guard:run(check, refusal, raise(exit), Announce),
    ?assertEqual(1, announced()).

announced() -> receive crashed -> 1 + announced() after 0 -> 0 end.

a_crash_of_the_announcement_is_ignored() ->
    ?assertEqual(refusal, jwt_auth_guard:run(check, refusal, raise(error), raise(exit))),
    ?assertMatch([{error, _}], logged()).
