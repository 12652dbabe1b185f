%% The lines in the broker's log about refused clients.
-module(refusal_lines_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1]).

all_test_() ->
    [{setup, fun fixture:start/0, fun fixture:stop/1, {Name, Test}} ||
        {Name, Test} <- [
            {"a refusal is a line with the names of the client", fun line/0},
            {"a name that is the token is not in it", fun token_in_names/0},
            {"a user name that is the token is not in it", fun token_is_username/0},
            {"a name of more than 128 bytes is not in it", fun long_names/0},
            {"a flood of refusals is ten lines in a second", {timeout, 20, fun flood/0}},
            {"a client that is accepted is no line", fun accepted/0}]].

-define(NOT_SHOWN, <<"not shown">>).

%% Level, text and metadata of each.
refusals() ->
    [{Text, maps:with([tag, clientid, username, peername], Meta)}
     || {_, Text, #{tag := _} = Meta} <- ets:tab2list(fixture)].

line() ->
    _ = connect((client(token(#{exp => 1})))#{clientid => <<"sensor-0001">>, username => <<"user-0001">>}),
    [{Text, Meta}] = refusals(),
    ?assertEqual("jwt_auth: refused: expired", lists:flatten(Text)),
    ?assertMatch(#{tag := "JWT_AUTH", clientid := <<"sensor-0001">>, username := <<"user-0001">>,
                   peername := "127.0.0.1" ++ _}, Meta).

token_in_names() ->
    Token = token(#{exp => 1}),
    _ = connect((client(Token))#{clientid => Token, username => binary:part(Token, 3, 20)}),
    ?assertMatch([{_, #{tag := "JWT_AUTH", clientid := ?NOT_SHOWN, username := ?NOT_SHOWN}}], refusals()),
    _ = connect((client(<<"secret">>))#{clientid => <<"secret">>}),
    ?assertMatch(#{clientid := ?NOT_SHOWN}, element(2, lists:last(refusals()))).

token_is_username() ->
    fixture:set(#{secret => fixture:secret(), from => username}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    _ = connect((client(undefined))#{username => token(#{exp => 1}), clientid => <<"sensor-0001">>}),
    [{_, Meta}] = refusals(),
    ?assertMatch(#{clientid := <<"sensor-0001">>, username := ?NOT_SHOWN}, Meta).

long_names() ->
    [Shown, LeftOut] = [binary:copy(<<"-">>, Size) || Size <- [128, 129]],
    _ = connect((client(<<"x">>))#{clientid => Shown, username => LeftOut}),
    [{_, Meta}] = refusals(),
    ?assertMatch(#{clientid := Shown, username := ?NOT_SHOWN}, Meta).

flood() ->
    Before = erlang:system_time(second),
    _ = [connect(client(<<"x">>)) || _ <- lists:seq(1, 200)],
    Seconds = erlang:system_time(second) - Before + 1,
    ?assert(length(refusals()) =< 10 * Seconds),
    timer:sleep(1100),
    _ = connect(client(<<"x">>)),
    {match, [Left]} = re:run(element(1, lists:last(refusals())), "and ([0-9]+) others", [{capture, [1], list}]),
    Told = [list_to_integer(Count) || {Text, _} <- lists:droplast(refusals()),
                                      {match, [Count]} <- [re:run(Text, "and ([0-9]+) others", [{capture, [1], list}])]],
    ?assertEqual(201, length(refusals()) + list_to_integer(Left) + lists:sum(Told)).

accepted() ->
    {_, {ok, _}} = connect(token(#{})),
    ?assertEqual([], refusals()).
