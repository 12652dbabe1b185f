%% What RabbitMQ refuses in a configuration beside what the library refuses.
-module(rabbit_auth_backend_jwt_auth_config).

-export([check/1]).

-spec check(binary()) -> ok | {error, unicode:chardata()}.
check(Text) ->
    case rabbit_json:try_decode(without_mark(Text)) of
        {ok, #{<<"from">> := <<"username">>}} ->
            %% RabbitMQ writes user names to its log, and shows them to its administrators.
            {error, "`from`: a token must not be the user name here"};
        {ok, _} ->
            ok;
        {error, _} ->
            not_read(jwt_auth:new(Text))
    end.

%% The library, too, passes over one byte order mark.
without_mark(<<16#EF, 16#BB, 16#BF, Json/binary>>) -> Json;
without_mark(Json) -> Json.

%% The library says what is wrong. If it is nothing, nobody knows here what `from` is.
not_read({ok, Verifier}) ->
    jwt_auth:free(Verifier),
    {error, "RabbitMQ cannot read it as JSON"};
not_read(Error) ->
    Error.
