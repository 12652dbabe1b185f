%% A line in the broker's log about a refused client, with the metadata by which `emqx ctl trace`
%% and the tools of operators find a client.
%%
%% A flood of refusals must not become one of lines: ten in a second are written, and the others
%% counted. What a client sends as its names may be its token: then it is left out.
-module(emqx_jwt_auth_refusal_lines).

-export([start/0, write/2]).

-define(PACE, {emqx_jwt_auth, refusal_lines}).
-define(LINES_IN_A_SECOND, 10).
-define(TAG, "JWT_AUTH").
%% Who shares so many bytes in a row with a token may be a part of it.
-define(SHARED, 8).
%% Bytes. A longer name is left out: to compare it with a token would take too much memory.
-define(LONGEST, 128).
%% Of the atomics: the second of the last line, times 16, plus how many were written in it; and how
%% many were left out since.
-define(WRITTEN, 1).
-define(LEFT_OUT, 2).

-spec start() -> ok.
start() ->
    persistent_term:put(?PACE, atomics:new(2, [{signed, true}])).

%% Called in the process of the connection.
-spec write(map(), atom()) -> ok.
write(ClientInfo, Reason) ->
    Pace = persistent_term:get(?PACE),
    case is_in_time(Pace, erlang:system_time(second) * 16) of
        true ->
            logger:warning("jwt_auth: refused: ~ts~ts",
                           [Reason, others(atomics:exchange(Pace, ?LEFT_OUT, 0))],
                           maps:merge(jwt_auth_guard:without_names(), metadata(ClientInfo)));
        false ->
            atomics:add(Pace, ?LEFT_OUT, 1)
    end.

others(0) -> "";
others(Count) -> io_lib:format(" (and ~b others that were not logged)", [Count]).

is_in_time(Pace, Second) ->
    case atomics:get(Pace, ?WRITTEN) of
        Written when Written >= Second + ?LINES_IN_A_SECOND -> false;
        Written ->
            Next = max(Written, Second) + 1,
            atomics:compare_exchange(Pace, ?WRITTEN, Written, Next) =:= ok
                orelse is_in_time(Pace, Second)
    end.

metadata(ClientInfo) ->
    Secrets = secrets(ClientInfo),
    Names = [{Key, Name} || Key <- [clientid, username],
                            Name <- [maps:get(Key, ClientInfo, undefined)],
                            is_shown(Name, Secrets)],
    maps:from_list([{tag, ?TAG} | Names ++ peername(ClientInfo)]).

peername(#{peername := {Address, Port}}) when is_tuple(Address), is_integer(Port) ->
    [{peername, lists:concat([inet:ntoa(Address), ":", Port])}];
peername(#{peerhost := Address}) when is_tuple(Address) ->
    [{peername, Text} || Text <- [inet:ntoa(Address)], is_list(Text)];
peername(_) ->
    [].

secrets(ClientInfo) ->
    Fields = [password, auth_data | [username || emqx_jwt_auth_active_config:token_is_username()]],
    [Value || Field <- Fields, Value <- [maps:get(Field, ClientInfo, undefined)], is_binary(Value)].

is_shown(Name, Secrets) when is_binary(Name), byte_size(Name) =< ?LONGEST ->
    not lists:any(fun(Secret) -> shares(Name, Secret) end, Secrets);
is_shown(_Name, _Secrets) ->
    false.

%% A short secret is compared as a whole.
shares(Name, Secret) when byte_size(Name) < ?SHARED; byte_size(Secret) < ?SHARED ->
    Name =:= Secret;
shares(Name, Secret) ->
    Runs = [binary:part(Name, At, ?SHARED) || At <- lists:seq(0, byte_size(Name) - ?SHARED)],
    binary:match(Secret, Runs) =/= nomatch.
