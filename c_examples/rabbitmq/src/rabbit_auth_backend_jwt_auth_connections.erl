%% Ends the connections of clients whose token has expired, or is not accepted any more.
%%
%% About an accepted MQTT client, RabbitMQ 3.10 asks its backends for topics only, and caches the
%% last twelve topics that were allowed. So once a second this process looks for new connections,
%% ends those that have expired, and rechecks a part of the others. It reads the grant of a
%% connection from the connection's own process, because RabbitMQ does not tell a backend for which
%% connection it accepts a client.
-module(rabbit_auth_backend_jwt_auth_connections).
-behaviour(gen_server).

-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-include_lib("rabbit_common/include/rabbit.hrl").

-define(TICK, 1000).
%% Seconds in which every session is rechecked once.
-define(ROUND, 10).
%% AMQP 0-9-1: CONNECTION-FORCED.
-define(CONNECTION_FORCED, 320).

%% The grant of each connection, without the client id: it may be a token, and a crash report shows
%% the state. other: another backend accepted the client.
-type grant() :: #{session := jwt_auth:session(), expires_at => pos_integer()}.
-type connections() :: #{pid() => grant() | other}.

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

-spec init([]) -> {ok, connections()}.
init([]) ->
    _ = erlang:send_after(?TICK, self(), tick),
    {ok, #{}}.

%% How many connections have a grant, for tests and for operators.
-spec handle_call(count, gen_server:from(), connections()) ->
          {reply, non_neg_integer(), connections()}.
handle_call(count, _From, Connections) ->
    {reply, length([Pid || {Pid, #{}} <- maps:to_list(Connections)]), Connections}.

-spec handle_cast(term(), connections()) -> {noreply, connections()}.
handle_cast(_Message, Connections) ->
    {noreply, Connections}.

-spec handle_info(term(), connections()) -> {noreply, connections()}.
handle_info(tick, Connections) ->
    _ = erlang:send_after(?TICK, self(), tick),
    {noreply, jwt_auth_guard:run(tick, Connections, fun() -> tick(Connections) end)};
handle_info({'DOWN', _, process, Pid, _}, Connections) ->
    {noreply, maps:remove(Pid, Connections)};
handle_info(_Message, Connections) ->
    {noreply, Connections}.

tick(Connections) ->
    All = lists:foldl(fun find/2, Connections, rabbit_direct:list_local()),
    Now = erlang:system_time(second),
    maps:foreach(fun(Pid, Grant) -> look_after(Pid, Grant, Now) end, All),
    All.

find(Pid, Connections) when is_map_key(Pid, Connections) ->
    Connections;
find(Pid, Connections) ->
    _ = erlang:monitor(process, Pid),
    Connections#{Pid => grant(Pid)}.

%% A connection that ends meanwhile has no grant, and is removed when its monitor fires.
grant(Pid) ->
    try amqp_connection:info(Pid, [internal_user]) of
        [{internal_user, #user{authz_backends = Backends}}] ->
            case proplists:get_value(rabbit_auth_backend_jwt_auth, Backends) of
                #{session := _} = Grant -> maps:with([session, expires_at], Grant);
                _ -> other
            end;
        _ ->
            other
    catch
        _:_ -> other
    end.

look_after(_Pid, other, _Now) ->
    ok;
look_after(Pid, #{session := Session} = Grant, Now) ->
    case refusal(Pid, Grant, Now) of
        none ->
            ok;
        Why ->
            jwt_auth_log:session_ends(Session, Why),
            %% It asks the connection, which may be busy.
            _ = spawn(fun() -> close(Pid) end),
            ok
    end.

refusal(_Pid, #{expires_at := At}, Now) when At =< Now ->
    expired;
refusal(Pid, Grant, Now) ->
    case erlang:phash2(Pid, ?ROUND) =:= Now rem ?ROUND of
        true -> about_token(rabbit_auth_backend_jwt_auth:refusal(Grant));
        false -> none
    end.

%% A call that failed, or keys or revocations that have not been fetched yet, say nothing about the
%% token.
about_token(Failure) when Failure =:= unconfigured; Failure =:= undecided;
                          Failure =:= not_loaded; Failure =:= keys_unavailable;
                          Failure =:= revocations_unavailable -> none;
about_token(Refusal) -> Refusal.

close(Pid) ->
    amqp_direct_connection:server_close(Pid, ?CONNECTION_FORCED, <<"the session has ended">>).
