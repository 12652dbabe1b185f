%% EMQX remembers permissions for a minute, in the process of the connection.
-module(broker_permissions).
-export([remember/1, forget/0, ask/2]).

%% Whether it does, as in its configuration.
remember(On) -> persistent_term:put(?MODULE, On).

%% Called in the process of the connection.
forget() ->
    _ = [erase(Key) || {{?MODULE, _} = Key, _} <- get()],
    ok.

%% Decide returns the permission, and whether it may be remembered.
ask(Key, Decide) ->
    case get({?MODULE, Key}) of
        undefined ->
            {Permission, MayRemember} = Decide(),
            _ = [put({?MODULE, Key}, Permission) || MayRemember, persistent_term:get(?MODULE)],
            Permission;
        Remembered ->
            Remembered
    end.
