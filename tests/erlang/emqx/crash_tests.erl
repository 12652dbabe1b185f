%% A callback that crashes refuses, and no log line or crash report holds what a client has sent.
-module(crash_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1]).

all_test_() ->
    [{setup, fun fixture:start/0, fun fixture:stop/1, {Name, Test}} ||
        {Name, Test} <- [
            {"a crash in authenticate is a refusal", fun crash_in_authenticate/0},
            {"a crash in the permission hook denies", fun crash_in_authorize/0},
            {"whatever is raised is a refusal", fun every_class/0},
            {"a crash does not log the password", fun silent_crash/0},
            {"a refusal does not log the password", fun silent_refusal/0},
            {"a token that is sent in every field is in no log line", fun token_everywhere/0},
            {"whatever an event brings, its callback answers, and tells nothing", fun odd_events/0}]].

%% A password that is no binary, and a client that is no map.
crash_in_authenticate() ->
    ?assertMatch({_, {error, not_authorized}}, connect(client([secret, word]))),
    Connection = broker_connections:open(),
    ?assertEqual({error, not_authorized},
                 broker_connections:run(Connection, fun() -> broker:connect(not_a_map) end)),
    ?assertEqual(2, fixture:counted(crashed)).

crash_in_authorize() ->
    {Connection, {ok, _}} = connect(token(#{})),
    ?assertEqual(deny, broker_connections:run(Connection, fun() ->
        broker:may(not_a_map, #{action_type => publish, qos => 0, retain => false}, <<"t">>)
    end)).

every_class() ->
    Raise = fun(Class) -> fun() -> erlang:raise(Class, <<"a secret word">>, []) end end,
    ?assertEqual([refusal, refusal, refusal],
                 [emqx_jwt_auth_guard:run(test, refusal, Raise(Class)) || Class <- [error, exit, throw]]),
    ?assertEqual(3, length(binary:matches(fixture:logged(), <<"the callback test failed">>))),
    ?assertEqual(nomatch, binary:match(fixture:logged(), <<"secret word">>)).

silent_crash() ->
    _ = connect(client(["a secret word"])),
    _ = connect((client(<<"a secret word">>))#{username => not_a_binary}),
    Connection = broker_connections:open(),
    _ = broker_connections:run(Connection, fun() -> broker:connect([<<"a secret word">>]) end),
    ?assertEqual(3, fixture:counted(crashed)),
    ?assertNotEqual(nomatch, binary:match(fixture:logged(), <<"the callback authenticate failed">>)),
    ?assertEqual(nomatch, binary:match(fixture:logged(), <<"secret word">>)),
    ?assertEqual(nomatch, binary:match(fixture:logged(), <<"hook_callback_exception">>)).

silent_refusal() ->
    Token = token(#{exp => 1}),
    _ = connect(Token),
    fixture:until(fun() -> binary:match(fixture:logged(), <<"expired">>) =/= nomatch end),
    ?assertEqual(nomatch, binary:match(fixture:logged(), Token)).

%% Accepted, refused, ended, and in the process that ends sessions when that crashes. It is at this
%% client when it crashes.
token_everywhere() ->
    ok = logger:set_primary_config(level, debug),
    ok = jwt_auth_log:refresh(),
    [Good, Expired] = Tokens = [token(#{sub => <<"x">>}), token(#{exp => 1})],
    In = fun(Token) -> (client(Token))#{clientid => Token, username => Token} end,
    {Connection, {ok, _}} = connect(In(Good)),
    {_, {error, _}} = connect(In(Expired)),
    _ = connect((In(Good))#{password => not_a_binary}),
    Tick = fun() -> ok = gen_server:call(emqx_jwt_auth_session_reaper, tick) end,
    <<"refused at ", _/binary>> = Explained = command_tests:told(["explain", binary_to_list(Expired)]),
    Kept = ets:tab2list(jwt_auth_refusals),
    Tick(),
    Status = sys:get_status(emqx_jwt_auth_session_reaper),
    Reaper = whereis(emqx_jwt_auth_session_reaper),
    ok = sys:terminate(emqx_jwt_auth_session_reaper, a_crash),
    fixture:until(fun() -> not lists:member(whereis(emqx_jwt_auth_session_reaper), [undefined, Reaper]) end),
    fixture:set(#{secret => <<"another long secret of the tests">>}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    fixture:until(fun() -> Tick(), not is_process_alive(Connection) end),
    Logged = fun(Part) -> binary:match(fixture:logged(), Part) =/= nomatch end,
    [fixture:until(fun() -> Logged(Line) end)
     || Line <- [<<"accepted: client not shown">>, <<"refused: expired (exp ">>, <<", leeway 0): client not shown">>,
                 <<"the callback authenticate failed">>, <<"a_crash">>,
                 <<"the session of token ">>]],
    Runs = [binary:part(Token, At, 8) || Token <- Tokens, At <- lists:seq(0, byte_size(Token) - 8)],
    All = [fixture:logged(), Explained, unicode:characters_to_binary(io_lib:format("~p", [{Status, Kept}]))],
    ?assertEqual([nomatch, nomatch, nomatch], [binary:match(Text, Runs) || Text <- All]).

odd_events() ->
    Token = token(#{}),
    {Connection, {ok, _}} = connect(client(Token)),
    Answers = broker_connections:run(Connection, fun() ->
        [emqx_jwt_auth_events:on_connected([Token], Token),
         emqx_jwt_auth_events:on_disconnected([Token], Token, Token),
         emqx_jwt_auth_events:on_resumed([Token], Token)]
    end),
    ?assertEqual([ok, ok, ok], Answers),
    ?assertEqual(2, fixture:counted(crashed)),
    ?assertEqual(nomatch, binary:match(fixture:logged(), <<"hook_callback_exception">>)).
