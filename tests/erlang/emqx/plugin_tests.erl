%% Who may connect, and what a client may do with topics, in every generation of EMQX.
-module(plugin_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, token/2, client/1, connect/1, connect/2, connect/3, may/3]).

sentences(Start, Sentences) ->
    [{setup, Start, fun fixture:stop/1, {Name, Test}} || {Name, Test} <- Sentences].

running_test_() ->
    sentences(fun fixture:start/0,
      [{"a good token is accepted", fun good/0},
       {"a token of another key is refused", fun bad_signature/0},
       {"an expired token is refused", fun expired/0},
       {"a client without a token is refused", fun missing/0},
       {"a superuser is one", fun superuser/0},
       {"a token may be in the username", fun username/0},
       {"what a token says about topics is kept to", fun topics/0},
       {"a token that says nothing leaves topics to the broker", fun no_acl/0},
       {"who publishes later needs the right to the topic", fun delayed/0},
       {"a client that was not accepted has no permissions of ours", fun not_ours/0},
       {"a refused second attempt takes the permissions away", fun refused_again/0},
       {"permissions are those of the connection, whatever its client is called", fun other_id/0},
       {"another process of the connection has its permissions", fun other_stream/0},
       {"of two connections with one id none speaks for a third process", fun ambiguous/0},
       {"permissions belong to one protocol", fun other_protocol/0},
       {"the hooks that decide nothing come first", fun first/0},
       {"the address of a client is compared", fun address/0},
       {"a token that is bound to a certificate is good with this one only", fun certificate/0},
       {"the next hook cannot overrule a refusal", fun next_hook/0},
       {"the next hook decides about those who are left to others", fun left_to_next_hook/0},
       {"a broker is told three reasons and no other", fun refusals/0},
       {"nothing that a client sends becomes an atom", fun no_atoms/0},
       {"an odd topic or action is denied", fun odd_action/0},
       {"the counters count", fun counters/0},
       {"the counters know every reason of the library", fun closed_table/0},
       {"all is well", fun health/0},
       {"without the last refusals clients are answered as ever", fun no_refusals/0}]).

