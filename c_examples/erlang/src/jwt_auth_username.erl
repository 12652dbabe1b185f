%% @doc The user name of the option username_claim, for a broker that takes it as that of the
%% client.
-module(jwt_auth_username).

-export([for_broker/1]).

%% Of MQTT, in bytes.
-define(LONGEST, 65535).

%% @doc none: that option is not set. refused: the broker cannot have this name, as the log says. It
%% fills names into the patterns of its own topic permissions, where a wildcard, and a name of
%% several levels, would match topics of others, and one that begins with $ those of the broker
%% itself. And it writes names to its log.
-spec for_broker(jwt_auth:session()) -> {ok, binary()} | none | refused.
for_broker(Session) ->
    case jwt_auth:username(Session) of
        undefined ->
            none;
        Name ->
            case is_good(Name) of
                true ->
                    {ok, Name};
                false ->
                    logger:info("jwt_auth: refused: the user name in the token has a wildcard, a slash "
                                "or a control character, begins with $, or is too long: token ~ts",
                                [jwt_auth:fingerprint(Session)], jwt_auth_guard:without_names()),
                    refused
            end
    end.

is_good(Name) ->
    byte_size(Name) =< ?LONGEST andalso
        re:run(Name, "^\\$|[+#/\\x00-\\x1f\\x7f-\\x9f]", [unicode, {capture, none}]) =:= nomatch.
