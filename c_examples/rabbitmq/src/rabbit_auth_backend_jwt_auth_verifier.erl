%% Holds the verifier, and reads its configuration again when the file has changed.
%%
%% This process reads the file every five seconds. A configuration that is not accepted changes
%% nothing; until the first one is accepted there is no verifier, and every client is refused.
-module(rabbit_auth_backend_jwt_auth_verifier).
-behaviour(gen_server).

-export([start_link/0, current/0, close/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(APPLICATION, rabbitmq_auth_backend_jwt_auth).
-define(PERIOD, 5000).

%% What the file held when it was last tried, by its digest, and what became of that.
-type tried() :: {binary() | file:posix() | atom(), ok | {error, iodata()}} | none.

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% The verifier that decides; none: no configuration was accepted.
-spec current() -> {ok, jwt_auth:verifier()} | none.
current() ->
    persistent_term:get(?MODULE, none).

-spec close() -> ok.
close() ->
    _ = persistent_term:erase(?MODULE),
    ok.

-spec init([]) -> {ok, tried()}.
init([]) ->
    jwt_auth_guard:hide(),
    _ = erlang:send_after(?PERIOD, self(), look),
    {ok, look(none)}.

%% Reads the file at once, for tests and for operators, and says what became of the configuration.
-spec handle_call(look, gen_server:from(), tried()) -> {reply, ok | {error, iodata()}, tried()}.
handle_call(look, _From, Tried) ->
    case look(Tried) of
        {_, Result} = Now -> {reply, Result, Now};
        none -> {reply, {error, "the file could not be looked at"}, none}
    end.

-spec handle_cast(term(), tried()) -> {noreply, tried()}.
handle_cast(_Message, Tried) ->
    {noreply, Tried}.

-spec handle_info(term(), tried()) -> {noreply, tried()}.
handle_info(look, Tried) ->
    _ = erlang:send_after(?PERIOD, self(), look),
    {noreply, look(Tried)};
handle_info(_Message, Tried) ->
    {noreply, Tried}.

%% A stack trace may hold the text, and so a secret.
look(Tried) ->
    jwt_auth_guard:run(configuration, Tried, fun() -> look_at(read(), Tried) end).

%% Without a verifier it is tried each time: a file that it names may be there by now.
look_at(Text, Tried) ->
    Digest = digest(Text),
    case {Tried, current()} of
        {{Digest, _}, {ok, _}} ->
            Tried;
        _ ->
            Result = apply_text(Text),
            {Digest, Result} =:= Tried orelse tell(Result),
            {Digest, Result}
    end.

read() ->
    case application:get_env(?APPLICATION, config_file) of
        {ok, Path} -> file:read_file(Path);
        undefined -> {error, not_set}
    end.

digest({ok, Text}) -> erlang:md5(Text);
digest({error, Why}) -> Why.

apply_text({error, not_set}) ->
    {error, "auth_jwt_auth.config_file is not set"};
apply_text({error, Why}) ->
    {error, ["the file of auth_jwt_auth.config_file: ", file:format_error(Why)]};
apply_text({ok, Text}) ->
    case rabbit_json:try_decode(without_mark(Text)) of
        {ok, #{<<"from">> := <<"username">>}} ->
            %% RabbitMQ writes user names to its log, and shows them to its administrators.
            {error, "`from`: a token must not be the user name here"};
        {ok, _} ->
            put_in_force(current(), Text);
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

put_in_force({ok, Verifier}, Text) ->
    jwt_auth:reload(Verifier, Text);
put_in_force(none, Text) ->
    case jwt_auth:new(Text) of
        {ok, Verifier} -> persistent_term:put(?MODULE, {ok, Verifier});
        Error -> Error
    end.

tell(ok) ->
    logger:notice("jwt_auth: the configuration is in force");
tell({error, Text}) ->
    logger:error("jwt_auth: the configuration is not accepted, ~ts: ~ts", [consequence(), Text]).

consequence() ->
    case current() of
        {ok, _} -> "the old one stays";
        none -> "so every client is refused"
    end.