good() ->
    {_, Answer} = connect(token(#{sub => <<"x">>})),
    ?assertEqual({ok, #{is_superuser => false}}, Answer).

bad_signature() ->
    {_, Answer} = connect(token(#{}, <<"another secret, and a long one too">>)),
    ?assertEqual({error, bad_username_or_password}, Answer),
    ?assertEqual(1, fixture:counted(bad_signature)).

expired() ->
    {_, Answer} = connect(token(#{exp => fixture:now() - 60})),
    ?assertEqual({error, bad_username_or_password}, Answer),
    ?assertEqual(1, fixture:counted(expired)).

missing() ->
    {_, Answer} = connect(client(undefined)),
    ?assertEqual({error, bad_username_or_password}, Answer),
    {_, Absent} = connect(maps:remove(password, client(undefined))),
    ?assertEqual({error, bad_username_or_password}, Absent),
    ?assertEqual(2, fixture:counted(missing_token)).

superuser() ->
    {_, {ok, #{is_superuser := Is}}} = connect(token(#{is_superuser => true})),
    ?assertEqual(true, Is).

username() ->
    fixture:set(#{secret => fixture:secret(), from => username}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    Client = (client(undefined))#{username => token(#{})},
    ?assertMatch({_, {ok, _}}, connect(Client)).

acl() -> #{pub => [<<"p/%c">>], sub => [<<"s/#">>], all => [<<"both">>]}.

topics() ->
    {Connection, {ok, _}} = connect(token(#{acl => acl()})),
    ?assertEqual([allow, deny, deny, allow, allow, allow],
                 [may(Connection, Action, Topic)
                  || {Action, Topic} <- [{publish, <<"p/c1">>}, {publish, <<"p/c2">>},
                                         {publish, <<"s/1">>}, {subscribe, <<"s/+">>},
                                         {publish, <<"both">>}, {subscribe, <<"both">>}]]).

no_acl() ->
    {Connection, {ok, _}} = connect(token(#{})),
    ?assertEqual(nomatch, may(Connection, publish, <<"t">>)).

delayed() ->
    Rules = [#{permission => deny, action => all, topic => <<"secret">>},
             #{permission => allow, action => all, topic => <<"#">>},
             #{permission => allow, action => all, topic => <<"$delayed/#">>}],
    {Connection, {ok, _}} = connect(token(#{acl => Rules})),
    Ask = fun(Topic) -> may(Connection, publish, <<"$delayed/", Topic/binary>>) end,
    ?assertEqual([allow, allow, deny, deny, deny],
                 [Ask(Topic) || Topic <- [<<"1/a">>, <<"1/$delayed/60/a">>, <<"1/secret">>,
                                          <<"1/$delayed/60/secret">>, <<"1/$delayed/1/$delayed/2/secret">>]]).

not_ours() ->
    ?assertEqual(nomatch, may(broker_connections:open(), publish, <<"t">>)).

refused_again() ->
    {Connection, {ok, _}} = connect(token(#{acl => acl()})),
    {Connection, {error, _}} = connect(Connection, client(<<"junk">>)),
    ?assertEqual(nomatch, may(Connection, publish, <<"both">>)),
    ?assertEqual(0, emqx_jwt_auth_sessions:size()).

other_id() ->
    {Connection, {ok, _}} = connect(token(#{acl => acl()})),
    Other = (client(undefined))#{clientid => <<"c2">>},
    ?assertEqual([allow, deny], [may({Connection, Other}, publish, Topic) || Topic <- [<<"both">>, <<"x">>]]),
    ?assertEqual(nomatch, may({broker_connections:open(), Other}, publish, <<"both">>)),
    ?assertEqual(allow, may(Connection, publish, <<"both">>)).

other_protocol() ->
    {_, {ok, _}} = connect(token(#{acl => acl()})),
    Other = (client(undefined))#{protocol => coap},
    ?assertEqual(nomatch, may({broker_connections:open(), Other}, publish, <<"both">>)).

%% As the hook of EMQX for its tenants is one.
first() ->
    ok = emqx_hooks:add('client.authenticate', {broker_hooks, told, [self()]}, 1000),
    [begin
         _ = connect(client(Token)),
         ?assertEqual(told, receive told -> told after 0 -> nothing end)
     end || Token <- [token(#{}), <<"x">>]].

address() ->
    Rule = #{permission => allow, action => all, topic => <<"t">>, ipaddr => <<"10.0.0.0/8">>},
    Client = client(token(#{acl => [Rule]})),
    Ask = fun(Host) ->
              {Connection, {ok, _}} = connect(Client#{peerhost => Host}),
              may(Connection, publish, <<"t">>)
          end,
    ?assertEqual([allow, nomatch, nomatch, nomatch, nomatch],
                 [Ask(Host) || Host <- [{10, 1, 2, 3}, {11, 1, 2, 3}, {0, 0, 0, 0, 0, 0, 0, 1},
                                        undefined, {local, <<"/tmp/x">>}]]).

certificate() ->
    Der = <<"abc">>,
    Digest = <<"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0">>,
    Client = client(token(#{cnf => #{<<"x5t#S256">> => Digest}})),
    ?assertMatch({_, {ok, _}}, connect(Client#{cert_pem => Der})),
    [?assertMatch({_, {error, bad_username_or_password}}, connect(Other))
     || Other <- [Client, Client#{cert_pem => undefined}, Client#{cert_pem => <<"abd">>}]],
    ?assertEqual(3, fixture:counted(certificate_mismatch)).

next_hook() ->
    ok = emqx_hooks:add('client.authenticate', {broker, accept, []}, 970),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(<<"x">>))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(undefined))),
    ?assertMatch({_, {error, not_authorized}}, connect(client([not_a_binary]))).

left_to_next_hook() ->
    ok = emqx_hooks:add('client.authenticate', {broker, accept, []}, 970),
    fixture:set(#{secret => fixture:secret(), on_missing => ignore}),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    {Connection, Answer} = connect(client(undefined)),
    ?assertMatch({ok, _}, Answer),
    ?assertEqual(nomatch, may(Connection, publish, <<"t">>)),
    ?assertEqual(1, fixture:counted(ignored)).

refusals() ->
    Reasons = [Reason || {Reason, _} <- jwt_auth_nif:reasons(), Reason =/= accepted],
    Other = [{Reason, Refusal} || Reason <- Reasons ++ [not_loaded, unconfigured],
                                  Refusal <- [emqx_jwt_auth_gate:refusal(Reason)],
                                  Refusal =/= bad_username_or_password],
    ?assertEqual([{keys_unavailable, server_unavailable}, {not_loaded, not_authorized},
                  {revocations_unavailable, server_unavailable}, {revoked, not_authorized},
                  {unconfigured, server_unavailable}, {undecided, not_authorized}], lists:sort(Other)).

other_stream() ->
    {_, {ok, _}} = connect(token(#{acl => acl()})),
    Stream = broker_connections:open(),
    ?assertEqual(allow, may(Stream, publish, <<"both">>)),
    ?assertEqual(deny, may(Stream, publish, <<"other">>)).

ambiguous() ->
    broker_permissions:remember(false),
    {First, {ok, _}} = connect(token(#{acl => acl()})),
    {_, {ok, _}} = connect(token(#{})),
    Stream = broker_connections:open(),
    ?assertEqual(deny, may(Stream, publish, <<"both">>)),
    exit(First, kill),
    ?assertEqual(nomatch, may(Stream, publish, <<"both">>)).

no_atoms() ->
    _ = everything(0),
    Before = erlang:system_info(atom_count),
    _ = [everything(N) || N <- lists:seq(1, 20)],
    ?assertEqual(Before, erlang:system_info(atom_count)).

%% Every field that a client fills in, and every claim, with a text that was not there before.
everything(N) ->
    New = fun(What) -> iolist_to_binary(["new_", What, integer_to_list(N)]) end,
    Claims = #{New("claim") => New("value"), sub => New("sub"), client_attrs => #{New("attr") => New("text")},
               acl => #{all => [New("topic")]}},
    Subscriptions = #{New("filter") => #{qos => 0}},
    Client = (client(token(Claims)))#{clientid => New("client"), username => New("user")},
    Same = {Connection, _} = connect(broker_connections:open(), Client, Subscriptions),
    _ = [may({Connection, Client}, Action, <<Prefix/binary, (New("topic"))/binary>>)
         || Action <- [publish, subscribe],
            Prefix <- [<<>>, <<"$delayed/1/">>, <<"$queue/">>, <<"$stream/a/">>]],
    _ = connect(Client#{password => New("garbage")}),
    _ = connect(Client#{auth_method => New("method"), auth_data => New("data"), auth_cache => #{}}),
    _ = told(["explain", binary_to_list(New("client"))]),
    exit(Connection, kill),
    Same.

odd_action() ->
    {Connection, {ok, _}} = connect(token(#{acl => #{all => [<<"#">>]}})),
    ?assertEqual(deny, may(Connection, unsubscribe, <<"t">>)),
    ?assertEqual(deny, may(Connection, publish, not_a_topic)),
    ?assertEqual(deny, may(Connection, publish, <<>>)),
    ?assertEqual(allow, may(Connection, publish, <<"t">>)).

counters() ->
    {Connection, {ok, _}} = connect(token(#{acl => acl()})),
    _ = [may(Connection, publish, Topic) || Topic <- [<<"both">>, <<"x">>, <<"y">>]],
    ?assertEqual({1, 1, 2}, {fixture:counted(allowed), fixture:counted(topic_allowed),
                             fixture:counted(topic_denied)}).

closed_table() ->
    Known = [Name || {Name, _} <- emqx_jwt_auth_counters:all()],
    ?assertEqual([], [Reason || {Reason, _} <- jwt_auth_nif:reasons(), Reason =/= accepted,
                                not lists:member(Reason, Known)]).

health() ->
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    [{Point, {Module, Function, _}} | _] = persistent_term:get({emqx_jwt_auth, hooks}),
    emqx_hooks:del(Point, {Module, Function}),
    ?assertEqual({error, <<"the hooks are not registered: tokens are not checked">>},
                 emqx_jwt_auth_app:on_health_check(#{})).

%% What the command prints.
told(Arguments) -> command_tests:told(Arguments).

no_refusals() ->
    ok = supervisor:terminate_child(emqx_jwt_auth_sup, refusals),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(<<"x">>))),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    ?assertMatch(<<"no refusal of this client is kept;", _/binary>>, told(["explain", "c1"])),
    ?assertEqual(0, fixture:counted(crashed)),
    ?assertEqual(nomatch, binary:match(fixture:logged(), <<"note_refusal">>)).
