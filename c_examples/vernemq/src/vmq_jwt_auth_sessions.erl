%% The session of each client that was accepted here, and the process that ends sessions.
%%
%% A session answers to the process that registered it: so a client that another plugin accepts does
%% not get what an earlier one of its id was granted. A delayed will is asked about by the process
%% of the client's queue, when that of its connection is gone: then it answers to the user name, for
%% publishing only. VerneMQ asks no plugin about clients that a listener admits by certificate, if
%% that has allow_anonymous_override, and such a client looks the same.
-module(vmq_jwt_auth_sessions).
-behaviour(gen_server).

-export([new_table/0, drop/1, keep/4, find/3, renew/3, gone/1, start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(row, {id :: vmq_jwt_auth:subscriber_id(),
              pid :: pid(),
              user :: binary() | undefined,
              session :: jwt_auth:session(),
              ends :: pos_integer() | never,
              %% Without its password.
              client :: jwt_auth:client()}).

-define(TICK, 1000).
%% Seconds in which every session is rechecked once.
-define(ROUND, 10).
%% Seconds that VerneMQ has for ending an expired client itself.
-define(GRACE, 2).

-spec new_table() -> ok.
new_table() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, {keypos, #row.id}, {read_concurrency, true},
                                {write_concurrency, true}]),
    ok.

%% Called first for a client that registers, whatever is decided about it. The row of a connection
%% that lives is left: a client that is refused must not take it away.
-spec drop(vmq_jwt_auth:subscriber_id()) -> ok.
drop(Id) ->
    _ = put(?MODULE, asked),
    gone(Id).

%% Called by the process of the connection, with the user name that the broker is told.
-spec keep(vmq_jwt_auth:subscriber_id(), binary() | undefined, jwt_auth:client(), map()) -> ok.
keep(Id, User, Client, #{session := Session} = Allowed) ->
    true = ets:insert(?MODULE, #row{id = Id, pid = self(), user = User, session = Session,
                                    ends = maps:get(expires_at, Allowed, never),
                                    client = maps:remove(password, Client)}),
    _ = put(?MODULE, kept),
    ok.

%% none: the client was not accepted here. lost: it was, and another connection has its id now, or
%% the table was lost by a crash.
-spec find(vmq_jwt_auth:subscriber_id(), binary() | undefined, jwt_auth:action()) ->
          {ok, jwt_auth:session()} | none | lost.
find(Id, User, Action) ->
    case {get(?MODULE), ets:lookup(?MODULE, Id)} of
        {kept, [#row{pid = Pid, session = Session}]} when Pid =:= self() -> {ok, Session};
        {kept, _} -> lost;
        {undefined, [#row{pid = Pid, user = User, session = Session}]}
          when Action =:= publish, User =/= undefined ->
            case is_process_alive(Pid) of
                true -> none;
                false -> {ok, Session}
            end;
        {_, _} -> none
    end.

%% The client of a session sends another token.
-spec renew(vmq_jwt_auth:subscriber_id(), binary() | undefined, binary()) ->
          ok | {deny, jwt_auth:reason() | atom()}.
renew(Id, User, Token) ->
    case {ets:lookup(?MODULE, Id), jwt_auth_config_file:current()} of
        {[#row{pid = Pid, session = Session, client = Known}], {ok, Verifier}}
          when Pid =:= self() ->
            Client = Known#{password => Token},
            case jwt_auth:renew(Verifier, Session, Client) of
                {allow, Allowed} -> keep(Id, User, Client, Allowed);
                Denied -> Denied
            end;
        _ ->
            {deny, undecided}
    end.

-spec gone(vmq_jwt_auth:subscriber_id()) -> ok.
gone(Id) ->
    case ets:lookup(?MODULE, Id) of
        %% It may have come back meanwhile.
        [#row{pid = Pid} = Row] -> is_process_alive(Pid) orelse ets:delete_object(?MODULE, Row), ok;
        [] -> ok
    end.

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

-spec init([]) -> {ok, none}.
init([]) ->
    _ = erlang:send_after(?TICK, self(), tick),
    {ok, none}.

-spec handle_call(count, gen_server:from(), none) -> {reply, non_neg_integer(), none}.
handle_call(count, _From, none) ->
    {reply, ets:info(?MODULE, size), none}.

-spec handle_cast(term(), none) -> {noreply, none}.
handle_cast(_Message, none) ->
    {noreply, none}.

-spec handle_info(term(), none) -> {noreply, none}.
handle_info(tick, none) ->
    _ = erlang:send_after(?TICK, self(), tick),
    jwt_auth_guard:run(tick, ok, fun() -> tick(erlang:system_time(second)) end),
    {noreply, none};
handle_info(_Message, none) ->
    {noreply, none}.

tick(Now) ->
    ets:foldl(fun(Row, ok) -> look_after(Row, Now) end, ok, ?MODULE).

look_after(#row{ends = At} = Row, Now) when is_integer(At), At + ?GRACE =< Now ->
    finish(Row, expired);
look_after(#row{id = Id, session = Session} = Row, Now) ->
    case erlang:phash2(Id, ?ROUND) =:= Now rem ?ROUND andalso refusal(Session) of
        {deny, Why} when Why =:= revoked; Why =:= no_key; Why =:= expired -> finish(Row, Why);
        _ -> ok
    end.

refusal(Session) ->
    case jwt_auth_config_file:current() of
        {ok, Verifier} -> jwt_auth:recheck(Verifier, Session);
        none -> none
    end.

%% VerneMQ ends a connection by the id of its client; the queue of a durable one stays. The row
%% stays until the process is gone: a session that has ended denies everything, and no other plugin
%% is asked.
finish(#row{id = Id, pid = Pid, session = Session} = Row, Why) ->
    case is_process_alive(Pid) of
        true ->
            jwt_auth_log:session_ends(Session, Why),
            _ = spawn(fun() -> vernemq_dev_api:disconnect_by_subscriber_id(Id, []) end),
            ok;
        false ->
            true = ets:delete_object(?MODULE, Row),
            ok
    end.
