%% Reads the configuration from the broker, and turns it into JSON for the library. It comes from
%%
%%   EMQX 5.7 and later   the form in the dashboard
%%   EMQX 5.0 to 5.6      a JSON file with the options of the library: etc/emqx_jwt_auth.json, or
%%                        the one that the setting config_file of the application names, or the
%%                        environment variable EMQX_JWT_AUTH_CONFIG
%%   EMQX 4               etc/emqx_jwt_auth.conf of the plugin, which becomes settings of the
%%                        application
-module(emqx_jwt_auth_config).

-export([current/0, load/2]).
-export_type([source/0]).

-type source() :: {form, map()} | {file, file:filename(), {ok, binary()} | {error, atom()}}.

%% The settings of EMQX 4. Those that are strings are not set if they are empty.
-define(OPTIONS, [secret, from, public_key, signature_format, verify_claims, secret_file,
                  secret_base64_encoded, jwks_file, endpoint, acl_claim_name,
                  disconnect_after_expire, revocations_file, on_missing, advanced]).

%% What the broker has now.
-spec current() -> source().
current() ->
    case emqx_jwt_auth_broker:generation() of
        v4 -> {form, settings()};
        _ -> current(emqx_jwt_auth_broker:plugin_config())
    end.

current(none) ->
    Path = path(),
    {file, Path, file:read_file(Path)};
current(Form) ->
    {form, Form}.

path() ->
    Set = application:get_env(emqx_jwt_auth, config_file),
    case {os:getenv("EMQX_JWT_AUTH_CONFIG"), Set} of
        {Path, _} when is_list(Path), Path =/= "" -> Path;
        {_, {ok, Path}} -> Path;
        _ -> filename:join(os:getenv("EMQX_ETC_DIR", "etc"), "emqx_jwt_auth.json")
    end.

%% The settings of the application, with text as binaries.
settings() ->
    maps:from_list([{atom_to_binary(Option, utf8), text(Value)}
                    || Option <- ?OPTIONS,
                       {ok, Value} <- [application:get_env(emqx_jwt_auth, Option)]]).

text([{_, _} | _] = Claims) ->
    [#{name => text(Name), value => text(Value)} || {Name, Value} <- Claims];
text(Text) when is_list(Text) -> unicode:characters_to_binary(Text);
text(Boolean) when is_boolean(Boolean) -> Boolean;
text(Word) when is_atom(Word) -> atom_to_binary(Word, utf8);
text(Other) -> Other.

%% Gives the configuration to Load, which makes or reloads a verifier.
-spec load(source(), fun((iodata()) -> Answer)) -> Answer | {error, binary()}.
load({file, Path, {error, Reason}}, _Load) ->
    {error, unicode:characters_to_binary(
              ["the configuration file ", Path, " cannot be read: ", file:format_error(Reason)])};
load({file, _Path, {ok, Text}}, Load) ->
    load_text(Text, Load);
load({form, Form}, Load) ->
    case emqx_jwt_auth_form:json(Form) of
        {ok, Json} -> Load(Json);
        Error -> Error
    end.

%% By default the library leaves a client without a token to other authenticators. A broker that has
%% none would let it in, so on_missing is set to deny here. If the file sets it too, the joined text
%% has the option twice, which the library refuses, and then the file is taken as it is.
load_text(Text, Load) ->
    case emqx_jwt_auth_form:join(<<"{\"on_missing\":\"deny\"}">>, Text) of
        {ok, Json} ->
            case Load(Json) of
                {error, _} -> Load(Text);
                Loaded -> Loaded
            end;
        {error, _} ->
            Load(Text)
    end.
