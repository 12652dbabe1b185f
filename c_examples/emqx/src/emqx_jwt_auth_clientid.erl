%% The client id that a token gives its client, where the option clientid_claim asks for one.
-module(emqx_jwt_auth_clientid).

-export([of_token/1]).

%% In bytes.
-define(LONGEST, 1024).

%% none: the option is not set. refused: the claim is missing, or cannot be a client id: EMQX takes
%% any text, and fills it into topics, where a wildcard would match topics of others.
-spec of_token(jwt_auth:session()) -> {ok, binary()} | none | refused.
of_token(Session) ->
    case emqx_jwt_auth_options:get(clientid_claim) of
        none -> none;
        Claim -> checked(claim(Claim, jwt_auth:claims(Session)), Session)
    end.

%% The text of a claim that is there once.
claim(Name, {ok, Json}) ->
    {ok, Members} = emqx_jwt_auth_members:object(Json),
    case [Value || {Found, Value, _} <- Members, Found =:= Name] of
        [Value] -> emqx_jwt_auth_members:string(Value);
        _ -> error
    end;
claim(_Name, _NotLoaded) ->
    error.

checked({ok, Id}, Session) when Id =/= <<>>, byte_size(Id) =< ?LONGEST ->
    case re:run(Id, "^\\$|[+#/\\x00-\\x1f\\x7f-\\x9f]", [unicode, {capture, none}]) of
        nomatch -> {ok, Id};
        match -> refused(Session)
    end;
checked(_Odd, Session) ->
    refused(Session).

refused(Session) ->
    logger:info("jwt_auth: refused: the client id in the token is missing, empty or too long, "
                "begins with $, or has a wildcard, a slash or a control character: token ~ts",
                [jwt_auth:fingerprint(Session)], jwt_auth_guard:without_names()),
    refused.
