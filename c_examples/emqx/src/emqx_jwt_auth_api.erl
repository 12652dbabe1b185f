%% What the API of EMQX 6.0.3 and later answers for this plugin, under
%% /api/v5/plugin_api/emqx_jwt_auth:
%%
%%   GET status             JSON: whether all is well, and the number of decisions by reason
%%   GET stats              what the library has counted, in the text format of Prometheus
%%   GET explain/CLIENTID   why the client was refused the last time, as text
%%
%% It is about the node that is asked. Nothing is changed by it.
-module(emqx_jwt_auth_api).

-export([handle/2]).

-type answer() :: {ok, 200, #{binary() => binary()}, map() | binary()}
                | {error, 503, #{}, #{code := binary(), message := binary()}}
                | {error, not_found}.

%% Path: what comes behind the name of the plugin, cut at its slashes and decoded.
-spec handle(atom(), [binary()]) -> answer().
handle(get, [<<"status">>]) -> {ok, 200, #{}, status(emqx_jwt_auth_health:check())};
handle(get, [<<"stats">>]) -> stats(emqx_jwt_auth_gate:verifier());
handle(get, [<<"explain">>, ClientId]) -> text(jwt_auth_explanation:of_client(ClientId));
handle(_Method, _Path) -> {error, not_found}.

status(Health) ->
    Text = case Health of
               ok -> <<"ok">>;
               {error, Fault} -> Fault
           end,
    #{healthy => Health =:= ok,
      health => Text,
      decisions => maps:from_list(emqx_jwt_auth_counters:all())}.

stats(none) ->
    unavailable(<<"no configuration was accepted yet">>);
stats({ok, Verifier}) ->
    case jwt_auth:stats(Verifier) of
        {ok, Text} -> text(Text);
        {error, Text} -> unavailable(Text)
    end.

text(Text) ->
    Headers = #{<<"content-type">> => <<"text/plain; charset=utf-8">>},
    {ok, 200, Headers, unicode:characters_to_binary(Text)}.

unavailable(Text) ->
    {error, 503, #{}, #{code => <<"SERVICE_UNAVAILABLE">>, message => Text}}.
