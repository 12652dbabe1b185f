%% Checks per second from Erlang, beside the C functions and what else checks tokens.
%%
%% All take turns, in slices of a few milliseconds and a new order each round, so that a noisy
%% neighbour hits all alike. Differences and ratios are taken within a round; medians and quartiles
%% are shown.
-module(bench).

-export([main/0]).

-define(ROUNDS, 21).
-define(SLICE_NS, 10_000_000).
-define(CACHED, 65536).

main() ->
    io:format("~ts, OTP ~s, ~b rounds; microseconds per check, medians (quartiles)~n~n",
              [string:trim(os:cmd("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1")),
               erlang:system_info(otp_release), ?ROUNDS]),
    lists:foreach(fun algorithm/1, ['HS256', 'RS256', 'ES256', 'EdDSA']),
    lists:foreach(fun two_processes/1, ['HS256', 'ES256']),
    sessions().

algorithm(Algorithm) ->
    Tokens = bench_tokens:make(Algorithm),
    Jose = bench_peers:jose(Algorithm),
    Crypto = bench_peers:crypto(Algorithm),
    First = nif(Algorithm, 0),
    Again = nif(Algorithm, ?CACHED),
    [is_right(Name, Check, Algorithm, Tokens)
     || {Name, Check} <- [{nif, First}, {nif_again, Again}, {jose, Jose}, {crypto, Crypto}]],
    Slices = [slice(native(Algorithm, 0, Tokens)), slice(in_erlang(First, Tokens)),
              slice(native(Algorithm, ?CACHED, Tokens)), slice(in_erlang(Again, Tokens)),
              slice(in_erlang(Jose, Tokens)), slice(in_erlang(Crypto, Tokens))],
    [C, Nif, CAgain, NifAgain, ByJose, ByCrypto] = interleave(Slices),
    io:format("~s~n", [Algorithm]),
    figure("C, first sight", C),
    figure("NIF, first sight", Nif),
    over("  over C", Nif, C),
    figure("C, seen before", CAgain),
    figure("NIF, seen before", NifAgain),
    over("  over C", NifAgain, CAgain),
    figure("erlang-jose and jiffy", ByJose),
    times("  beside the NIF at first sight", ByJose, Nif),
    figure("crypto and jiffy", ByCrypto),
    times("  beside the NIF at first sight", ByCrypto, Nif),
    io:nl().

