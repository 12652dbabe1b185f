%% What a client of EMQX 5 and 6 may read and write by a topic with a prefix.
-module(topics5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, connect/1, may/3, subscribe/2]).

all_test_() ->
    [{Release ++ ": " ++ Name, {setup, start(Release), fun fixture:stop/1, Test}} ||
        {Release, Name, Test} <- [
            {"6.2.2", "a queue reads no more than its filter", fun queue/0},
            {"6.1.1", "a queue reads no more than its filter", fun queue/0},
            {"6.1.0", "a prefix for a queue is one for a shared subscription", fun shared/0},
            {"6.0.0", "a queue may be named by its filter", fun queue_by_filter/0},
            {"6.2.2", "a queue may be named by its filter", fun queue_by_filter/0},
            {"5.8.9", "$q is a topic as others are", fun ordinary/0},
            {"6.2.2", "a stream reads no more than its filter", fun stream/0},
            {"6.1.1", "a stream reads no more than its filter", fun stream/0},
            {"6.1.0", "a stream by its filter reads no more than that", fun stream_by_filter/0},
            {"6.0.3", "$s and $stream are topics as others are", fun ordinary_streams/0},
            {"6.2.2", "who is denied a filter is denied its queue and stream", fun deny_rule/0},
            {"6.2.2", "a prefix behind a prefix is denied", fun twice/0},
            {"6.2.2", "without queues a prefix is one for a shared subscription", fun no_queues/0}]]
    ++ [{"where the release is not known " ++ Prefix ++ " is denied",
         {setup, start("5.8.9"), fun fixture:stop/1, fun() -> unknown(Prefix) end}}
        || Prefix <- ["$q/", "$s/0/", "$queue/n/", "$stream/n/"]].

start(Release) ->
    Start = fixture:start_in(Release),
    fun() -> Start(), broker:queues(true) end.

tenant() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{sub => [<<"tenant1/#">>]}})),
    Connection.

reads(Connection, Filters) -> [subscribe(Connection, Filter) || Filter <- Filters].

queue() ->
    Connection = tenant(),
    ?assertEqual([deny, deny, deny, {reads, <<"tenant1/#">>}, {reads, <<"tenant1/a">>}],
                 reads(Connection, [<<"$queue/tenant1/#">>, <<"$queue/tenant1">>, <<"$queue/">>,
                                    <<"$queue/any/tenant1/#">>, <<"$queue/tenant1/tenant1/a">>])),
    ?assertEqual([deny, deny, {reads, <<"tenant1/a">>}],
                 reads(Connection, [<<"$queue//tenant1/a">>, <<"$queue/tenant1/">>, <<"$share/g/tenant1/a">>])).

shared() ->
    ?assertEqual([{reads, <<"tenant1/#">>}, deny],
                 reads(tenant(), [<<"$queue/tenant1/#">>, <<"$queue/any/tenant1/#">>])).

no_queues() ->
    broker:queues(false),
    shared().

queue_by_filter() ->
    ?assertEqual([{reads, <<"tenant1/#">>}, deny, deny],
                 reads(tenant(), [<<"$q/tenant1/#">>, <<"$q/#">>, <<"$q/">>])).

ordinary() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{sub => [<<"$q/a">>]}})),
    ?assertEqual([{reads, <<"$q/a">>}, deny], reads(Connection, [<<"$q/a">>, <<"$q/b">>])),
    ?assertEqual(deny, subscribe(tenant(), <<"$q/tenant1/a">>)).

stream() ->
    stream_by_filter(),
    ?assertEqual([deny, deny, {reads, <<"tenant1/#">>}],
                 reads(tenant(), [<<"$stream/tenant1/#">>, <<"$stream/tenant1">>, <<"$stream/any/tenant1/#">>])).

stream_by_filter() ->
    ?assertEqual([{reads, <<"tenant1/#">>}, deny, deny, deny],
                 reads(tenant(), [<<"$s/earliest/tenant1/#">>, <<"$s/earliest/#">>, <<"$s/tenant1">>,
                                  <<"$s/tenant1/#">>])).

ordinary_streams() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{sub => [<<"$s/a">>, <<"$stream/a">>]}})),
    ?assertEqual([{reads, <<"$s/a">>}, {reads, <<"$stream/a">>}, deny],
                 reads(Connection, [<<"$s/a">>, <<"$stream/a">>, <<"$stream/b">>])).

deny_rule() ->
    Rules = [#{permission => Permission, action => subscribe, topic => Topic}
             || {Permission, Topic} <- [{deny, <<"secret/#">>}, {allow, <<"#">>}]],
    {Connection, {ok, _}} = connect(token(#{acl => Rules})),
    ?assertEqual([deny, deny, deny, deny, deny, {reads, <<"open/#">>}],
                 reads(Connection, [<<"secret/#">>, <<"$q/secret/a">>, <<"$s/0/secret/a">>,
                                    <<"$queue/n/secret/a">>, <<"$stream/n/secret/a">>, <<"$queue/n/open/#">>])).

twice() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{sub => [<<"#">>]}})),
    ?assertEqual([deny, deny, deny, deny],
                 reads(Connection, [<<"$queue/n/$queue/a">>, <<"$q/$share/g/a">>,
                                    <<"$stream/n/$queue/m/a">>, <<"$s/0/$share/g/a">>])).

unknown(Prefix) ->
    broker:release("a name"),
    {Connection, {ok, _}} = connect(token(#{acl => #{sub => [<<"#">>]}})),
    Ask = fun(Topic) -> may(Connection, subscribe, Topic) end,
    ?assertEqual([deny, allow], [Ask(iolist_to_binary([Prefix, "a"])), Ask(<<"a">>)]).
