%% The lines jwt_auth.NAME = TEXT of etc/emqx_jwt_auth.conf in EMQX 4, as the form of EMQX 5.
%%
%% cuttlefish hands over names and text. A name that is none of the form's is an option of the
%% library, or an error that the library tells.
-module(emqx_jwt_auth_lines).

-export([form/0, config_file/0, reread/0]).

%% The fields that hold text, whatever it looks like.
-define(TEXTS, ["secret", "from", "public_key", "signature_format", "secret_file", "jwks_file",
                "endpoint", "acl_claim_name", "revocations_file", "on_missing", "advanced"]).
-define(CLAIM, "verify_claims.").

-spec form() -> map().
form() ->
    Lines = lines(),
    Claims = [#{<<"name">> => text(Name), <<"value">> => text(Value)}
              || {?CLAIM ++ Name, Value} <- Lines],
    Others = [{text(Name), value(Name, Value)} || {Name, Value} <- Lines, is_option(Name, Value)],
    maps:from_list(Others ++ [{<<"verify_claims">>, Claims}
                              || not lists:member({"verify_claims", "off"}, Lines)]).

%% The line that names a JSON file.
-spec config_file() -> string().
config_file() ->
    proplists:get_value("config_file", lines(), "").

lines() ->
    application:get_env(emqx_jwt_auth, lines, []).

is_option("verify_claims", Flag) when Flag =:= "on"; Flag =:= "off" -> false;
is_option(?CLAIM ++ _, _) -> false;
is_option(_, _) -> true.

value(Name, Text) ->
    case lists:member(Name, ?TEXTS) of
        true -> text(Text);
        false -> typed(Text)
    end.

typed("true") -> true;
typed("false") -> false;
typed(Text) ->
    try
        list_to_integer(Text)
    catch
        error:badarg -> text(Text)
    end.

text(Text) ->
    unicode:characters_to_binary(Text).

%% Reads the file again as the broker does when it loads the plugin, which would stop the plugin
%% first. After an error the lines stay what they were.
-spec reread() -> ok | {error, binary()}.
reread() ->
    try emqx_plugins:generate_configs(emqx_jwt_auth) of
        Applications when is_list(Applications) ->
            Settings = proplists:get_value(emqx_jwt_auth, Applications, []),
            application:set_env(emqx_jwt_auth, lines, proplists:get_value(lines, Settings, []));
        _ ->
            unreadable()
    catch
        _:_ -> unreadable()
    end.

unreadable() ->
    {error, <<"etc/emqx_jwt_auth.conf: a line of it cannot be read">>}.
