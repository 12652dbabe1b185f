%% Reads the configuration from the broker, and turns it into JSON for the library. It comes from
%%
%%   every release        a JSON file with the options of the library, if one is set: by the
%%                        environment variable EMQX_JWT_AUTH_CONFIG, or by config_file, a setting of
%%                        the application and a line in the file of EMQX 4
%%   EMQX 5.7 and later   else the form in the dashboard
%%   EMQX 5.0 to 5.6      else etc/emqx_jwt_auth.json
%%   EMQX 4               else etc/emqx_jwt_auth.conf of the plugin
-module(emqx_jwt_auth_config).

-export([current/0, saved/1, file/1, load/2, texts/1, is_absent/1]).
-export_type([source/0]).

-type source() :: {form, map()}
                | {file, file:filename(), {ok, binary()} | {error, atom()}}
                | {none, binary()}.

%% What the broker has now.
-spec current() -> source().
current() ->
    case file_that_is_set() of
        {ok, Path} -> file(Path);
        none -> of_generation(emqx_jwt_auth_broker:generation())
    end.

%% A form that somebody saves. Where a file is set the form does not count, so it is refused.
-spec saved(map()) -> {ok, source()} | {error, binary()}.
saved(Form) ->
    case file_that_is_set() of
        none -> {ok, {form, Form}};
        {ok, Path} -> {error, unicode:characters_to_binary(
                                ["the configuration is the file ", Path, ", and not this form"])}
    end.

file_that_is_set() ->
    Settings = [os:getenv("EMQX_JWT_AUTH_CONFIG"),
                application:get_env(emqx_jwt_auth, config_file, ""),
                emqx_jwt_auth_lines:config_file()],
    case [Path || Path <- Settings, is_list(Path), Path =/= ""] of
        [Path | _] -> {ok, Path};
        [] -> none
    end.

%% A file with the options of the library.
-spec file(file:filename()) -> {file, file:filename(), {ok, binary()} | {error, atom()}}.
file(Path) ->
    {file, Path, file:read_file(Path)}.

of_generation(v4) ->
    {form, emqx_jwt_auth_lines:form()};
of_generation(_) ->
    case emqx_jwt_auth_broker:plugin_config() of
        none -> file(filename:join(os:getenv("EMQX_ETC_DIR", "etc"), "emqx_jwt_auth.json"));
        Form when map_size(Form) =:= 0 -> {none, <<"EMQX gives no settings: config.hocon of the plugin "
                                                   "is missing, or does not parse">>};
        Form -> {form, Form}
    end.

%% Whether nobody has configured anything yet, or somebody has taken the configuration away.
-spec is_absent(source()) -> boolean().
is_absent({file, _Path, {error, enoent}}) -> true;
is_absent({form, Form}) -> not emqx_jwt_auth_form:has_key(Form);
is_absent(_) -> false.

%% Gives the configuration to Load, which makes or reloads a verifier. Returns the answer, and the
%% JSON text that was accepted.
-spec load(source(), fun((iodata()) -> Loaded | {error, binary()})) ->
          {accepted, Loaded, iodata()} | {error, binary()}.
load(Source, Load) ->
    case texts(Source) of
        {ok, Json, AsItIs} -> load_one_of(Json, AsItIs, Load);
        Error -> Error
    end.

load_one_of(Json, AsItIs, Load) ->
    case Load(Json) of
        {error, Text} = Error ->
            case sets_on_missing(Text) andalso Load(AsItIs) of
                false -> Error;
                {error, _} = Second -> Second;
                Loaded -> {accepted, Loaded, AsItIs}
            end;
        Loaded ->
            {accepted, Loaded, Json}
    end.

%% The JSON text for the library, and the same as the file has it.
%%
%% By default the library leaves a client without a token to other authenticators. A broker that has
%% none would let it in, so on_missing is set to deny here. If the file sets it too, the joined text
%% has the option twice, which the library refuses, and only then the file is taken as it is.
-spec texts(source()) -> {ok, iodata(), iodata()} | {error, binary()}.
texts({none, Why}) ->
    {error, Why};
texts({file, Path, {error, Reason}}) ->
    {error, unicode:characters_to_binary(
              ["the configuration file ", Path, " cannot be read: ", file:format_error(Reason)])};
texts({file, _Path, {ok, Text}}) ->
    Unmarked = emqx_jwt_auth_members:without_mark(Text),
    case emqx_jwt_auth_form:join(<<"{\"on_missing\":\"deny\"}">>, Unmarked) of
        {ok, Json} -> {ok, Json, Text};
        {error, _} -> {ok, Text, Text}
    end;
texts({form, Form}) ->
    case emqx_jwt_auth_form:json(Form) of
        {ok, Json} -> {ok, Json, Json};
        Error -> Error
    end.

%% Any other error, such as that of a file that is not there yet, is not to be tried again without
%% the deny: it might be gone by then.
sets_on_missing(Text) ->
    binary:match(Text, <<"`on_missing` is given twice">>) =/= nomatch.
