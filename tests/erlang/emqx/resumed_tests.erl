%% What a session that is resumed keeps of what its client has subscribed to.
-module(resumed_tests).
-include_lib("eunit/include/eunit.hrl").
-export([resumed_no_match/0]).

-import(fixture, [token/1, client/1, connect/3]).

all_test_() ->
    [{setup, fun fixture:start/0, fun fixture:stop/1, {Name, Test}} ||
        {Name, Test} <- [
            {"a resumed session loses what the new token denies", fun resumed/0},
            {"what a token says nothing about is up to the broker", fun resumed_no_match/0},
            {"a mountpoint is no part of what a token is asked about", fun resumed_mounted/0},
            {"who cannot be asked about is disconnected", fun resumed_oddly/0}]].

acl() -> #{pub => [<<"p/%c">>], sub => [<<"s/#">>], all => [<<"both">>]}.

resumed() ->
    Subscriptions = #{<<"s/1">> => #{qos => 1}, <<"t/1">> => #{qos => 0},
                      {share, <<"g">>, <<"t/2">>} => #{qos => 0}, {share, <<"g">>, <<"s/2">>} => #{qos => 0}},
    {Connection, {ok, _}} = connect(broker_connections:open(), client(token(#{acl => acl()})), Subscriptions),
    Lost = maps:to_list(maps:with([<<"t/1">>, {share, <<"g">>, <<"t/2">>}], Subscriptions)),
    fixture:until(fun() -> broker_connections:told(Connection) =:= [{unsubscribed, Lost}] end),
    [begin
         {Other, {ok, _}} = connect(broker_connections:open(), client(token(Claims)), Subscriptions),
         ?assertMatch(#{clientid := <<"c1">>}, broker_connections:kept(Other)),
         ?assertEqual([], broker_connections:told(Other))
     end || Claims <- [#{}, #{acl => #{sub => [<<"#">>]}}]].

resumed_no_match() ->
    Rules = [#{permission => allow, action => all, topic => <<"a">>}],
    Subscriptions = #{<<"a">> => #{qos => 1}, <<"b">> => #{qos => 1}, <<"$queue/n/b">> => #{qos => 1}},
    Resume = fun(Client) ->
                 {Connection, {ok, _}} = connect(broker_connections:open(), Client, Subscriptions),
                 #{clientid := _} = broker_connections:kept(Connection),
                 broker_connections:told(Connection)
             end,
    ?assertEqual([], Resume(client(token(#{acl => Rules})))),
    persistent_term:put({broker, no_match}, deny),
    Lost = Resume(client(token(#{acl => Rules}))),
    persistent_term:erase({broker, no_match}),
    ?assertEqual([{unsubscribed, [{<<"b">>, #{qos => 1}}]}], Lost).

resumed_mounted() ->
    Subscriptions = #{<<"m/s/1">> => #{qos => 1}, <<"m/t">> => #{qos => 1}, <<"m/s/2">> => #{}},
    Client = (client(token(#{acl => acl()})))#{mountpoint => <<"m/">>},
    {Connection, {ok, _}} = connect(broker_connections:open(), Client, Subscriptions),
    fixture:until(fun() ->
        broker_connections:told(Connection) =:= [{unsubscribed, [{<<"t">>, #{qos => 1}}]}]
    end).

resumed_oddly() ->
    [begin
         {Connection, {ok, _}} = connect(broker_connections:open(), client(token(#{})), Odd),
         fixture:until(fun() -> not is_process_alive(Connection) end)
     end || Odd <- [#{<<"t">> => odd}, #{odd => #{qos => 0}}, #{<<"t">> => #{qos => 3}}]].
