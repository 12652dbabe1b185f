%% What becomes of a client and its session when its token is no longer good, in releases that leave
%% it to the plugin.
-module(ends_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1, connect/2, may/3, tick/0, until/1]).

all_test_() ->
    [{Name, {setup, fixture:start_in("5.0.26"), fun fixture:stop/1, Test}} ||
        {Name, Test} <- [
            {"a client is disconnected when its token expires, and its session stays", fun expiry/0},
            {"a session that is not durable ends with its client", fun not_durable/0},
            {"the session of a client that has gone is left alone", fun offline/0},
            {"also if nobody told that it has gone", fun offline_untold/0},
            {"also if it went at a later attempt", {timeout, 20, fun offline_late/0}},
            {"a client that does not disconnect loses its session", fun deaf/0},
            {"a revoked token ends the session of a client that has gone", fun revoked_offline/0},
            {"a session that is offline does not speak for the one that follows", fun followed/0},
            {"a client with another name is found by that", fun renamed/0},
            {"what a new token says nothing about is up to the broker", fun resumed_tests:resumed_no_match/0},
            {"a client of another authenticator has no session after it is named", fun not_ours/0}]].

durable(Claims) ->
    Connection = broker_connections:open([durable]),
    {Connection, {ok, _}} = connect(Connection, client(token(Claims))),
    Connection.

leave(Connection) -> Connection ! {disconnect, 0, normal, #{}}.

in_table(Connection) -> emqx_jwt_auth_sessions:lookup({mqtt, <<"c1">>}, Connection).

expiry() ->
    Connection = durable(#{exp => fixture:now() + 1, acl => #{all => [<<"t">>]}}),
    ?assertEqual(allow, may(Connection, publish, <<"t">>)),
    until(fun() -> tick(), broker_connections:told(Connection) =/= [] end),
    ?assertEqual([{disconnected, 16#87}], broker_connections:told(Connection)),
    until(fun() -> tick(), emqx_jwt_auth_sessions:due(fixture:now() + 60) =:= none end),
    ?assertMatch({_, offline}, in_table(Connection)),
    ?assertEqual([], broker_connections:kicked()),
    ?assertEqual(true, is_process_alive(Connection)),
    ?assertEqual(1, fixture:counted(ended)),
    ?assertNotEqual(nomatch, binary:match(fixture:logged(), <<"ends: expired">>)).

not_durable() ->
    {Connection, {ok, _}} = connect(token(#{exp => fixture:now() + 100})),
    fixture:expire(Connection),
    until(fun() -> tick(), not is_process_alive(Connection) end),
    ?assertEqual({[{disconnected, 16#87}], []},
                 {broker_connections:told(Connection), broker_connections:kicked()}),
    until(fun() -> tick(), emqx_jwt_auth_sessions:size() =:= 0 end).

left_alone(Connection) ->
    timer:sleep(1100),
    [tick() || _ <- lists:seq(1, 5)],
    ?assertEqual([], broker_connections:kicked()),
    ?assertEqual(true, is_process_alive(Connection)),
    ?assertEqual(none, emqx_jwt_auth_sessions:due(fixture:now() + 60)),
    ?assertEqual(0, fixture:counted(ended)).

offline() ->
    Connection = durable(#{exp => fixture:now() + 1}),
    leave(Connection),
    until(fun() -> element(2, in_table(Connection)) =:= offline end),
    left_alone(Connection).

offline_untold() ->
    Connection = durable(#{exp => fixture:now() + 1}),
    ok = emqx_hooks:del('client.disconnected', {emqx_jwt_auth_events, on_disconnected}),
    leave(Connection),
    left_alone(Connection),
    ?assertMatch({_, offline}, in_table(Connection)).

offline_late() ->
    Connection = durable(#{exp => fixture:now() + 1}),
    ok = emqx_hooks:del('client.disconnected', {emqx_jwt_auth_events, on_disconnected}),
    until(fun() -> tick(), broker_connections:told(Connection) =/= [] end),
    until(fun() -> tick(), element(2, in_table(Connection)) =:= offline end),
    ?assertEqual({[], true}, {broker_connections:kicked(), is_process_alive(Connection)}).

deaf() ->
    Connection = broker_connections:open([deaf, durable]),
    {Connection, {ok, _}} = connect(Connection, client(token(#{exp => fixture:now() + 100}))),
    fixture:expire(Connection),
    tick(),
    ?assertEqual([], broker_connections:kicked()),
    until(fun() -> tick(), not is_process_alive(Connection) end),
    ?assertEqual([<<"c1">>], broker_connections:kicked()).

other_key() ->
    fixture:set(#{secret => <<"another long secret of the tests">>}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config).

revoked_offline() ->
    Connection = durable(#{}),
    leave(Connection),
    other_key(),
    until(fun() -> tick(), not is_process_alive(Connection) end),
    ?assertEqual([<<"c1">>], broker_connections:kicked()).

followed() ->
    Gone = durable(#{acl => #{all => [<<"old">>]}}),
    leave(Gone),
    until(fun() -> element(2, in_table(Gone)) =:= offline end),
    {_, {ok, _}} = connect(token(#{acl => #{all => [<<"new">>]}})),
    Stream = broker_connections:open(),
    ?assertEqual([allow, deny], [may(Stream, publish, Topic) || Topic <- [<<"new">>, <<"old">>]]).

renamed() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"t">>]}})),
    Name = fun(Id) -> broker_connections:run(Connection, fun() ->
                   broker_connections:accepted((client(undefined))#{clientid => Id}, #{})
               end) end,
    Name(<<"c2">>),
    Name(<<"c2">>),
    Stream = {broker_connections:open(), (client(undefined))#{clientid => <<"c2">>}},
    ?assertEqual([allow, deny], [may(Stream, publish, Topic) || Topic <- [<<"t">>, <<"u">>]]),
    ?assertEqual({none, 1}, {in_table(Connection), emqx_jwt_auth_sessions:size()}),
    other_key(),
    until(fun() -> tick(), not is_process_alive(Connection) end),
    ?assertEqual([<<"c2">>], broker_connections:kicked()).

not_ours() ->
    Connection = broker_connections:open(),
    broker_connections:run(Connection, fun() -> broker_connections:accepted(client(undefined), #{}) end),
    ?assertEqual(nomatch, may(Connection, publish, <<"t">>)),
    ?assertEqual(0, emqx_jwt_auth_sessions:size()).
