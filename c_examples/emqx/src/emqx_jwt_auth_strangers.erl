%% Ends connections that the plugin did not admit: of clients that came in while it did not run, and
%% those that it admitted before an upgrade.
%%
%% EMQX opens its listeners before it starts plugins, and admits meanwhile whom nothing else
%% refuses. Where the configuration leaves nobody to others, such a connection has no right to be
%% there. It is looked for when the gate opens for the first time, and some times more: a connection
%% that was admitted before the hooks were there may be registered with the broker seconds later.
-module(emqx_jwt_auth_strangers).
-behaviour(gen_server).

-export([start_link/0, look/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, format_status/1, format_status/2]).

%% Milliseconds between two looks. Taking over a session may take the broker 15 seconds.
-define(LOOKS, [0, 1000, 3000, 10000, 20000]).
%% Milliseconds after which a closed gate is looked at again.
-define(PERIOD, 1000).

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% The state: the looks to come, and the connections that were told to end.
-type state() :: {[non_neg_integer()], sets:set(pid())}.

-spec init([]) -> {ok, state()}.
init([]) ->
    _ = erlang:send_after(hd(?LOOKS), self(), look),
    {ok, {tl(?LOOKS), sets:new()}}.

%% Looks at once, for tests and operators.
-spec look() -> ok.
look() ->
    gen_server:call(?MODULE, look).

-spec handle_call(term(), gen_server:from(), state()) -> {reply, ok, state()}.
handle_call(look, _From, {Looks, Told}) ->
    {reply, ok, {Looks, look(Told)}};
handle_call(_Request, _From, State) ->
    {reply, ok, State}.

-spec handle_cast(term(), state()) -> {noreply, state()}.
handle_cast(_Message, State) ->
    {noreply, State}.

-spec handle_info(term(), state()) -> {noreply, state()}.
handle_info(look, {Looks, Told}) ->
    case {emqx_jwt_auth_gate:verifier(), Looks} of
        {none, _} ->
            end_left_behind(),
            _ = erlang:send_after(?PERIOD, self(), look),
            {noreply, {Looks, Told}};
        {_, [Next | Others]} ->
            _ = erlang:send_after(Next, self(), look),
            {noreply, {Others, look(Told)}};
        {_, []} ->
            {noreply, {[], look(Told)}}
    end;
handle_info(_Message, State) ->
    {noreply, State}.

-spec format_status(gen_server:format_status()) -> gen_server:format_status().
format_status(Status) ->
    jwt_auth_guard:status(Status).

%% The same for OTP 24, on which EMQX 4.4 runs.
-spec format_status(normal | terminate, [term()]) -> hidden.
format_status(_Why, _State) ->
    hidden.

look(Told) ->
    emqx_jwt_auth_guard:run(strangers, Told, fun() ->
        end_left_behind(),
        case emqx_jwt_auth_active_config:leaves_to_others() of
            true -> Told;
            false -> end_all(strangers(), Told)
        end
    end).

%% An upgrade of the plugin replaces its native library, and nobody can ask the sessions of the old
%% one. Their clients come back with their tokens.
end_left_behind() ->
    emqx_jwt_auth_guard:run(left_behind, ok, fun() ->
        end_left_behind(emqx_jwt_auth_sessions:size(), start, 0)
    end).

end_left_behind(0, _Position, Count) ->
    Count =:= 0 orelse
        logger:warning("jwt_auth: ~b connections from before the upgrade are ended", [Count]),
    ok;
end_left_behind(Rows, Position, Count) ->
    case emqx_jwt_auth_sessions:next(Position) of
        {{Key, Pid, Session, _}, Next} ->
            Is = emqx_jwt_auth_gate:is_left_behind(Session),
            Is andalso begin
                           emqx_jwt_auth_sessions:remove(Key, Pid),
                           disconnect(Pid)
                       end,
            end_left_behind(Rows - 1, Next, case Is of true -> Count + 1; false -> Count end);
        none ->
            end_left_behind(0, Position, Count)
    end.

%% The channels first: a client has its session before the broker registers its channel, so a
%% channel that is known and has none is a stranger's.
strangers() ->
    Channels = emqx_jwt_auth_channels:authenticated(),
    Admitted = sets:from_list(emqx_jwt_auth_sessions:connections()),
    [Channel || {_, Pid} = Channel <- Channels, not sets:is_element(Pid, Admitted)].

end_all([], Told) ->
    Told;
end_all(Strangers, Told) ->
    New = [Pid || {_, Pid} <- Strangers, not sets:is_element(Pid, Told)],
    lists:foreach(fun({ClientId, Pid}) -> end_one(ClientId, Pid, lists:member(Pid, New)) end,
                  Strangers),
    New =:= [] orelse
        logger:warning("jwt_auth: ~b connections that came in while the plugin did not run are ended",
                       [length(New)]),
    sets:union(Told, sets:from_list(New)).

%% First the broker's own way, which keeps the session of the client id. A connection that does not
%% understand the message is still there at the next look.
end_one(_ClientId, Pid, true) ->
    disconnect(Pid);
end_one(ClientId, Pid, false) ->
    _ = emqx_jwt_auth_broker:end_session(ClientId, Pid),
    ok.

disconnect(Pid) ->
    emqx_jwt_auth_counters:add(ended),
    emqx_jwt_auth_channels:disconnect(Pid).
