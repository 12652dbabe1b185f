%% Which configuration EMQX 5 and 6 give, and what is done where there is none.
-module(config5_tests).
-include_lib("eunit/include/eunit.hrl").

-import(fixture, [token/1, client/1, connect/1]).

all_test_() ->
    [{setup, fun fixture:start/0, fun(_) -> os:unsetenv("EMQX_JWT_AUTH_CONFIG"), os:unsetenv("EMQX_ETC_DIR"),
                                            fixture:stop(ok) end, {Name, Test}} ||
        {Name, Test} <- [
            {"settings that EMQX cannot read do not bring an old file into force", fun unreadable/0},
            {"the file that is set is used, form or no form", fun file_is_set/0},
            {"a form that is saved where a file is set is refused", fun form_beside_file/0},
            {"a file may begin with a byte order mark", fun byte_order_mark/0},
            {"what a file says counts, however it is spelled", fun escaped/0},
            {"a file is waited for, though its path has escapes", files("\\/", "x")},
            {"a file is waited for, whatever is before its path", files("/", lists:duplicate(2000, $x))},
            {"a file that is set and gone is an error", fun file_is_gone/0},
            {"a file that is no UTF-8 is an error, and the plugin starts", fun no_utf8/0},
            {"a file that appears late does not open the broker", fun late_file/0},
            {"a configuration that was refused and not stored is no fault", fun not_stored/0},
            {"one that was refused and stored is a fault, and not started with", fun stored/0}]].

refresh() -> ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config).

restart() ->
    ok = application:stop(emqx_jwt_auth),
    ok = application:start(emqx_jwt_auth).

write(Name, Text) ->
    File = filename:join(broker_node:data(), Name),
    ok = file:write_file(File, Text),
    File.

json(Secret, More) -> <<"{\"secret\": \"", Secret/binary, "\"", More/binary, "}">>.

stale() -> <<"a stale secret, which is a long one too">>.

