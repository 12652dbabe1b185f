%% Which refusals are kept, for how long, and what an operator is told about them.
-module(jwt_auth_refusals_tests).
-include_lib("eunit/include/eunit.hrl").
-import(jwt_auth_fixture, [config/0, secret/0, token/1, client/1]).

refusals_test_() ->
    [{Name, {setup, fun start/0, fun stop/1, Test}}
     || {Name, Test} <- [{"a refusal is found by its client", fun by_client/0},
                         {"the last refusal of a client is told", fun the_last/0},
                         {"ten in a second are explained, and the others counted", fun pace/0},
                         {"a hundred are kept", fun a_hundred/0},
                         {"a long explanation is cut, and read as far as it goes", fun long/0},
                         {"without a verifier the reason is told", fun no_verifier/0},
                         {"a token that is sent in every field is not kept", fun no_token/0},
                         {"many connections write at once", fun at_once/0},
                         {"the process comes back, and a client is answered meanwhile", fun crash/0}]].

start() ->
    {ok, Pid} = jwt_auth_refusals:start_link(),
    true = unlink(Pid),
    Pid.

stop(Pid) ->
    exit(Pid, kill),
    jwt_auth_fixture:until(fun() -> ets:whereis(jwt_auth_refusals) =:= undefined end).

verifier() -> verifier(config()).
verifier(Config) ->
    {ok, _} = jwt_auth:new(Config).

expired() -> client(token(<<"{\"exp\":1}">>)).

%% As if the seconds before had no refusal.
a_second_later() ->
    Numbers = ets:lookup_element(jwt_auth_refusals, numbers, 2),
    atomics:put(Numbers, 1, erlang:monotonic_time(second) * 16).

told(ClientId) -> unicode:characters_to_binary(jwt_auth_explanation:of_client(ClientId)).

