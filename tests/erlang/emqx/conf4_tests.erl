%% The schema and the configuration file of EMQX 4, read by a small stand-in for cuttlefish, which
%% judges before the plugin: a name without a mapping, and a value of another type, is an error.
%% Cuttlefish itself is not in Debian.
-module(conf4_tests).
-include_lib("eunit/include/eunit.hrl").

-define(APPLICATION, emqx_jwt_auth).

all_test_() ->
    [{"the shipped file gives every line", fun shipped/0},
     {"lines become a setting, whatever they say", fun lines/0},
     {"the name of a claim may have dots", fun dots/0},
     {"the flag of verify_claims takes the claims away", fun no_claims/0},
     {"an option of the library is one of the file, too", fun option/0},
     {"a client is checked as the file says", fun client/0},
     {"a wrong value is told by the plugin", told("jwt_auth.from = header", <<"from">>)},
     {"an unknown name is told by the plugin", told("jwt_auth.secrets = x", <<"secrets">>)},
     {"so is one with many parts", told("jwt_auth.a.b.c.d = x", <<"a.b.c.d">>)},
     {"a file may be named, and is used then", fun config_file/0},
     {"the shipped file alone refuses everybody", fun closed/0}].

application() -> filename:dirname(filename:dirname(code:which(emqx_jwt_auth_app))).

