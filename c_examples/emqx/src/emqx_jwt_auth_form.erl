%% Turns the form in the dashboard into JSON for the library.
%%
%% A form has a value for every field: one that is empty, or says "default", is left out. The field
%% "advanced" is JSON text with any other options.
-module(emqx_jwt_auth_form).

-export([json/1, join/2, has_key/1]).

%% The fields that name keys.
-define(KEYS, [<<"secret">>, <<"secret_file">>, <<"public_key">>, <<"jwks_file">>, <<"endpoint">>,
               <<"advanced">>]).

%% JSON text, or an error that names the field.
-spec json(map()) -> {ok, iodata()} | {error, binary()}.
json(Form) ->
    {Advanced, Fields} = take(<<"advanced">>, Form, <<>>),
    Options = maps:from_list([{Name, Value} || {Name, Given} <- maps:to_list(Fields),
                                               {set, Value} <- [field(Name, Given)]]),
    WithDefault = maps:merge(#{<<"on_missing">> => <<"deny">>}, Options),
    case {jwt_auth_json:encode(WithDefault), is_blank(Advanced)} of
        {{ok, Json}, true} -> {ok, Json};
        {{ok, Json}, false} -> join(Json, Advanced);
        {Error, _} -> Error
    end.

%% Whether a field that may name a key is filled in.
-spec has_key(map()) -> boolean().
has_key(Form) ->
    [] =/= [Name || Name <- ?KEYS, not lists:member(maps:get(Name, Form, <<>>), [<<>>, <<"{}">>])].

take(Name, Map, Default) ->
    case maps:take(Name, Map) of
        error -> {Default, Map};
        Taken -> Taken
    end.

field(_Name, <<>>) -> not_set;
field(<<"signature_format">>, <<"default">>) -> not_set;
field(<<"verify_claims">>, Claims) when is_list(Claims) -> claims(Claims);
field(_Name, Value) -> {set, Value}.

%% The form may send rows that nobody filled in.
claims(Claims) ->
    {set, [Claim || Claim <- Claims, not is_empty(Claim)]}.

is_empty(#{<<"name">> := <<>>, <<"value">> := <<>>}) -> true;
is_empty(_) -> false.

is_blank(Text) when is_binary(Text) -> emqx_jwt_auth_members:trim(Text) =:= <<>>;
is_blank(_) -> false.

%% One JSON object of two, as text: the library refuses an option that is there twice.
-spec join(iodata(), term()) -> {ok, iodata()} | {error, binary()}.
join(Json, More) when is_binary(More) ->
    case {inner(iolist_to_binary(Json)), inner(More)} of
        {{ok, First}, {ok, <<>>}} -> {ok, [${, First, $}]};
        {{ok, First}, {ok, Second}} -> {ok, [${, First, $,, Second, $}]};
        _ -> not_an_object()
    end;
join(_Json, _More) ->
    not_an_object().

not_an_object() ->
    {error, <<"advanced: not a JSON object">>}.

inner(Text) ->
    Trimmed = emqx_jwt_auth_members:trim(Text),
    case byte_size(Trimmed) of
        Size when Size >= 2 ->
            case {binary:first(Trimmed), binary:last(Trimmed)} of
                {${, $}} -> {ok, emqx_jwt_auth_members:trim(binary:part(Trimmed, 1, Size - 2))};
                _ -> error
            end;
        _ ->
            error
    end.
