%% The schema and the configuration file of EMQX 4, read by a small stand-in for cuttlefish: values
%% by data type, defaults, and translations. Cuttlefish itself is not in Debian.
-module(conf4_tests).
-include_lib("eunit/include/eunit.hrl").

-define(APPLICATION, emqx_jwt_auth).

all_test_() ->
    [{"the shipped file gives every setting", fun shipped/0},
     {"a value of another kind is an error", fun wrong_value/0},
     {"an unknown line is an error", fun unknown_line/0},
     {"lines become settings", fun lines/0},
     {"the flag of verify_claims takes the claims away", fun no_claims/0},
     {"a client is checked as the file says", fun client/0},
     {"the shipped file alone refuses everybody", fun closed/0}].

application() -> filename:dirname(filename:dirname(code:which(emqx_jwt_auth_app))).

%% The settings of the application, for these lines after those of the shipped file.
settings(Lines) ->
    {ok, Shipped} = file:read_file(filename:join(application(), "etc/emqx_jwt_auth.conf")),
    Conf = [line(Line) || Line <- string:lexemes(lists:flatten([binary_to_list(Shipped), "\n", Lines]), "\n"),
                          hd(Line) =/= $#],
    Schema = schema(),
    Mappings = [{string:lexemes(Name, "."), Setting, Options}
                || {mapping, Name, Setting, Options} <- Schema],
    Given = maps:from_list([typed(Name, Value, Mappings) || {Name, Value} <- Conf]),
    Defaults = maps:from_list([{Name, from_default(Options)}
                               || {Name, _, Options} <- Mappings, {default, _} <- Options]),
    Values = maps:to_list(maps:merge(Defaults, Given)),
    Plain = [{setting(Setting), Value} || {Name, Setting, _} <- Mappings, {N, Value} <- Values, N =:= Name],
    Translated = [{setting(Setting), Fun(Values)} || {translation, Setting, Fun} <- Schema],
    maps:merge(maps:from_list(Plain), maps:from_list(Translated)).

schema() ->
    {ok, Text} = file:read_file(filename:join(application(), "priv/emqx_jwt_auth.schema")),
    {ok, Tokens, _} = erl_scan:string(binary_to_list(Text)),
    [evaluate(Form) || Form <- forms(Tokens, [])].

forms([], []) -> [];
forms([{dot, _} = Dot | Tokens], Form) -> [lists:reverse([Dot | Form]) | forms(Tokens, [])];
forms([Token | Tokens], Form) -> forms(Tokens, [Token | Form]).

%% The functions of cuttlefish that a translation may call.
evaluate(Form) ->
    {ok, Exprs} = erl_parse:parse_exprs(Form),
    Functions = {value, fun({cuttlefish, conf_get}, [Name, Conf]) ->
                                proplists:get_value(string:lexemes(Name, "."), Conf);
                           ({cuttlefish_variable, filter_by_prefix}, [Prefix, Conf]) ->
                                Parts = string:lexemes(Prefix, "."),
                                [Line || {Name, _} = Line <- Conf, lists:prefix(Parts, Name)]
                        end},
    {value, Value, _} = erl_eval:exprs(Exprs, [], none, Functions),
    Value.

line(Line) ->
    [Name, Value] = [string:trim(Part) || Part <- string:split(Line, "=")],
    {string:lexemes(Name, "."), Value}.

typed(Name, Value, Mappings) ->
    case [Options || {Mapping, _, Options} <- Mappings, matches(Mapping, Name)] of
        [Options] -> {Name, value(proplists:get_value(datatype, Options), Value)};
        [] -> error({unknown, Name})
    end.

matches([], []) -> true;
matches([[$$ | _] | Mapping], [_ | Name]) -> matches(Mapping, Name);
matches([Part | Mapping], [Part | Name]) -> matches(Mapping, Name);
matches(_, _) -> false.

from_default(Options) ->
    case {proplists:get_value(datatype, Options), proplists:get_value(default, Options)} of
        {Type, Default} when is_atom(Default) -> value(Type, atom_to_list(Default));
        {Type, Default} -> value(Type, Default)
    end.

value(string, Value) -> Value;
value(flag, "on") -> true;
value(flag, "off") -> false;
value({enum, Atoms}, Value) ->
    case [Atom || Atom <- Atoms, atom_to_list(Atom) =:= Value] of
        [Atom] -> Atom;
        [] -> error({not_one_of, Atoms})
    end.

setting(Name) ->
    ["emqx_jwt_auth", Setting] = string:lexemes(Name, "."),
    list_to_atom(Setting).

shipped() ->
    ?assertEqual(#{secret => "", from => password, public_key => "", signature_format => default,
                   acl_claim_name => "acl", verify_claims => [], secret_base64_encoded => false,
                   secret_file => "", endpoint => "", jwks_file => "", on_missing => deny,
                   disconnect_after_expire => true, revocations_file => "", advanced => ""},
                 settings("")).

wrong_value() -> ?assertError({not_one_of, _}, settings("jwt_auth.from = header")).
unknown_line() -> ?assertError({unknown, ["jwt_auth", "secrets"]}, settings("jwt_auth.secrets = x")).

lines() ->
    ?assertMatch(#{secret := "word", from := username, signature_format := raw,
                   verify_claims := [{"aud", "x"}, {"sub", "%u"}]},
                 settings("jwt_auth.secret = word\njwt_auth.from = username\n"
                          "jwt_auth.signature_format = raw\n"
                          "jwt_auth.verify_claims.sub = %u\njwt_auth.verify_claims.aud = x\n")).

no_claims() ->
    ?assertMatch(#{verify_claims := []},
                 settings("jwt_auth.verify_claims = off\njwt_auth.verify_claims.sub = %u\n")).

start(Lines) ->
    fixture:start(#{}),
    ok = application:stop(?APPLICATION),
    _ = [application:set_env(?APPLICATION, Setting, Value) || {Setting, Value} <- maps:to_list(settings(Lines))],
    ok = application:start(?APPLICATION).

client() ->
    start(["jwt_auth.secret = ", binary_to_list(fixture:secret()), "\njwt_auth.verify_claims.sub = %u\n"
           "jwt_auth.advanced = {\"leeway\": 100}\n"]),
    Answer = fun(Claims) -> element(2, fixture:connect(fixture:token(Claims))) end,
    ?assertEqual({ok, #{is_superuser => false}}, Answer(#{sub => u1, exp => fixture:now() - 50})),
    ?assertEqual({error, bad_username_or_password}, Answer(#{sub => u2})),
    ?assertEqual({error, bad_username_or_password}, Answer(#{sub => u1, exp => fixture:now() - 150})),
    fixture:stop(ok).

closed() ->
    start(""),
    ?assertEqual({error, server_unavailable}, element(2, fixture:connect(fixture:token(#{})))),
    fixture:stop(ok).