%% The settings of the application, for these lines after those of the shipped file.
settings(Lines) ->
    {ok, Shipped} = file:read_file(filename:join(application(), "etc/emqx_jwt_auth.conf")),
    Given = maps:from_list([line(Line) || Line <- string:lexemes(lists:flatten([binary_to_list(Shipped), "\n", Lines]), "\n"),
                                          hd(Line) =/= $#]),
    Schema = schema(),
    Mappings = [{string:lexemes(Name, "."), Setting, Options}
                || {mapping, Name, Setting, Options} <- Schema],
    Defaults = maps:from_list([{Name, proplists:get_value(default, Options)}
                               || {Name, _, Options} <- Mappings, proplists:is_defined(default, Options)]),
    Values = [{Name, typed(Name, Value, Mappings)} || {Name, Value} <- maps:to_list(maps:merge(Defaults, Given))],
    maps:from_list([{setting(Setting), Fun(Values)} || {translation, Setting, Fun} <- Schema]).

schema() ->
    {ok, Text} = file:read_file(filename:join(application(), "priv/emqx_jwt_auth.schema")),
    {ok, Tokens, _} = erl_scan:string(binary_to_list(Text)),
    [evaluate(Form) || Form <- forms(Tokens, [])].

forms([], []) -> [];
forms([{dot, _} = Dot | Tokens], Form) -> [lists:reverse([Dot | Form]) | forms(Tokens, [])];
forms([Token | Tokens], Form) -> forms(Tokens, [Token | Form]).

evaluate(Form) ->
    {ok, Exprs} = erl_parse:parse_exprs(Form),
    {value, Value, _} = erl_eval:exprs(Exprs, []),
    Value.

line(Line) ->
    [Name, Value] = [string:trim(Part) || Part <- string:split(Line, "=")],
    true = Value =/= "",
    {string:lexemes(Name, "."), Value}.

%% The mapping of a name, an exact one before a fuzzy one.
typed(Name, Value, Mappings) ->
    case [Options || Exact <- [Name, fuzzy], {Mapping, _, Options} <- Mappings, matches(Exact, Mapping, Name)] of
        [Options | _] -> string = proplists:get_value(datatype, Options), Value;
        [] -> error({unknown, Name})
    end.

matches(fuzzy, Mapping, Name) ->
    length(Mapping) =:= length(Name)
        andalso lists:all(fun({M, N}) -> M =:= N orelse hd(M) =:= $$ end, lists:zip(Mapping, Name));
matches(Name, Mapping, _) -> Name =:= Mapping.

setting(Name) ->
    ["emqx_jwt_auth", Setting] = string:lexemes(Name, "."),
    list_to_atom(Setting).

of_lines(Lines) -> maps:get(lines, settings(Lines)).

shipped() ->
    ?assertEqual([{"acl_claim_name", "acl"}, {"disconnect_after_expire", "true"}, {"from", "password"},
                  {"on_missing", "deny"}, {"secret_base64_encoded", "false"}, {"signature_format", "default"}],
                 lists:sort(of_lines(""))).

lines() ->
    Lines = of_lines("jwt_auth.secret = word\njwt_auth.from = header\njwt_auth.secrets = x\n"
                     "jwt_auth.verify_claims.sub = %u\njwt_auth.advanced = {\"a\": [1]}\n"),
    ?assertEqual([], [{"secret", "word"}, {"from", "header"}, {"secrets", "x"}, {"verify_claims.sub", "%u"},
                      {"advanced", "{\"a\": [1]}"}] -- Lines).

start(Lines) ->
    fixture:start(#{}),
    ok = application:stop(?APPLICATION),
    application:set_env(?APPLICATION, lines, of_lines(Lines)),
    ok = application:start(?APPLICATION).

secret() -> ["jwt_auth.secret = ", binary_to_list(fixture:secret()), "\n"].

answer(Claims) -> element(2, fixture:connect(fixture:token(Claims))).

dots() ->
    start([secret(), "jwt_auth.verify_claims.a.b = %u\n"]),
    ?assertMatch({ok, _}, answer(<<"{\"a.b\": \"u1\"}">>)),
    ?assertEqual({error, bad_username_or_password}, answer(<<"{\"a.b\": \"u2\"}">>)),
    fixture:stop(ok).

no_claims() ->
    start([secret(), "jwt_auth.verify_claims = off\njwt_auth.verify_claims.sub = x\n"]),
    ?assertMatch({ok, _}, answer(#{})),
    fixture:stop(ok).

option() ->
    start([secret(), "jwt_auth.require_exp = true\njwt_auth.leeway = 100\n"]),
    ?assertEqual({error, bad_username_or_password}, answer(#{})),
    ?assertMatch({ok, _}, answer(#{exp => fixture:now() - 50})),
    fixture:stop(ok).

client() ->
    start([secret(), "jwt_auth.verify_claims.sub = %u\njwt_auth.advanced = {\"leeway\": 100}\n"]),
    ?assertEqual({ok, #{is_superuser => false}}, answer(#{sub => u1, exp => fixture:now() - 50})),
    ?assertEqual({error, bad_username_or_password}, answer(#{sub => u2})),
    ?assertEqual({error, bad_username_or_password}, answer(#{sub => u1, exp => fixture:now() - 150})),
    fixture:stop(ok).

told(Line, Named) ->
    fun() ->
        start([secret(), Line]),
        ?assertEqual({error, server_unavailable}, answer(#{})),
        {error, Text} = emqx_jwt_auth_app:on_health_check(#{}),
        ?assertNotEqual({nomatch, Text}, {binary:match(Text, Named), Text}),
        fixture:stop(ok)
    end.

config_file() ->
    File = filename:join(broker_node:data(), "options"),
    ok = filelib:ensure_dir(File),
    ok = file:write_file(File, [<<"{\"secret\": \"">>, fixture:secret(), <<"\", \"require_exp\": true}">>]),
    start(["jwt_auth.secret = not this one\njwt_auth.config_file = ", File]),
    ok = file:write_file(File, [<<"{\"secret\": \"">>, fixture:secret(), <<"\", \"require_exp\": true}">>]),
    ok = gen_server:call(emqx_jwt_auth_session_reaper, refresh_config),
    ?assertEqual({error, bad_username_or_password}, answer(#{})),
    ?assertMatch({ok, _}, answer(#{exp => fixture:now() + 50})),
    fixture:stop(ok).

closed() ->
    start(""),
    ?assertEqual({error, server_unavailable}, answer(#{})),
    fixture:stop(ok).
