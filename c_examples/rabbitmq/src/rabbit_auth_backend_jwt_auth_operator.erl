%% What an operator is told. It is printed, and `rabbitmqctl eval` shows what is printed.
-module(rabbit_auth_backend_jwt_auth_operator).

-export([status/0, stats/0, explain/1]).

%% Whether the backend checks tokens, and how many connections and refusals there were.
-spec status() -> ok.
status() ->
    Connections = gen_server:call(rabbit_auth_backend_jwt_auth_connections, count),
    #{explained := Explained, too_fast := TooFast} = jwt_auth_refusals:counts(),
    io:format("health: ~ts~nconnections: ~b~nrefusals explained: ~b~nrefusals not explained: ~b~n",
              [health(jwt_auth:status()), Connections, Explained, TooFast]).

%% Has the file read for this answer: what it holds now may not have been tried yet.
health(ok) ->
    case jwt_auth_config_file:look() of
        ok -> "ok";
        {error, Text} -> ["the configuration is not accepted: ", Text]
    end;
health({error, Text}) ->
    Text.

%% In the text format of Prometheus.
-spec stats() -> ok.
stats() ->
    case jwt_auth_config_file:current() of
        {ok, Verifier} ->
            {_, Text} = jwt_auth:stats(Verifier),
            io:put_chars(Text);
        none ->
            io:put_chars("no configuration was accepted yet\n")
    end.

-spec explain(binary()) -> ok.
explain(ClientId) ->
    io:put_chars(jwt_auth_explanation:of_client(ClientId)).