nif(Algorithm, Capacity) ->
    {ok, Verifier} = jwt_auth:new(bench_tokens:config(Algorithm, Capacity)),
    fun(Id, Token) ->
        case jwt_auth:check(Verifier, #{client_id => Id, username => <<"alice">>, password => Token}) of
            {allow, #{session := _}} -> true;
            _ -> false
        end
    end.

%% What accepts what it should not, or the reverse, is not timed.
is_right(Name, Check, Algorithm, Tokens) ->
    [true = Check(Id, Token) || {Id, Token} <- tuple_to_list(Tokens)],
    {Id, Token} = element(1, Tokens),
    {_, Other} = element(2, Tokens),
    [Header, _, Signature] = binary:split(Token, <<".">>, [global]),
    [_, Payload, _] = binary:split(Other, <<".">>, [global]),
    Tampered = iolist_to_binary([Header, $., Payload, $., Signature]),
    Sign = fun(Claims) -> bench_tokens:sign(Algorithm, bench_tokens:key(Algorithm), Claims) end,
    Expired = Sign(bench_tokens:claims(Id, 1700000100)),
    Elsewhere = Sign(binary:replace(bench_tokens:claims(Id, bench_tokens:later()), <<"mqtt">>, <<"http">>)),
    case [What || {What, Bad} <- [{tampered, Tampered}, {expired, Expired}, {wrong_aud, Elsewhere}],
                  Check(Id, Bad)] of
        [] -> ok;
        Accepted -> erlang:error({Name, Algorithm, accepts, Accepted})
    end.

in_erlang(Check, Tokens) ->
    fun(Count) ->
        Start = erlang:monotonic_time(nanosecond),
        loop(Check, Tokens, Count),
        (erlang:monotonic_time(nanosecond) - Start) / Count
    end.

loop(_Check, _Tokens, 0) -> ok;
loop(Check, Tokens, Count) ->
    {Id, Token} = element(Count rem tuple_size(Tokens) + 1, Tokens),
    true = Check(Id, Token),
    loop(Check, Tokens, Count - 1).

%% The C program, which does as much when it is told to.
native(Algorithm, Capacity, Tokens) ->
    File = filename:join(os:getenv("BENCH_WORK"), atom_to_list(Algorithm) ++ ".tokens"),
    ok = file:write_file(File, [[Id, $\s, Token, $\n] || {Id, Token} <- tuple_to_list(Tokens)]),
    {ok, Config} = jwt_auth_json:encode(bench_tokens:config(Algorithm, Capacity)),
    Port = open_port({spawn_executable, filename:join(os:getenv("BENCH_WORK"), "native")},
                     [{args, [iolist_to_binary(Config), File]}, {line, 100}, binary]),
    fun(Count) ->
        port_command(Port, [integer_to_list(Count), $\n]),
        receive {Port, {data, {eol, Line}}} -> binary_to_float(Line) after 60_000 -> erlang:error(native) end
    end.

%% Once to warm up, and once to see how long it takes.
slice(Run) -> slice(Run, ?SLICE_NS).

slice(Run, Nanoseconds) ->
    _ = Run(512),
    Count = max(64, round(Nanoseconds / Run(512))),
    fun() -> Run(Count) end.

%% For each slice, the nanoseconds of every round.
interleave(Slices) ->
    Numbered = lists:enumerate(Slices),
    Rounds = [begin
                  Order = [Slice || {_, Slice} <- lists:sort([{rand:uniform(), Slice} || Slice <- Numbered])],
                  erlang:garbage_collect(),
                  [Figure || {_, Figure} <- lists:sort([{Number, Run()} || {Number, Run} <- Order])]
              end || _ <- lists:seq(1, ?ROUNDS)],
    [[lists:nth(Number, Round) || Round <- Rounds] || {Number, _} <- Numbered].

%% Long slices: a second scheduler takes its time to wake.
two_processes(Algorithm) ->
    Tokens = bench_tokens:make(Algorithm),
    One = slice(in_erlang(nif(Algorithm, 0), Tokens), 20 * ?SLICE_NS),
    Two = fun() ->
        Self = self(),
        Pids = [spawn_link(fun() -> Self ! {self(), One()} end) || _ <- [1, 2]],
        lists:sum([1 / receive {Pid, Figure} -> Figure end || Pid <- Pids])
    end,
    [Alone, Together] = interleave([One, Two]),
    Scaling = lists:zipwith(fun(A, T) -> T * A end, Alone, Together),
    row(atom_to_list(Algorithm) ++ ", two processes beside one", "~.2fx", Scaling).

sessions() ->
    {ok, Verifier} = jwt_auth:new(bench_tokens:config('HS256', 0)),
    {Id, Token} = element(1, bench_tokens:make('HS256')),
    {allow, #{session := Session}} = jwt_auth:check(Verifier, #{client_id => Id, password => Token}),
    Topic = <<"up/", Id/binary, "/x">>,
    Authorize = fun(_, _) ->
        jwt_auth:authorize(Verifier, Session, publish, Topic, #{qos => 1, retain => false}) =:= allow
    end,
    Recheck = fun(_, _) -> element(1, jwt_auth:recheck(Verifier, Session)) =:= allow end,
    [May, Still] = interleave([slice(in_erlang(One, {{Id, Token}})) || One <- [Authorize, Recheck]]),
    figure("authorize", May),
    figure("recheck", Still).

figure(Name, Figures) -> row(Name, "~.2f us", [Figure / 1000 || Figure <- Figures]).
over(Name, Figures, Others) ->
    row(Name, "~.2f us", lists:zipwith(fun(A, B) -> (A - B) / 1000 end, Figures, Others)).
times(Name, Figures, Others) ->
    row(Name, "~.1fx", lists:zipwith(fun(A, B) -> A / B end, Figures, Others)).

row(Name, Format, Figures) ->
    Sorted = lists:sort(Figures),
    At = fun(Quarter) -> io_lib:format(Format, [lists:nth(1 + (length(Sorted) - 1) * Quarter div 4, Sorted)]) end,
    io:format("  ~-40ts ~10ts  (~ts to ~ts)~n", [Name, At(2), At(1), At(3)]).