unreadable() ->
    _ = write("emqx_jwt_auth.json", json(stale(), <<>>)),
    os:putenv("EMQX_ETC_DIR", broker_node:data()),
    persistent_term:put({broker, plugin_config}, #{}),
    refresh(),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"config.hocon">>)),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(fixture:token(#{}, stale()))),
    restart(),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(fixture:token(#{}, stale()))),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    ok = file:delete(filename:join(broker_node:data(), "emqx_jwt_auth.accepted.json")),
    restart(),
    ?assertMatch({_, {error, server_unavailable}}, connect(token(#{}))),
    ?assertMatch({_, {error, server_unavailable}}, connect(fixture:token(#{}, stale()))).

file_is_set() ->
    Other = <<"the secret of the file, a long one">>,
    File = write("options.json", json(Other, <<>>)),
    os:putenv("EMQX_JWT_AUTH_CONFIG", File),
    refresh(),
    ?assertMatch({_, {ok, _}}, connect(fixture:token(#{}, Other))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(undefined))),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).

%% Also where the broker stores it all the same.
form_beside_file() ->
    Other = <<"the secret of the file, a long one">>,
    File = write("options.json", json(Other, <<>>)),
    os:putenv("EMQX_JWT_AUTH_CONFIG", File),
    refresh(),
    Good = #{<<"secret">> => fixture:secret()},
    {error, Text} = emqx_jwt_auth_app:on_config_changed(#{}, Good),
    ?assertNotEqual(nomatch, binary:match(Text, list_to_binary(File))),
    [begin
         ok = broker:put(Form),
         ?assertMatch({_, {ok, _}}, connect(fixture:token(#{}, Other))),
         ?assertMatch({_, {error, bad_username_or_password}}, connect(token(#{}))),
         ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{}))
     end || Form <- [Good, bad()]],
    ?assertEqual(3, length(binary:matches(fixture:logged(), <<"the form that was saved is not used">>))).

%% Its clients without a token are refused as those of any other file.
byte_order_mark() ->
    Mark = <<16#ef, 16#bb, 16#bf>>,
    Other = <<"the secret of the file, a long one">>,
    os:putenv("EMQX_JWT_AUTH_CONFIG", write("options.json", [Mark, json(Other, <<>>)])),
    refresh(),
    ?assertMatch({_, {ok, _}}, connect(fixture:token(#{}, Other))),
    ?assertMatch({_, {error, bad_username_or_password}}, connect(client(undefined))),
    _ = write("options.json", [Mark, json(Other, <<", \"on_missing\": \"ignore\"">>)]),
    refresh(),
    ?assertEqual({ok, anonymous}, {emqx_jwt_auth_app:on_health_check(#{}),
                                   element(2, connect(client(undefined)))}).

%% What the plugin itself looks at among the options of the library.
escaped() ->
    Looked = fun(More) ->
                 os:putenv("EMQX_JWT_AUTH_CONFIG", write("options.json", json(stale(), More))),
                 refresh(),
                 ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
                 {emqx_jwt_auth_active_config:leaves_to_others(),
                  emqx_jwt_auth_active_config:token_is_username()}
             end,
    ?assertEqual([{false, false}, {true, false}, {true, false}, {false, true}],
                 [Looked(More) || More <- [<<", \"on_missing\": \"deny\", \"from\": \"password\"">>,
                                           <<", \"\\u006fn_missing\": \"\\u0069gnore\"">>,
                                           <<", \"on_malformed\": \"ignore\"">>,
                                           <<", \"from\": \"\\u0075sername\"">>]]).

files(Slash, Schema) ->
    fun() ->
        Other = <<"the secret of the file, a long one">>,
        File = filename:join(broker_node:data(), "secret"),
        Path = string:replace(File, "/", Slash, all),
        Json = ["{\"$schema\": \"", Schema, "\", \"secret_file\": \"", Path, "\"}"],
        os:putenv("EMQX_JWT_AUTH_CONFIG", write("options.json", Json)),
        refresh(),
        ?assertMatch({error, _}, emqx_jwt_auth_app:on_health_check(#{})),
        ok = file:write_file(File, Other),
        refresh(),
        ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
        ?assertMatch({_, {ok, _}}, connect(fixture:token(#{}, Other)))
    end.

file_is_gone() ->
    os:putenv("EMQX_JWT_AUTH_CONFIG", filename:join(broker_node:data(), "none.json")),
    refresh(),
    {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"cannot be read">>)),
    restart(),
    ?assertMatch({_, {error, server_unavailable}}, connect(token(#{}))).

no_utf8() ->
    Json = json(fixture:secret(), <<>>),
    [begin
         os:putenv("EMQX_JWT_AUTH_CONFIG", write("options.json", Text)),
         restart(),
         ?assertMatch({error, _}, emqx_jwt_auth_app:on_health_check(#{})),
         ?assertMatch({_, {ok, _}}, connect(token(#{}))),
         ?assertEqual(0, fixture:counted(crashed))
     end || Text <- [unicode:characters_to_binary(Json, utf8, {utf16, little}),
                     json(<<"caf", 16#e9>>, <<>>), <<16#ff>>]].

%% The file of the secret appears between two attempts: the library is asked once, with the deny.
late_file() ->
    File = filename:join(broker_node:data(), "secret"),
    Text = iolist_to_binary(["{\"secret_file\": \"", File, "\"}"]),
    Tried = fun(Json) ->
                put(tried, [iolist_to_binary(Json) | get_tried()]),
                Answer = jwt_auth:new(Json),
                ok = file:write_file(File, fixture:secret()),
                Answer
            end,
    ?assertMatch({error, <<"`secret_file`: ", _/binary>>},
                 emqx_jwt_auth_config:load({file, "x", {ok, Text}}, Tried)),
    ?assertMatch([<<"{\"on_missing\":\"deny\"", _/binary>>], get_tried()),
    Ignoring = <<"{\"on_missing\": \"ignore\", \"secret_file\": \"", (list_to_binary(File))/binary, "\"}">>,
    ?assertMatch({accepted, {ok, _}, Ignoring}, emqx_jwt_auth_config:load({file, "x", {ok, Ignoring}}, Tried)).

get_tried() ->
    case get(tried) of
        undefined -> [];
        Tried -> Tried
    end.

bad() -> #{<<"secret">> => fixture:secret(), <<"from">> => <<"header">>}.

not_stored() ->
    ?assertMatch({error, <<"`from`", _/binary>>}, emqx_jwt_auth_app:on_config_changed(#{}, bad())),
    refresh(),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})),
    ?assertEqual([], broker_node:alarms()).

stored() ->
    ok = broker:put(bad()),
    refresh(),
    ?assertMatch({error, _}, emqx_jwt_auth_app:on_health_check(#{})),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    restart(),
    ?assertMatch({_, {ok, _}}, connect(token(#{}))),
    ?assertMatch({error, _}, emqx_jwt_auth_app:on_health_check(#{})),
    ok = broker:put(#{<<"secret">> => fixture:secret()}),
    ?assertEqual(ok, emqx_jwt_auth_app:on_health_check(#{})).
