%% The plugin in a stand-in for VerneMQ.
-module(vmq_jwt_auth_tests).
-include_lib("eunit/include/eunit.hrl").

-export([log/2]).

-define(ID, <<"c1">>).

all_test_() ->
    {foreach, fun start/0, fun stop/1,
     [{atom_to_list(Name), {timeout, 60, fun() -> Test(), no_secret_is_told() end}}
      || {Name, Test} <- tests()]}.

tests() ->
    [{a_client_with_a_good_token_uses_its_topics, fun a_good_token/0},
     {a_client_with_a_bad_token_is_refused, fun a_bad_token/0},
     {a_client_without_a_token_is_left_to_other_plugins, fun no_token/0},
     {one_packet_gets_one_answer, fun one_answer/0},
     {the_rules_are_told_qos_retain_and_address, fun conditions/0},
     {the_certificate_reaches_the_library, fun certificate/0},
     {what_the_token_says_nothing_of_is_left_to_other_plugins, fun no_match/0},
     {the_broker_gets_the_user_name_of_the_token, fun username/0},
     {a_connection_ends_with_its_token, fun lifetime/0},
     {a_revoked_client_is_disconnected, fun revoked/0},
     {a_token_may_come_by_auth, fun auth/0},
     {a_client_may_send_another_token_by_auth, fun renewal/0},
     {a_session_is_for_one_connection, fun one_connection/0},
     {a_refused_client_takes_nothing_away, fun refused_client/0},
     {a_delayed_will_is_asked_about_later, fun delayed_will/0},
     {a_client_that_nobody_asked_about_gets_no_session, fun unasked_client/0},
     {a_failure_is_a_refusal, fun failure/0},
     {the_file_is_read_again, fun file/0},
     {a_client_whose_session_was_lost_is_denied, fun lost/0},
     {without_the_application_nobody_is_accepted, fun stopped/0}].

%% A token for the topics below own/. All tokens are remembered for the search in the log.
token() -> token(<<"\"acl\":{\"all\":[\"own/#\"]}">>).
token(Claims) -> made(jwt_auth_fixture:token(<<"{\"sub\":\"alice\",", Claims/binary, "}">>)).

made(Token) ->
    true = ets:insert(?MODULE, {Token, made}),
    Token.

start() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, bag]),
    ok = logger:add_handler(?MODULE, ?MODULE, #{level => all}),
    ok = logger:set_primary_config(level, all),
    ok = broker:start(),
    ok = application:load(vmq_jwt_auth),
    ok = application:set_env(vmq_jwt_auth, config_file, config_file()),
    configure(#{secret => jwt_auth_fixture:secret()}),
    vmq_plugin:enable(vmq_jwt_auth).

stop(_) ->
    _ = application:stop(vmq_jwt_auth),
    ok = application:unload(vmq_jwt_auth),
    vmq_plugin:chain([]),
    ok = broker:stop(),
    ok = logger:set_primary_config(level, notice),
    ok = logger:remove_handler(?MODULE),
    true = ets:delete(?MODULE).

config_file() -> filename:join(os:getenv("JWT_AUTH_WORK"), "jwt_auth.json").

configure(Options) ->
    {ok, Json} = jwt_auth_json:encode(Options),
    ok = file:write_file(config_file() ++ ".new", Json),
    ok = file:rename(config_file() ++ ".new", config_file()).

reconfigure(Options) ->
    configure(Options),
    ok = jwt_auth_config_file:look().

%% A handler of logger.
log(#{msg := Message, meta := #{pid := Pid}}, _Config) ->
    Text = case Message of
               {string, String} -> String;
               {report, Report} -> io_lib:format("~p", [Report]);
               {Format, Arguments} -> io_lib:format(Format, Arguments)
           end,
    Pid =:= whereis(?MODULE) orelse ets:insert(?MODULE, {logged, unicode:characters_to_binary(Text)}).

logged(Part) ->
    binary:match(logged(), Part) =/= nomatch.

logged() -> iolist_to_binary([[Text, $\n] || {logged, Text} <- ets:lookup(?MODULE, logged)]).

%% Neither the log nor what is kept of connections shows 8 characters of a token, by its signature.
no_secret_is_told() ->
    Kept = [process_info(Pid, dictionary) || Pid <- processes(), Pid =/= self()],
    Told = [logged(), io_lib:format("~p", [{Kept, sessions()}])],
    Text = re:replace(Told, "\\s", "", [global, {return, binary}]),
    Signatures = [binary:part(Token, byte_size(Token), -20) || {Token, made} <- ets:tab2list(?MODULE)],
    ?assertEqual([], [S || S <- Signatures, binary:match(Text, S) =/= nomatch]),
    ?assertEqual(nomatch, binary:match(Text, jwt_auth_fixture:secret())).

sessions() ->
    case ets:whereis(vmq_jwt_auth_sessions) of
        undefined -> [];
        Table -> ets:tab2list(Table)
    end.

connected(Options) -> connected(?ID, Options).
connected(ClientId, Options) ->
    {connected, Pid, _} = broker:connect(ClientId, Options),
    Pid.

in(Seconds) ->
    integer_to_binary(erlang:system_time(second) + Seconds).

a_good_token() ->
    [begin
         Pid = connected(#{password => token(), version => Version}),
         ?assertEqual(ok, broker:publish(Pid, <<"own/a">>, 1)),
         ?assertEqual(ok, broker:publish(Pid, <<"own//">>, 0)),
         ?assertEqual(ok, broker:subscribe(Pid, [{<<"own/+/#">>, 2}])),
         ?assertEqual(ok, broker:subscribe(Pid, [{<<"$share/g/own/a">>, 1}])),
         ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"other">>, 1)),
         ?assertEqual({error, not_authorized}, broker:subscribe(Pid, [{<<"#">>, 0}])),
         ?assertEqual({error, not_authorized}, broker:subscribe(Pid, [{<<"$share/g/a">>, 1}])),
         broker:leave(Pid)
     end || Version <- [4, 5]],
    jwt_auth_fixture:until(fun() -> sessions() =:= [] end).

a_bad_token() ->
    Forged = made(jwt_auth_fixture:token(<<"{}">>, jwt_auth_fixture:other_secret())),
    Refused = fun(Options) -> [broker:connect(?ID, Options#{version => V}) || V <- [4, 5]] end,
    Bad = [{refused, invalid_credentials}, {refused, #{reason_code => bad_username_or_password}}],
    ?assertEqual(Bad, Refused(#{password => Forged})),
    ?assert(logged(<<"refused: bad_signature: client `c1`">>)),
    {ok, #{reason := bad_signature}} = jwt_auth_refusals:last(?ID),
    ?assertEqual(Bad, Refused(#{password => token(<<"\"exp\":1">>)})),
    Revoked = filename:join(os:getenv("JWT_AUTH_WORK"), "revoked.json"),
    ok = file:write_file(Revoked, <<"{\"jti\":[\"t1\"]}">>),
    reconfigure(#{secret => jwt_auth_fixture:secret(), revocations_file => list_to_binary(Revoked)}),
    ?assertEqual([{refused, not_authorized}, {refused, #{reason_code => not_authorized}}],
                 Refused(#{password => token(<<"\"jti\":\"t1\"">>)})),
    ?assertEqual([], sessions()).

no_token() ->
    [?assertEqual({refused, plugin_chain_exhausted}, broker:connect(?ID, #{version => V}))
     || V <- [4, 5]],
    reconfigure(#{secret => jwt_auth_fixture:secret(), on_missing => deny}),
    ?assertEqual({refused, invalid_credentials}, broker:connect(?ID, #{version => 4})).

one_answer() ->
    Pid = connected(#{password => token(<<"\"acl\":[{\"permission\":\"allow\",\"action\":\"all\","
                                          "\"topic\":\"a\"},{\"permission\":\"deny\","
                                          "\"action\":\"all\",\"topic\":\"b\"}]">>)}),
    Ask = fun(Topics) -> broker:subscribe(Pid, [{Topic, 1} || Topic <- Topics]) end,
    ?assertEqual(ok, Ask([<<"a">>, <<"a">>])),
    ?assertEqual({error, not_authorized}, Ask([<<"a">>, <<"b">>])),
    ?assertEqual({error, not_authorized}, Ask([<<"b">>, <<"c">>])),
    ?assertEqual({error, plugin_chain_exhausted}, Ask([<<"a">>, <<"c">>])).

conditions() ->
    Pid = connected(#{password => token(<<"\"acl\":[{\"permission\":\"allow\",\"action\":\"publish\","
                                          "\"topic\":\"t\",\"qos\":[1],\"retain\":true,"
                                          "\"ipaddr\":\"192.0.2.0/24\"},{\"permission\":\"allow\","
                                          "\"action\":\"subscribe\",\"topic\":\"t\",\"qos\":[0]},"
                                          "{\"permission\":\"deny\",\"action\":\"all\","
                                          "\"topic\":\"#\"}]">>)}),
    ?assertEqual(ok, broker:publish(Pid, <<"t">>, 1, true)),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"t">>, 1, false)),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"t">>, 0, true)),
    ?assertEqual([ok, {error, not_authorized}], [broker:subscribe(Pid, [{<<"t">>, Q}]) || Q <- [0, 1]]).

certificate() ->
    Digest = <<"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0">>,
    Bound = #{password => token(<<"\"cnf\":{\"x5t#S256\":\"", Digest/binary, "\"}">>)},
    [begin
         Listener = fun(Certificate) -> Bound#{version => V, metadata => #{client_cert => Certificate}} end,
         ?assertMatch({connected, _, _}, broker:connect(?ID, Listener(<<"abc">>))),
         ?assertMatch({refused, _}, broker:connect(?ID, Listener(<<"abd">>))),
         ?assertMatch({refused, _}, broker:connect(?ID, Listener(undefined))),
         ?assertMatch({refused, _}, broker:connect(?ID, Bound#{version => V}))
     end || V <- [4, 5]].

no_match() ->
    Pid = connected(#{password => token(<<"\"exp\":", (in(60))/binary>>)}),
    ?assertEqual({error, plugin_chain_exhausted}, broker:publish(Pid, <<"t">>, 0)),
    Hooks = persistent_term:get(vmq_plugin),
    vmq_plugin:chain(Hooks ++ [{auth_on_publish_m5, 7, fun(_) -> ok end}]),
    ?assertEqual(ok, broker:publish(Pid, <<"t">>, 0)).

username() ->
    reconfigure(#{secret => jwt_auth_fixture:secret(), username_claim => sub}),
    Own = <<"\"acl\":{\"all\":[\"%u/#\"]}">>,
    [begin
         {connected, Pid, Modifiers} =
             broker:connect(?ID, #{password => token(Own), username => <<"bob">>, version => V}),
         ?assertMatch(#{username := <<"alice">>}, Modifiers),
         ?assertEqual(ok, broker:publish(Pid, <<"alice/a">>, 0)),
         ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"bob/a">>, 0))
     end || V <- [4, 5]],
    Wildcard = made(jwt_auth_fixture:token(<<"{\"sub\":\"#\"}">>)),
    ?assertEqual({refused, invalid_credentials},
                 broker:connect(?ID, #{password => Wildcard, version => 4})).

lifetime() ->
    [begin
         {connected, Pid, Modifiers} =
             broker:connect(?ID, #{password => token(<<"\"exp\":", (in(2))/binary>>), version => V}),
         #{max_connection_lifetime := Seconds} = Modifiers,
         ?assert(Seconds =:= 1 orelse Seconds =:= 2),
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
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"own/a">>, 0)),
    ?assertEqual({shutdown, normal}, broker:closed(Pid)),
    <<Digest:32, _/binary>> = crypto:hash(sha256, Token),
    ?assert(logged(iolist_to_binary(io_lib:format("the session of token ~8.16.0b ends: revoked", [Digest])))),
    ?assertEqual(ok, broker:publish(Stays, <<"own/a">>, 0)).

auth() ->
    By = fun(Method, Token) -> broker:connect(?ID, #{auth => {Method, Token}}) end,
    {connected, Pid, _} = By(<<"jwt">>, token()),
    ?assertEqual(ok, broker:publish(Pid, <<"own/a">>, 0)),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"a">>, 0)),
    ?assertEqual({refused, #{reason_code => bad_username_or_password}}, By(<<"jwt">>, <<"hunter2">>)),
    ?assertEqual({refused, plugin_chain_exhausted}, By(<<"SCRAM-SHA-256">>, token())),
    %% What it has in its password does not count.
    ?assertMatch({refused, _}, broker:connect(?ID, #{auth => {<<"jwt">>, <<"x">>}, password => token()})).

renewal() ->
    First = token(<<"\"acl\":{\"all\":[\"a\"]},\"exp\":", (in(3))/binary>>),
    {connected, Pid, Modifiers} = broker:connect(?ID, #{auth => {<<"jwt">>, First}}),
    %% VerneMQ could not be told of the new end.
    ?assertNot(maps:is_key(max_connection_lifetime, Modifiers)),
    Next = token(<<"\"acl\":{\"all\":[\"b\"]},\"exp\":", (in(6))/binary>>),
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

failure() ->
    %% Improper arguments, with a password that a stack trace would show.
    Hook = fun(Arguments) -> vmq_plugin:all_till_ok(auth_on_register, Arguments) end,
    Token = token(),
    ?assertEqual({error, invalid_credentials}, Hook([peer, {"", no_binary}, undefined, Token, true])),
    ?assertEqual({error, invalid_credentials}, Hook([peer, {"", ?ID}, undefined, {encrypted, Token}, true])),
    Pid = connected(#{password => token()}),
    Publish = fun(User, Id) -> vmq_jwt_auth:auth_on_publish(User, Id, 0, improper, <<>>, false) end,
    ?assertEqual({error, not_authorized}, broker:call(Pid, {run, Publish})),
    ?assert(logged(<<"the callback auth_on_register failed with error in">>)).

file() ->
    Before = connected(#{password => token()}),
    ?assertEqual(ok, broker:publish(Before, <<"own/a">>, 0)),
    ok = file:write_file(config_file(), <<"{\"secret\":1}">>),
    {error, _} = jwt_auth_config_file:look(),
    ?assert(logged(<<"not accepted, the old one stays: ">>)),
    ?assertEqual(ok, broker:publish(Before, <<"own/a">>, 0)),
    reconfigure(#{secret => jwt_auth_fixture:other_secret()}),
    ?assertMatch({refused, _}, broker:connect(<<"c2">>, #{password => token()})),
    ?assertEqual({shutdown, normal}, broker:closed(Before)).

lost() ->
    Pid = connected(#{password => token()}),
    %% vmq_acl of VerneMQ, say, which permits everything as it comes.
    vmq_plugin:chain(persistent_term:get(vmq_plugin) ++ [{auth_on_publish_m5, 7, fun(_) -> ok end}]),
    true = ets:delete_all_objects(vmq_jwt_auth_sessions),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"other">>, 0)).

stopped() ->
    Pid = connected(#{password => token()}),
    ok = application:stop(vmq_jwt_auth),
    ?assertEqual({error, not_authorized}, broker:publish(Pid, <<"own/a">>, 0)),
    ?assertMatch({refused, #{reason_code := server_unavailable}},
                 broker:connect(<<"c2">>, #{password => token()})),
    ok = file:delete(config_file()),
    {ok, _} = application:ensure_all_started(vmq_jwt_auth),
    ?assert(logged(<<"not accepted, so every client is refused">>)),
    ?assertMatch({refused, #{reason_code := server_unavailable}},
                 broker:connect(<<"c2">>, #{password => token()})).
