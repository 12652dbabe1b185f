%% An alarm of the broker while something is wrong with the plugin: in the dashboard, on $SYS
%% topics, and wherever else EMQX shows alarms.
-module(emqx_jwt_auth_alarm).

-export([show/1]).

-define(NAME, <<"jwt_auth">>).
-define(SHOWN, {emqx_jwt_auth, alarm}).

%% Activates the alarm, or deactivates it. A broker that cannot be asked has no alarm.
-spec show(ok | {error, binary()}) -> ok.
show(State) ->
    case persistent_term:get(?SHOWN, ok) of
        State ->
            ok;
        Before ->
            _ = Before =:= ok orelse
                    emqx_jwt_auth_broker:ask(fun() -> emqx_alarm:deactivate(?NAME) end, ok),
            _ = activate(State),
            persistent_term:put(?SHOWN, State)
    end.

%% The message came with EMQX 5.
activate(ok) ->
    ok;
activate({error, Text}) ->
    Details = #{error => Text},
    Message = <<"jwt_auth: ", Text/binary>>,
    Activate = case emqx_jwt_auth_broker:generation() of
                   v4 -> fun() -> emqx_alarm:activate(?NAME, Details) end;
                   _ -> fun() -> emqx_alarm:activate(?NAME, Details, Message) end
               end,
    emqx_jwt_auth_broker:ask(Activate, ok).
