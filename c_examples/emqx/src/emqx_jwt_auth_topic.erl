%% Finds the topic that a request is really about: EMQX does more with some prefixes than the name
%% of the topic tells, and permissions are about the topic behind them.
%%
%%   $delayed/SECONDS/TOPIC      publishes to TOPIC, later. EMQX 4.4 and 5.0.0 to 5.0.9 hand it to
%%                               the permission hook as it is.
%%   $q/FILTER                   from 6.0.0 on reads a queue of the messages to FILTER
%%   $s/START/FILTER             from 6.1.0 on reads a stream of them
%%   $queue/NAME/FILTER          from 6.1.1 on the same, by name. EMQX makes what does not exist.
%%   $stream/NAME/FILTER         A name alone reads what somebody else has chosen.
%%
%% Where message queues are off, and in earlier releases, $queue/FILTER is a shared subscription to
%% FILTER, and EMQX removes the prefix before it asks.
-module(emqx_jwt_auth_topic).

-export([subject/2]).

%% The topic to ask the token about; deny: there is none, or the release is not known to be one that
%% takes the prefix for an ordinary topic.
-spec subject(atom(), Topic) -> {ok, Topic} | deny when Topic :: binary().
subject(publish, <<"$delayed/", Delayed/binary>>) ->
    case binary:split(Delayed, <<"/">>) of
        [Seconds, Topic] when Topic =/= <<>> ->
            case is_delay(Seconds) of
                true -> subject(publish, Topic);
                false -> deny
            end;
        _ ->
            deny
    end;
subject(subscribe, <<"$q/", Filter/binary>> = Topic) ->
    since([6, 0, 0], Topic, fun() -> behind(Filter) end);
subject(subscribe, <<"$s/", Rest/binary>> = Topic) ->
    since([6, 1, 0], Topic, fun() -> behind_name(Rest) end);
subject(subscribe, <<"$queue/", Rest/binary>> = Topic) ->
    since([6, 1, 1], Topic, fun() -> behind_name(Rest) end);
subject(subscribe, <<"$stream/", Rest/binary>> = Topic) ->
    since([6, 1, 1], Topic, fun() -> behind_name(Rest) end);
subject(_Action, Topic) ->
    {ok, Topic}.

is_delay(Text) ->
    re:run(Text, "\\A[0-9]+\\z", [{capture, none}]) =:= match.

since(First, Topic, Filter) ->
    case emqx_jwt_auth_broker:release() of
        unknown -> deny;
        Release when Release >= First -> Filter();
        _ -> {ok, Topic}
    end.

behind_name(Rest) ->
    case binary:split(Rest, <<"/">>) of
        [Name, Filter] when Name =/= <<>> -> behind(Filter);
        _ -> deny
    end.

%% EMQX takes a prefix within FILTER for a part of the topic, where the library would remove it.
behind(Filter) ->
    case Filter =:= <<>> orelse binary:match(Filter, [<<"$share/">>, <<"$queue/">>]) of
        true -> deny;
        {0, _} -> deny;
        _ -> {ok, Filter}
    end.
