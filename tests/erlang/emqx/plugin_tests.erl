%% What holds in every generation of EMQX.
-module(plugin_tests).
-include_lib("eunit/include/eunit.hrl").
-export([resumed_no_match/0]).

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
       {"a resumed session loses what the new token denies", fun resumed/0},
       {"what a token says nothing about is up to the broker", fun resumed_no_match/0},
       {"a mountpoint is no part of what a token is asked about", fun resumed_mounted/0},
       {"who cannot be asked about is disconnected", fun resumed_oddly/0},
       {"the address of a client is compared", fun address/0},
       {"a token that is bound to a certificate is good with this one only", fun certificate/0},
       {"the next hook cannot overrule a refusal", fun next_hook/0},
       {"the next hook decides about those who are left to others", fun left_to_next_hook/0},
       {"a broker is told three reasons and no other", fun refusals/0},
       {"a crash in authenticate is a refusal", fun crash_in_authenticate/0},
       {"a crash in the permission hook denies", fun crash_in_authorize/0},
       {"whatever is raised is a refusal", fun every_class/0},
       {"a crash does not log the password", fun silent_crash/0},
       {"a refusal does not log the password", fun silent_refusal/0},
       {"a token that is sent in every field is in no log line", fun token_everywhere/0},
       {"a change of the configuration is seen though the process that looks has crashed", fun seen_after_crash/0},
       {"whatever an event brings, its callback answers, and tells nothing", fun odd_events/0},
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
    <<"refused at ", _/binary>> = Explained = told(["explain", binary_to_list(Expired)]),
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

seen_after_crash() ->
    fixture:set(#{secret => <<"another long secret of the tests">>}),
    Reaper = whereis(emqx_jwt_auth_session_reaper),
    exit(Reaper, kill),
    fixture:until(fun() -> not lists:member(whereis(emqx_jwt_auth_session_reaper), [undefined, Reaper]) end),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))).

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
