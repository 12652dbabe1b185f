%% Turns EMQX's map of a client into the one that the library takes.
-module(emqx_jwt_auth_client).

-export([from/1, key/1, key/2]).
-export_type([key/0]).

%% Names a client: gateways for other protocols have client ids of their own.
-type key() :: {Protocol :: term(), ClientId :: term()}.

%% A field that is absent or undefined was not sent by the client.
-spec from(map()) -> jwt_auth:client().
from(ClientInfo) ->
    Fields = [{client_id, clientid}, {username, username}, {password, password}],
    Sent = [{Field, Value} || {Field, Key} <- Fields,
                              Value <- sent(maps:get(Key, ClientInfo, undefined))],
    maps:from_list(Sent ++ address(maps:get(peerhost, ClientInfo, undefined))
                        ++ certificate(maps:get(cert_pem, ClientInfo, undefined))).

%% The address of a client of a gateway need not be an IP address.
address(Address) when tuple_size(Address) =:= 4; tuple_size(Address) =:= 8 ->
    [{peer_address, Address}];
address(_) ->
    [].

%% The certificate of the TLS connection, where the release has it here. It is DER, whatever the
%% name says: EMQX makes PEM of it only where a template asks for that.
certificate(Der) when is_binary(Der) -> [{peer_certificate, Der}];
certificate(_) -> [].

%% Identifies the client among all connections.
-spec key(map()) -> key().
key(ClientInfo) ->
    {maps:get(protocol, ClientInfo, undefined), maps:get(clientid, ClientInfo, undefined)}.

%% The same, if its token gives it another client id.
-spec key(map(), #{client_id => binary()}) -> key().
key(ClientInfo, Names) ->
    {Protocol, ClientId} = key(ClientInfo),
    {Protocol, maps:get(client_id, Names, ClientId)}.

sent(undefined) -> [];
sent(Value) -> [Value].
