%% @doc The last refusals, each with all that was wrong with the client: for an operator who asks
%% why.
%%
%% Connections write into a table of 100 places, one after the other and round again. A flood of
%% refusals costs little: ten in a second are explained and kept, and the others only counted.
%%
%% No secret is kept. A client is explained by its own connection, so no other process gets to hold
%% its password; the explanation has none by the promise of the library; and of the client
%% identifier, which may be a token, there is the SHA-256.
-module(jwt_auth_refusals).
-behaviour(gen_server).

-export([start_link/0, note/3, last/1, counts/0]).
-export([init/1, handle_call/3, handle_cast/2]).
-export_type([refusal/0]).

-define(PLACES, 100).
-define(EXPLAINED_IN_A_SECOND, 10).
%% Of an explanation, in bytes.
-define(LONGEST, 4096).

%% The key of the row that is no refusal: what the connections count, in an atomics array.
-define(NUMBERS, numbers).
%% The second of the last explanation, times 16, and how many there were in it.
-define(PACE, 1).
-define(KEPT, 2).
-define(NOT_KEPT, 3).

%% at: Unix seconds. explanation: the JSON text of jwt_auth:explain/2, which may be cut at its end;
%% none: there was no verifier to ask.
-type refusal() :: #{at := integer(), reason := atom(), explanation := binary() | none}.

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    case gen_server:start_link({local, ?MODULE}, ?MODULE, [], []) of
        {error, {already_started, _}} -> ignore;
        Started -> Started
    end.

%% @doc Keeps a refusal, or counts it. Called in the process of the connection, with the verifier
%% that has refused the client, if there is one. Nothing that goes wrong here changes what the
%% client is answered.
-spec note({ok, jwt_auth:verifier()} | none, jwt_auth:client(), atom()) -> ok.
note(Current, Client, Reason) ->
    jwt_auth_guard:run(note_refusal, ok, fun() -> note_in(numbers(), Current, Client, Reason) end).

note_in(none, _Current, _Client, _Reason) ->
    ok;
note_in({ok, Numbers}, Current, Client, Reason) ->
    case is_in_time(Numbers, erlang:monotonic_time(second) * 16) of
        true ->
            Refusal = #{at => erlang:system_time(second), reason => Reason,
                        explanation => explanation(Current, Client)},
            keep(atomics:add_get(Numbers, ?KEPT, 1), digest(Client), Refusal);
        false ->
            atomics:add(Numbers, ?NOT_KEPT, 1)
    end.

%% While there are too many, a connection only reads the pace here.
is_in_time(Numbers, Second) ->
    case atomics:get(Numbers, ?PACE) of
        Pace when Pace >= Second + ?EXPLAINED_IN_A_SECOND ->
            false;
        Pace ->
            Next = max(Pace, Second) + 1,
            atomics:compare_exchange(Numbers, ?PACE, Pace, Next) =:= ok
                orelse is_in_time(Numbers, Second)
    end.

explanation({ok, Verifier}, Client) ->
    case jwt_auth:explain(Verifier, Client) of
        {ok, Json} -> binary:copy(binary:part(Json, 0, min(byte_size(Json), ?LONGEST)));
        {error, _} -> none
    end;
explanation(none, _Client) ->
    none.

keep(Number, Digest, Refusal) ->
    true = ets:insert(?MODULE, {Number rem ?PLACES, Number, Digest, Refusal}),
    ok.

digest(#{client_id := ClientId}) when is_binary(ClientId) -> crypto:hash(sha256, ClientId);
digest(_) -> none.

%% @doc The last refusal of a client, by its identifier.
-spec last(binary()) -> {ok, refusal()} | none.
last(ClientId) ->
    Rows = {'_', '$1', digest(#{client_id => ClientId}), '$2'},
    case numbers() =/= none andalso ets:select(?MODULE, [{Rows, [], [{{'$1', '$2'}}]}]) of
        [_ | _] = Found -> {ok, element(2, lists:max(Found))};
        _ -> none
    end.

%% @doc How many refusals were explained since the start, of which the last 100 are kept, and how
%% many came too fast for that.
-spec counts() -> #{explained := non_neg_integer(), too_fast := non_neg_integer()}.
counts() ->
    case numbers() of
        {ok, Numbers} -> #{explained => atomics:get(Numbers, ?KEPT),
                           too_fast => atomics:get(Numbers, ?NOT_KEPT)};
        none -> #{explained => 0, too_fast => 0}
    end.

%% none: the process that owns the table does not run.
numbers() ->
    case ets:whereis(?MODULE) of
        undefined -> none;
        Table -> {ok, ets:lookup_element(Table, ?NUMBERS, 2)}
    end.

-spec init([]) -> {ok, none}.
init([]) ->
    Numbers = atomics:new(?NOT_KEPT, [{signed, true}]),
    atomics:put(Numbers, ?PACE, erlang:monotonic_time(second) * 16),
    ?MODULE = ets:new(?MODULE, [named_table, public, {read_concurrency, true}]),
    true = ets:insert(?MODULE, {?NUMBERS, Numbers}),
    {ok, none}.

-spec handle_call(term(), gen_server:from(), none) -> {reply, ok, none}.
handle_call(_Request, _From, State) ->
    {reply, ok, State}.

-spec handle_cast(term(), none) -> {noreply, none}.
handle_cast(_Message, State) ->
    {noreply, State}.