by_client() ->
    ok = jwt_auth_refusals:note(verifier(), expired(), expired),
    ?assertMatch({ok, #{reason := expired, explanation := <<"{\"decision\":\"deny\"", _/binary>>}},
                 jwt_auth_refusals:last(<<"c1">>)),
    ?assertEqual(none, jwt_auth_refusals:last(<<"c2">>)),
    [Head, First | _] = Lines = binary:split(told(<<"c1">>), <<"\n">>, [global, trim]),
    ?assertMatch({match, _}, re:run(Head, "^refused at [0-9-]{10}T[0-9:]{8}Z: expired, token [0-9a-f]{8}$")),
    ?assertMatch({match, _}, re:run(First, "^failed       exp +exp 1970-01-01T00:00:01Z was [0-9]+ seconds ago")),
    ?assertEqual(lists:duplicate(length(Lines) - 1, match),
                 [re:run(Line, "^(failed|passed|not_reached)  ", [{capture, none}]) || Line <- tl(Lines)]),
    ?assertMatch(<<"no refusal of this client is kept; kept are the last 100 of 1 ", _/binary>>, told(<<"c2">>)).

the_last() ->
    V = verifier(),
    [ok = jwt_auth_refusals:note(V, expired(), Reason) || Reason <- [first, second, third]],
    ?assertMatch({ok, #{reason := third}}, jwt_auth_refusals:last(<<"c1">>)),
    ?assertMatch({match, _}, re:run(told(<<"c1">>), "^refused at .*: third, token .*, and a moment later: expired\n")).

%% What was explained while Fun ran; each second that it touched had room for ten.
explained_in(Fun, Count) ->
    Start = erlang:monotonic_time(second),
    Fun(),
    Seconds = erlang:monotonic_time(second) - Start + 1,
    #{explained := Explained, too_fast := TooFast} = jwt_auth_refusals:counts(),
    ?assertEqual(Count, Explained + TooFast),
    ?assert(Explained >= 10 andalso Explained =< 10 * Seconds, {Explained, Seconds}),
    Explained.

note_all(V, Count) ->
    [ok = jwt_auth_refusals:note(V, expired(), expired) || _ <- lists:seq(1, Count)].

pace() ->
    V = verifier(),
    Explained = explained_in(fun() -> note_all(V, 1000) end, 1000),
    a_second_later(),
    ok = jwt_auth_refusals:note(V, expired(), expired),
    ?assertMatch(#{explained := More} when More =:= Explained + 1, jwt_auth_refusals:counts()).

a_hundred() ->
    V = verifier(),
    Note = fun(Number) ->
               a_second_later(),
               Client = (expired())#{client_id => integer_to_binary(Number)},
               ok = jwt_auth_refusals:note(V, Client, expired)
           end,
    lists:foreach(Note, lists:seq(1, 101)),
    ?assertEqual(101, ets:info(jwt_auth_refusals, size)),
    ?assertEqual(none, jwt_auth_refusals:last(<<"1">>)),
    ?assertMatch([{ok, _}, {ok, _}], [jwt_auth_refusals:last(Id) || Id <- [<<"2">>, <<"101">>]]).

long() ->
    Names = [iolist_to_binary(io_lib:format("claim~3..0b", [Number])) || Number <- lists:seq(1, 60)],
    V = verifier(#{secret => secret(), verify_claims => maps:from_list([{Name, <<"x">>} || Name <- Names])}),
    ok = jwt_auth_refusals:note(V, client(token(<<"{}">>)), missing_claim),
    {ok, #{explanation := Json}} = jwt_auth_refusals:last(<<"c1">>),
    ?assertEqual(4096, byte_size(Json)),
    Text = told(<<"c1">>),
    ?assertMatch({match, _}, re:run(Text, "\nfailed       claim claim[0-9]+  there is no such claim")),
    ?assertMatch({match, _}, re:run(Text, "\nthe rest is cut\n$")).

no_verifier() ->
    ok = jwt_auth_refusals:note(none, expired(), unconfigured),
    ?assertMatch({match, _}, re:run(told(<<"c1">>), "^refused at .*Z: unconfigured\nthere was nothing")).

no_token() ->
    Token = token(<<"{\"exp\":1}">>),
    Client = #{client_id => Token, username => Token, password => Token},
    ok = jwt_auth_refusals:note(verifier(), Client, expired),
    ?assertMatch({ok, _}, jwt_auth_refusals:last(Token)),
    Runs = [binary:part(Token, At, 8) || At <- lists:seq(0, byte_size(Token) - 8)],
    Kept = unicode:characters_to_binary(io_lib:format("~p", [ets:tab2list(jwt_auth_refusals)])),
    ?assertEqual([nomatch, nomatch], [binary:match(Text, Runs) || Text <- [Kept, told(Token)]]).

at_once() ->
    V = verifier(),
    AtOnce = fun() ->
                 Monitors = [spawn_monitor(fun() -> note_all(V, 100) end) || _ <- lists:seq(1, 50)],
                 [receive {'DOWN', Monitor, process, _, Why} -> ?assertEqual(normal, Why) end
                  || {_, Monitor} <- Monitors]
             end,
    explained_in(AtOnce, 5000).

crash() ->
    exit(whereis(jwt_auth_refusals), kill),
    jwt_auth_fixture:until(fun() -> ets:whereis(jwt_auth_refusals) =:= undefined end),
    ?assertEqual(ok, jwt_auth_refusals:note(verifier(), expired(), expired)),
    ?assertEqual(none, jwt_auth_refusals:last(<<"c1">>)),
    ?assertEqual(#{explained => 0, too_fast => 0}, jwt_auth_refusals:counts()).

%% A quotation mark, a backslash, and an escape that would move a terminal's cursor.
escapes_are_read_but_those_of_control_characters_test() ->
    Json = <<"{\"decision\":\"deny\",\"reason\":\"expired\",\"token\":null,\"steps\":["
             "{\"check\":\"claim a\\\"b\",\"outcome\":\"failed\",\"detail\":\"c\\\\d\\u001b[2J\"},"
             "{\"check\":\"x\",\"outcome\":\"not_reached\",\"detail\":null}]}">>,
    Text = jwt_auth_explanation:text(#{at => 0, reason => expired, explanation => Json}),
    ?assertEqual(<<"refused at 1970-01-01T00:00:00Z: expired\n"
                   "failed       claim a\"b  c\\d\\u001b[2J\n"
                   "not_reached  x\n">>, unicode:characters_to_binary(Text)).
