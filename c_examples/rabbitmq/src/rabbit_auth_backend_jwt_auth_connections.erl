%% Ends the connections of clients whose token has expired, or is not accepted any more.
%%
%% About an accepted MQTT client, RabbitMQ asks its backends for topics only, and caches the last
%% twelve topics that were allowed. So once a second this process ends the connections that have
%% expired, and rechecks a part of the others.
%%
%% From 3.12 on connections tell this process when they begin; before that it looks for new ones
%% each time. It looks for all of them now and then, as it may have been started anew.
-module(rabbit_auth_backend_jwt_auth_connections).
-behaviour(gen_server).

-export([start_link/0, accepted/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(TICK, 1000).
%% Seconds in which every session is rechecked once.
-define(ROUND, 10).
%% Seconds that RabbitMQ has for ending an expired client itself, by which an MQTT 5 client is told
%% the reason.
-define(GRACE, 3).

%% What is known of each connection; none: another backend accepted the client. A grant is a
%% function, so that a crash report does not show the client id, which may be a token.
-type known() :: rabbit_auth_backend_jwt_auth:grant() | {ending, jwt_auth:session(), atom()} | none.
-type connections() :: #{pid() => known()}.

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% Called by the process that accepts a client.
-spec accepted(rabbit_auth_backend_jwt_auth:grant()) -> ok.
accepted(Grant) ->
    case rabbit_auth_backend_jwt_auth_release:accepted(Grant) of
        true -> gen_server:cast(?MODULE, {accepted, self(), Grant});
        false -> ok
    end.

-spec init([]) -> {ok, connections()}.
init([]) ->
    _ = erlang:send_after(?TICK, self(), tick),
    {ok, find_all(#{})}.

%% How many connections have a grant, for tests and for operators.
-spec handle_call(count, gen_server:from(), connections()) ->
          {reply, non_neg_integer(), connections()}.
handle_call(count, _From, Connections) ->
    {reply, length([Known || Known <- maps:values(Connections), Known =/= none]), Connections}.

-spec handle_cast(term(), connections()) -> {noreply, connections()}.
handle_cast({accepted, Pid, Grant}, Connections) ->
    {noreply, add(Pid, fun() -> Grant end, Connections)};
handle_cast(_Message, Connections) ->
    {noreply, Connections}.

-spec handle_info(term(), connections()) -> {noreply, connections()}.
handle_info(tick, Connections) ->
    _ = erlang:send_after(?TICK, self(), tick),
    {noreply, jwt_auth_guard:run(tick, Connections, fun() -> tick(Connections) end)};
handle_info({'DOWN', _, process, Pid, _}, Connections) ->
    jwt_auth_guard:run(ended, ok, fun() -> tell(maps:get(Pid, Connections, none)) end),
    {noreply, maps:remove(Pid, Connections)};
handle_info(_Message, Connections) ->
    {noreply, Connections}.

tick(Connections) ->
    Now = erlang:system_time(second),
    All = case rabbit_auth_backend_jwt_auth_release:is_native() andalso Now rem ?ROUND =/= 0 of
              true -> Connections;
              false -> find_all(Connections)
          end,
    maps:map(fun(Pid, Known) -> look_after(Pid, Known, Now) end, All).

find_all(Connections) ->
    Find = fun(Pid, Found) ->
               add(Pid, fun() -> rabbit_auth_backend_jwt_auth_release:grant(Pid) end, Found)
           end,
    lists:foldl(Find, Connections, rabbit_auth_backend_jwt_auth_release:connections()).

%% A connection that has ended is removed when its monitor fires.
add(Pid, _Known, Connections) when is_map_key(Pid, Connections) ->
    Connections;
add(Pid, Known, Connections) ->
    _ = erlang:monitor(process, Pid),
    Connections#{Pid => Known()}.

look_after(_Pid, none, _Now) ->
    none;
look_after(Pid, {ending, _, Why} = Known, _Now) ->
    _ = rabbit_auth_backend_jwt_auth_release:close(Pid, Why),
    Known;
look_after(Pid, Grant, Now) ->
    #{session := Session} = Granted = Grant(),
    case refusal(Pid, Granted, Now) of
        none -> Grant;
        Why -> look_after(Pid, {ending, Session, Why}, Now)
    end.

refusal(Pid, #{session := Session} = Granted, Now) ->
    case {is_over(Granted, Now), is_over(Granted, Now - grace())} of
        {true, true} -> expired;
        {true, false} -> none;
        {false, false} ->
            case erlang:phash2(Pid, ?ROUND) =:= Now rem ?ROUND of
                true -> about_token(rabbit_auth_backend_jwt_auth:refusal(Session));
                false -> none
            end
    end.

is_over(#{expires_at := At}, Now) -> At =< Now;
is_over(_, _) -> false.

grace() ->
    case rabbit_auth_backend_jwt_auth_release:ends_expired() of
        true -> ?GRACE;
        false -> 0
    end.

%% A call that failed, or keys or revocations that have not been fetched yet, say nothing about the
%% token.
about_token(Failure) when Failure =:= unconfigured; Failure =:= undecided;
                          Failure =:= not_loaded; Failure =:= keys_unavailable;
                          Failure =:= revocations_unavailable -> none;
about_token(Refusal) -> Refusal.

%% Of a connection that has ended: one line, if it is the token that ended it.
tell(none) ->
    ok;
tell({ending, Session, Why}) ->
    jwt_auth_log:session_ends(Session, Why);
tell(Grant) ->
    #{session := Session} = Granted = Grant(),
    case is_over(Granted, erlang:system_time(second)) of
        true -> jwt_auth_log:session_ends(Session, expired);
        false -> ok
    end.
