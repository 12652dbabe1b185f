%% A newer version is installed in a running node, while clients connect and publish.
-module(upgrade_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1]).

-define(DEVICES, 50).
-define(PUSHERS, 8).

all_test_() ->
    {timeout, 60, {"an upgrade under load brings its own library, and nobody else in", fun upgrade/0}}.

upgrade() ->
    ok = loader:install(os:getenv("JWT_AUTH_PACKAGE"), "before"),
    fixture:start(),
    Old = jwt_auth:version(),
    Devices = [start_device(N) || N <- lists:seq(1, ?DEVICES)],
    ?assertEqual([allow, deny], [ask(hd(Devices), Topic) || Topic <- [<<"t">>, <<"x">>]]),
    Pushers = [spawn_link(fun() -> push([]) end) || _ <- lists:seq(1, ?PUSHERS)],
    timer:sleep(200),
    %% What EMQX does for `plugins stop`, `install` and `start`.
    ok = application:stop(emqx_jwt_auth),
    {ok, Modules} = application:get_key(emqx_jwt_auth, modules),
    _ = [code:soft_purge(Module) || Module <- Modules],
    ok = application:unload(emqx_jwt_auth),
    ok = loader:install(next(Old), "after"),
    fixture:set(#{secret => fixture:secret()}),
    ok = application:start(emqx_jwt_auth),
    New = jwt_auth:version(),
    ?assertEqual({ok, binary_to_list(New)}, application:get_key(emqx_jwt_auth, vsn)),
    ?assertNotEqual(Old, New),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    timer:sleep(500),
    Answers = lists:append([stop(Pusher) || Pusher <- Pushers]),
    %% Garbage is refused at every moment, and a good token before and after.
    ?assertEqual([], [Answer || {garbage, Answer} <- Answers, element(1, Answer) =/= error]),
    Good = [Answer || {good, Answer} <- Answers],
    ?assertMatch([{ok, _}, {ok, _}], [hd(Good), lists:last(Good)]),
    ?assertEqual([], lists:usort([Answer || {error, _} = Answer <- Good]) -- [{error, server_unavailable}]),
    %% The devices are told to come back.
    fixture:until(fun() -> not lists:any(fun is_process_alive/1, Devices) end),
    ?assertEqual([], [Line || Line <- binary:split(fixture:logged(), <<"\n">>, [global]),
                              binary:match(Line, <<"the callback">>) =/= nomatch]),
    {ok, Mapped} = file:read_file("/proc/self/maps"),
    ?assertMatch({match, _}, re:run(Mapped, "after/.*jwt_auth_nif.so")),
    Late = start_device(0),
    ?assertEqual(allow, ask(Late, <<"t">>)),
    fixture:stop(ok).

%% The package of the next version, whose library tells this version too.
next(Old) ->
    {ok, Files} = erl_tar:extract(os:getenv("JWT_AUTH_NEXT_PACKAGE"), [compressed, memory]),
    Package = filename:absname("next.tar.gz"),
    Told = fun(Bytes) -> binary:replace(Bytes, <<0, Old/binary, 0>>, <<0, "0.9.9", 0>>) end,
    ok = erl_tar:create(Package, [case filename:basename(Name) of
                                      "jwt_auth_nif.so" -> {Name, Told(Bytes)};
                                      _ -> {Name, Bytes}
                                  end || {Name, Bytes} <- Files], [compressed]),
    Package.

%% A client that stays, in a process that ends when the broker asks it to.
start_device(N) ->
    Client = (client(token(#{acl => #{all => [<<"t">>]}})))#{clientid => integer_to_binary(N)},
    Tester = self(),
    Pid = spawn(fun() ->
                    {ok, _} = broker:connect(Client),
                    broker_node:channel(self(), Client, connected),
                    Tester ! {self(), accepted},
                    device(Client)
                end),
    receive {Pid, accepted} -> Pid end.

device(Client) ->
    receive
        {ask, From, Topic} ->
            Action = #{action_type => publish, qos => 0, retain => false},
            From ! {self(), broker:may(maps:remove(password, Client), Action, Topic)},
            device(Client);
        {disconnect, 16#87, not_authorized, #{}} ->
            ok
    end.

ask(Device, Topic) ->
    Device ! {ask, self(), Topic},
    receive {Device, Answer} -> Answer end.

push(Answers) ->
    receive
        {stop, From} -> From ! {self(), lists:reverse(Answers)}
    after 0 ->
        Try = fun(Kind, Token) -> {Kind, element(2, fixture:connect(client(Token)))} end,
        push([Try(garbage, <<"garbage">>), Try(good, token(#{})) | Answers])
    end.

stop(Pusher) ->
    Pusher ! {stop, self()},
    receive {Pusher, Answers} -> Answers end.
