%% Which connection a session answers to, and how it ends, in a stand-in for VerneMQ.
-module(vmq_jwt_auth_sessions_tests).
-include_lib("eunit/include/eunit.hrl").
-import(vmq_fixture, [token/0, token/1, made/1, reconfigure/1, logged/1, connected/1, connected/2,
                      in/1]).

-define(ID, <<"c1">>).

all_test_() ->
    vmq_fixture:tests(
     [{a_connection_ends_with_its_token, fun lifetime/0},
      {a_revoked_client_is_disconnected, fun revoked/0},
      {a_client_may_send_another_token_by_auth, fun renewal/0},
      {a_session_is_for_one_connection, fun one_connection/0},
      {a_refused_client_takes_nothing_away, fun refused_client/0},
      {a_delayed_will_is_asked_about_later, fun delayed_will/0},
      {a_client_that_nobody_asked_about_gets_no_session, fun unasked_client/0},
      {a_client_whose_session_was_lost_is_denied, fun lost/0}]).

lifetime() ->
    [begin
         {connected, Pid, Modifiers} =
             broker:connect(?ID, #{password => token(<<"\"exp\":", (in(3))/binary>>), version => V}),
         #{max_connection_lifetime := Seconds} = Modifiers,
         ?assert(lists:member(Seconds, [1, 2, 3])),
         ?assertEqual({shutdown, lifetime}, broker:closed(Pid))
     end || V <- [4, 5]],
    {connected, _, Without} = broker:connect(?ID, #{password => token()}),
    ?assertNot(maps:is_key(max_connection_lifetime, Without)).

revoked() ->
    Revoked = filename:join(os:getenv("JWT_AUTH_WORK"), "revoked.json"),
    ok = file:write_file(Revoked, <<"{}">>),
    Options = #{secret => jwt_auth_fixture:secret(), revocations_file => list_to_binary(Revoked)},
    reconfigure(Options),
    Token = token(<<"\"jti\":\"t1\",\"acl\":{\"all\":[\"own/#\"]}">>),
    Pid = connected(#{password => Token}),
    Stays = connected(<<"c2">>, #{password => token()}),
    ok = file:write_file(Revoked, <<"{\"jti\":[\"t1\"]}">>),
    reconfigure(Options#{leeway => 1}),
    %% It is denied, until its connection is closed.
    ?assert(lists:member(broker:publish(Pid, <<"own/a">>, 0),
                         [{error, not_authorized}, {closed, {shutdown, normal}}, {closed, noproc}])),
    ?assertEqual({shutdown, normal}, broker:closed(Pid)),
    <<Digest:32, _/binary>> = crypto:hash(sha256, Token),
    ?assert(logged(iolist_to_binary(io_lib:format("the session of token ~8.16.0b ends: revoked", [Digest])))),
    ?assertEqual(ok, broker:publish(Stays, <<"own/a">>, 0)).

renewal() ->
    First = token(<<"\"acl\":{\"all\":[\"a\"]},\"exp\":", (in(3))/binary>>),
    {connected, Pid, Modifiers} = broker:connect(?ID, #{auth => {<<"jwt">>, First}}),
    %% VerneMQ could not be told of the new end.
    ?assertNot(maps:is_key(max_connection_lifetime, Modifiers)),
    Next = token(<<"\"acl\":{\"all\":[\"b\"]},\"exp\":", (in(8))/binary>>),
    ?assertMatch({ok, #{reason_code := success}}, broker:reauthenticate(Pid, {<<"jwt">>, Next})),
    ?assertEqual([{error, not_authorized}, ok], [broker:publish(Pid, T, 0) || T <- [<<"a">>, <<"b">>]]),
    Bob = made(jwt_auth_fixture:token(<<"{\"sub\":\"bob\"}">>)),
    Refused = {error, #{reason_code => not_authorized}},
    ?assertEqual(Refused, broker:reauthenticate(Pid, {<<"jwt">>, Bob})),
    ?assertEqual(Refused, broker:reauthenticate(Pid, {<<"jwt">>, <<"hunter2">>})),
    ?assertEqual({error, plugin_chain_exhausted}, broker:reauthenticate(Pid, {<<"other">>, Next})),
    timer:sleep(3500),
    ?assertEqual(ok, broker:publish(Pid, <<"b">>, 0)),
    ?assertEqual({shutdown, normal}, broker:closed(Pid)),
    ?assert(logged(<<" ends: expired">>)).

one_connection() ->
    reconfigure(#{secret => jwt_auth_fixture:secret(), on_malformed => ignore}),
    %% Another plugin, which is asked first, accepts whoever has this password.
    Hooks = persistent_term:get(vmq_plugin),
    Other = {auth_on_register_m5, 6, fun([_, _, _, Password, _, _]) ->
                 case credentials_obfuscation:decrypt(Password) of <<"other">> -> ok; _ -> next end
             end},
    First = connected(#{password => token(), username => <<"alice">>, durable => true}),
    vmq_plugin:chain(Hooks ++ [Other]),
    %% Asked last: the client registers here in vain, and takes over.
    Last = connected(#{password => <<"other">>, username => <<"alice">>}),
    _ = broker:closed(First),
    ?assertEqual({error, plugin_chain_exhausted}, broker:publish(Last, <<"own/a">>, 0)),
    %% Asked first, while the session's connection lives.
    Again = connected(#{password => token(), username => <<"alice">>, durable => true}),
    vmq_plugin:chain([Other | Hooks]),
    Fresh = connected(<<"c2">>, #{password => <<"other">>, username => <<"alice">>}),
    ?assertEqual({error, plugin_chain_exhausted}, broker:publish(Fresh, <<"own/a">>, 0)),
    Question = {run, fun(User, _) -> vmq_jwt_auth:auth_on_publish(User, {"", ?ID}, 0, [<<"own">>, <<"a">>],
                                                                  <<>>, false) end},
    ?assertEqual(next, broker:call(Fresh, Question)),
    ?assertEqual(ok, broker:publish(Again, <<"own/a">>, 0)).

refused_client() ->
    Pid = connected(#{password => token()}),
    ?assertMatch({refused, _}, broker:connect(?ID, #{password => <<"hunter2">>})),
    ?assertMatch({refused, _}, broker:connect(?ID, #{})),
    ?assertEqual(ok, broker:publish(Pid, <<"own/a">>, 0)),
    Second = connected(#{password => token()}),
    %% The first is asked about once more while it is thrown out.
    ?assertMatch({closed, _}, broker:publish(Pid, <<"own/a">>, 0)),
    ?assertEqual(ok, broker:publish(Second, <<"own/a">>, 0)).

delayed_will() ->
    Pid = connected(#{password => token(), username => <<"alice">>, durable => true}),
    Asked = [{<<"alice">>, <<"own/w">>}, {<<"alice">>, <<"w">>}, {<<"bob">>, <<"own/w">>}],
    Ask = fun() -> [broker:delayed_will({User, ?ID}, Topic) || {User, Topic} <- Asked] end,
    Nobody = {error, plugin_chain_exhausted},
    ?assertEqual([Nobody, Nobody, Nobody], Ask()),
    broker:leave(Pid),
    ?assertEqual([ok, {error, not_authorized}, Nobody], Ask()),
    vmq_plugin:all(on_client_gone, [{"", ?ID}]),
    ?assertEqual([Nobody, Nobody, Nobody], Ask()).

%% VerneMQ can let clients with certificates in unasked, and asks about their topics.
unasked_client() ->
    [begin
         Pid = connected(#{password => token(), username => User, durable => true}),
         broker:leave(Pid),
         ?assertEqual(next, vmq_jwt_auth:auth_on_subscribe(User, {"", ?ID}, [{[<<"own">>], 0}]))
     end || User <- [<<"alice">>, undefined]],
    ?assertEqual(next, vmq_jwt_auth:auth_on_publish(undefined, {"", ?ID}, 0, [<<"own">>], <<>>, false)).

lost() ->
    Pid = connected(#{password => token()}),
    %% vmq_acl of VerneMQ, say, which permits everything as it comes.
    vmq_plugin:chain(persistent_term:get(vmq_plugin) ++ [{auth_on_publish_m5, 7, fun(_) -> ok end}]),
    true = ets:delete_all_objects(vmq_jwt_auth_sessions),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"other">>, 0)).
