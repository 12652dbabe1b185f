%% The options of the plugin itself, which are about EMQX and no other broker. They are the object
%% `emqx` in the JSON text that has the options of the library: in the file, or in the field
%% "advanced".
%%
%%   auth_methods     names of the authentication methods of MQTT 5 that carry a token: ["jwt"]
%%   clientid_claim   a claim of the token that becomes the client id; none
%%   tenant           whether the attribute tns of a token may choose the tenant; false
-module(emqx_jwt_auth_options).

-export([with/2, checked/2, get/1]).

-define(OPTIONS, {emqx_jwt_auth, options}).
-define(DEFAULTS, #{auth_methods => [<<"jwt">>], clientid_claim => none, tenant => false,
                    from => password, leaves_to_others => false}).

-type answer() :: ok | {ok, term()} | {error, binary()}.

%% Gives the options of the library to Load, which lets clients in by them. The plugin's own are in
%% force before, so that no client meets the one without the other; if Load does not accept them,
%% those that were in force are again.
-spec with(iodata(), fun((iodata()) -> answer())) -> answer().
with(Json, Load) ->
    checked(Json, fun(Rest, Options) ->
        Before = persistent_term:get(?OPTIONS, ?DEFAULTS),
        persistent_term:put(?OPTIONS, Options),
        try Load(Rest) of
            {error, _} = Error ->
                persistent_term:put(?OPTIONS, Before),
                Error;
            Loaded ->
                Loaded
        catch
            Class:Reason:Stack ->
                persistent_term:put(?OPTIONS, Before),
                erlang:raise(Class, Reason, Stack)
        end
    end).

%% The same, and nothing is in force.
-spec checked(iodata(), fun((iodata(), map()) -> Answer)) -> Answer | {error, binary()}.
checked(Json, Load) ->
    case take(iolist_to_binary(Json)) of
        {ok, Rest, Options} -> Load(Rest, Options);
        {error, What} -> {error, <<"`emqx`: ", What/binary>>}
    end.

%% The last two are about options of the library: from, and whether one of on_missing, on_malformed
%% and on_unknown_key leaves clients to other authenticators.
-spec get(auth_methods) -> [binary()];
         (clientid_claim) -> binary() | none;
         (tenant) -> boolean();
         (from) -> password | username;
         (leaves_to_others) -> boolean().
get(Name) ->
    maps:get(Name, persistent_term:get(?OPTIONS, ?DEFAULTS)).

%% Of text that is no object the library says what is wrong.
take(Json) ->
    case emqx_jwt_auth_members:object(Json) of
        {ok, Members} ->
            {Own, Others} = lists:partition(fun({Name, _, _}) -> Name =:= <<"emqx">> end, Members),
            own(Own, Others, Json, ?DEFAULTS#{from := from(Others),
                                              leaves_to_others := lists:any(fun leaves/1, Others)});
        error ->
            {ok, Json, ?DEFAULTS}
    end.

from(Members) ->
    case lists:keyfind(<<"from">>, 1, Members) of
        {_, Text, _} -> field(emqx_jwt_auth_members:string(Text));
        false -> password
    end.

field({ok, <<"username">>}) -> username;
field(_) -> password.

%% Names are compared as they are: what OTP 25 makes of a match on their beginning, OTP 29 loads no
%% more.
leaves({Name, Text, _}) ->
    lists:member(Name, [<<"on_missing">>, <<"on_malformed">>, <<"on_unknown_key">>])
        andalso emqx_jwt_auth_members:string(Text) =:= {ok, <<"ignore">>}.

own([], _Others, Json, Options) ->
    {ok, Json, Options};
own([{_, Text, _}], Others, _Json, Options) ->
    case emqx_jwt_auth_members:object(Text) of
        {ok, Members} -> read(Members, without(Others), Options);
        error -> {error, <<"expected an object">>}
    end;
own(_Several, _Others, _Json, _Options) ->
    {error, <<"it is there more than once">>}.

without(Others) ->
    [${, lists:join($,, [Member || {_, _, Member} <- Others]), $}].

read([], Rest, Options) ->
    {ok, Rest, Options};
read([{Name, Text, _} | Members], Rest, Options) ->
    case option(Name, Text) of
        {ok, Option, Value} -> read(Members, Rest, Options#{Option := Value});
        {error, Expected} -> {error, <<"`", Name/binary, "`: ", Expected/binary>>};
        unknown -> {error, <<"unknown option; known are auth_methods, clientid_claim and tenant">>}
    end.

option(<<"auth_methods">>, Text) ->
    Names = case emqx_jwt_auth_members:array(Text) of
                {ok, Elements} -> [emqx_jwt_auth_members:string(Element) || Element <- Elements];
                error -> [error]
            end,
    case [Name || {ok, Name} <- Names, Name =/= <<>>] of
        Good when length(Good) =:= length(Names) -> {ok, auth_methods, Good};
        _ -> {error, <<"expected an array of names">>}
    end;
option(<<"clientid_claim">>, Text) ->
    case emqx_jwt_auth_members:string(Text) of
        {ok, Claim} when Claim =/= <<>> -> clientid_claim(Claim);
        _ -> {error, <<"expected the name of a claim">>}
    end;
option(<<"tenant">>, <<"true">>) -> {ok, tenant, true};
option(<<"tenant">>, <<"false">>) -> {ok, tenant, false};
option(<<"tenant">>, _Text) -> {error, <<"expected true or false">>};
option(_Name, _Text) -> unknown.

%% A broker that does not know the answer would go on with the client id that the client sent.
clientid_claim(Claim) ->
    case emqx_jwt_auth_broker:release() of
        Release when Release >= [6, 0, 0], Release =/= unknown -> {ok, clientid_claim, Claim};
        _ -> {error, <<"EMQX before 6.0 cannot give a client another client id">>}
    end.
