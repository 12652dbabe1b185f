%% The plugin in a broker, tokens, and connections.
-module(fixture).

-export([start/1, start/0, stop/1, set/1, secret/0, token/1, token/2, token_of/3,
         rsa_token/2, key_file/1, key_server/1, now/0, connect/1, connect/2, connect/3]).
-export([may/3, subscribe/2, expire/1, tick/0, start_in/1, client/1, until/1, logged/0, log/2, counted/1]).

-define(PASSWORD_OF_TESTS, <<"0123456789abcdef0123456789abcdef">>).

secret() -> ?PASSWORD_OF_TESTS.

start() -> start(#{secret => secret()}).

%% Starts the plugin with these options, and remembers what it logs.
start(Options) ->
    _ = application:load(emqx_jwt_auth),
    ok = broker_node:reset(),
    ok = broker:start(),
    ok = set(Options),
    ets:new(?MODULE, [named_table, public, ordered_set]),
    ok = logger:add_handler(?MODULE, ?MODULE, #{level => all}),
    ok = logger:set_primary_config(level, info),
    ok = application:start(emqx_jwt_auth).

%% The same in another release of EMQX.
start_in(Release) ->
    fun() ->
        start(),
        ok = application:stop(emqx_jwt_auth),
        broker:release(Release),
        ok = application:start(emqx_jwt_auth)
    end.

set(Options) -> broker:configure(Options).

stop(_) ->
    _ = application:stop(emqx_jwt_auth),
    ok = no_credential_is_logged(),
    _ = [persistent_term:erase({emqx_jwt_auth, Kept}) || Kept <- [saved_sessions, gate]],
    _ = logger:remove_handler(?MODULE),
    _ = ets:delete(?MODULE),
    ok.

%% No line of any test, nor a crash report, nor what goes with a line, has a part of a token or of
%% the secret in it. The header of a token is no secret.
no_credential_is_logged() ->
    Logged = iolist_to_binary([io_lib:format("~p ~p~n", [unicode:characters_to_binary(Text), Meta])
                               || {_, Text, Meta} <- ets:tab2list(?MODULE)]),
    Tokens = [Token || {{token, Token}} <- ets:tab2list(?MODULE)],
    Parts = lists:append([tl(binary:split(Token, <<".">>, [global])) || Token <- Tokens]),
    Runs = [binary:part(Part, At, 12)
            || Part <- [secret() | Parts], byte_size(Part) >= 12, At <- lists:seq(0, byte_size(Part) - 12)],
    nomatch = binary:match(Logged, Runs),
    ok.

%% A handler of logger.
log(#{msg := Message, meta := Meta}, _Config) ->
    Text = case Message of
               {string, String} -> String;
               {report, Report} -> io_lib:format("~p", [Report]);
               {Format, Arguments} -> io_lib:format(Format, Arguments)
           end,
    ets:insert(?MODULE, {erlang:unique_integer([monotonic]), Text, Meta}).

logged() ->
    unicode:characters_to_binary([[Text, $\n] || {_, Text, _} <- ets:tab2list(?MODULE)]).

now() -> erlang:system_time(second).

token(Claims) -> token(Claims, secret()).

token(Claims, Secret) ->
    {ok, Json} = case Claims of
                     _ when is_map(Claims) -> jwt_auth_json:encode(Claims);
                     _ -> {ok, Claims}
                 end,
    token_of(<<"{\"alg\":\"HS256\",\"typ\":\"JWT\"}">>, iolist_to_binary(Json), Secret).

%% With any header, and a signature of HS256.
token_of(Header, Payload, Secret) ->
    Signed = [url64(Header), $., url64(Payload)],
    noted(iolist_to_binary([Signed, $., url64(crypto:mac(hmac, sha256, Secret, Signed))])).

%% For no_credential_is_logged/0.
noted(Token) ->
    _ = [ets:insert(?MODULE, {{token, Token}}) || ets:info(?MODULE, size) =/= undefined],
    Token.

rsa_token(KeyFile, Payload) ->
    {ok, Pem} = file:read_file(key_file(KeyFile)),
    Key = public_key:pem_entry_decode(hd(public_key:pem_decode(Pem))),
    Signed = iolist_to_binary([url64(<<"{\"alg\":\"RS256\"}">>), $., url64(Payload)]),
    noted(iolist_to_binary([Signed, $., url64(public_key:sign(Signed, sha256, Key))])).

key_file(Name) ->
    unicode:characters_to_binary(filename:join([os:getenv("JWT_AUTH_ROOT"), "tests/vectors/keys", Name])).

%% A server that answers every request with a set of this public key, for as long as the test runs.
%% The URL.
key_server(KeyFile) ->
    {ok, Pem} = file:read_file(key_file(KeyFile)),
    {'RSAPublicKey', N, E} = public_key:pem_entry_decode(hd(public_key:pem_decode(Pem))),
    [Modulus, Exponent] = [url64(binary:encode_unsigned(Number)) || Number <- [N, E]],
    Answer = ["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"keys\": [{\"kty\": \"RSA\", \"n\": \"",
              Modulus, "\", \"e\": \"", Exponent, "\"}]}"],
    {ok, Listener} = gen_tcp:listen(0, [binary, {ip, {127, 0, 0, 1}}, {active, false}]),
    {ok, Port} = inet:port(Listener),
    _ = spawn_link(fun() -> serve(Listener, Answer) end),
    iolist_to_binary(io_lib:format("http://127.0.0.1:~b/keys", [Port])).

serve(Listener, Answer) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            {ok, _} = gen_tcp:recv(Socket, 0),
            ok = gen_tcp:send(Socket, Answer),
            ok = gen_tcp:close(Socket),
            serve(Listener, Answer);
        {error, closed} ->
            ok
    end.

url64(Bytes) ->
    << <<case C of $+ -> $-; $/ -> $_; _ -> C end>> || <<C>> <= base64:encode(Bytes), C =/= $= >>.

client(Token) -> broker:client(Token).

%% A connection, and what the broker found. An accepted client is registered with its id.
connect(Token) when is_binary(Token) -> connect(client(Token));
connect(#{clientid := _} = Client) -> connect(broker_connections:open(), Client).

connect(Connection, Client) -> connect(Connection, Client, #{}).

%% The client comes back to a session that it has subscribed with.
connect(Connection, Client, Subscriptions) ->
    Answer = broker_connections:run(Connection, fun() ->
        Found = broker:connect(Client),
        _ = [broker_connections:accepted(broker:accepted(Client, Result), Subscriptions)
             || {ok, Result} <- [Found]],
        Found
    end),
    {Connection, Answer}.

%% What the client of a connection reads when it subscribes to this.
subscribe(Connection, Filter) ->
    Kept = maps:remove(password, client(undefined)),
    broker_connections:run(Connection, fun() -> broker:subscribe(Kept, Filter) end).

%% The broker takes the password out of what it keeps of a client.
may(Connection, Action, Topic) when not is_tuple(Connection) ->
    may({Connection, client(undefined)}, Action, Topic);
may({Connection, Client}, Action, Topic) ->
    Kept = maps:remove(password, Client),
    broker_connections:run(Connection, fun() -> broker:may(Kept, action(Action), Topic) end).

action(publish) -> #{action_type => publish, qos => 0, retain => false};
action(subscribe) -> #{action_type => subscribe, qos => 0};
action(Action) -> Action.

%% As if the token of this connection had expired.
expire(Connection) ->
    emqx_jwt_auth_sessions:expire({{mqtt, <<"c1">>}, Connection}, ?MODULE:now(), 0).

%% What happens once a second.
tick() -> ok = gen_server:call(emqx_jwt_auth_session_reaper, tick).

%% Waits for what is bound to happen.
until(Condition) -> until(Condition, 500).

until(_, 0) -> error(it_did_not_happen);
until(Condition, Tries) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(10), until(Condition, Tries - 1)
    end.

counted(Name) -> proplists:get_value(Name, emqx_jwt_auth_counters:all()).
