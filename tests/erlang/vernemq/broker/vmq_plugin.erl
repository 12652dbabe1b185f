%% The hook runner of VerneMQ, as it is there: hooks by name and number of arguments, one plugin
%% after the other while they answer next, and an error when none is left. It catches nothing.
-module(vmq_plugin).

-export([enable/1, chain/1, all_till_ok/2, all/2]).

%% Starts the application, and takes its hooks from its environment.
enable(Application) ->
    {ok, _} = application:ensure_all_started(Application),
    {ok, Hooks} = application:get_env(Application, vmq_plugin_hooks),
    [true = lists:member({F, A}, M:module_info(exports)) || {M, F, A, _} <- Hooks],
    chain([{F, A, fun(Arguments) -> apply(M, F, Arguments) end} || {M, F, A, _} <- Hooks]).

chain(Hooks) ->
    persistent_term:put(?MODULE, Hooks).

all_till_ok(Hook, Arguments) ->
    case hooks(Hook, Arguments) of
        [] -> {error, no_matching_hook_found};
        Funs -> till_ok(Funs, Arguments)
    end.

till_ok([], _) -> {error, plugin_chain_exhausted};
till_ok([Fun | Others], Arguments) ->
    case Fun(Arguments) of
        ok -> ok;
        {ok, Modifiers} -> {ok, Modifiers};
        {error, Error} -> {error, Error};
        next -> till_ok(Others, Arguments);
        Other -> {error, Other}
    end.

all(Hook, Arguments) ->
    [Fun(Arguments) || Fun <- hooks(Hook, Arguments)].

hooks(Hook, Arguments) ->
    [Fun || {Name, Arity, Fun} <- persistent_term:get(?MODULE, []), Name =:= Hook,
            Arity =:= length(Arguments)].
