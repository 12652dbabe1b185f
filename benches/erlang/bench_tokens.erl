%% Keys and tokens. The keys are those of the tests.
-module(bench_tokens).

-export([make/1, config/2, jwk/1, key/1, sign/3, claims/2, later/0]).

-include_lib("public_key/include/public_key.hrl").

%% 256 clients, each with the token of its claims.
make(Algorithm) ->
    Key = key(Algorithm),
    list_to_tuple([begin
                       Id = iolist_to_binary(io_lib:format("d-~6..0b", [Number])),
                       {Id, sign(Algorithm, Key, claims(Id, later()))}
                   end || Number <- lists:seq(0, 255)]).

%% 1 January 2100.
later() -> 4102444800.

%% 204 bytes.
claims(Id, Exp) ->
    iolist_to_binary(
      ["{\"sub\":\"", Id, "\",\"clientid\":\"", Id, "\",\"username\":\"alice\",\"iat\":1700000000,\"exp\":",
       integer_to_list(Exp), ",\"aud\":\"mqtt\",\"acl\":{\"pub\":[\"up/", Id, "/#\",\"log/", Id,
       "/+\"],\"sub\":[\"down/", Id, "/#\",\"all/news/weather/+/#\"]}}"]).

config(Algorithm, Capacity) ->
    Common = #{verify_claims => #{aud => <<"mqtt">>, clientid => <<"${clientid}">>},
               cache_capacity => Capacity, signature_format => <<"raw">>},
    case Algorithm of
        'HS256' -> Common#{secret => key('HS256')};
        _ -> Common#{public_key => pem(Algorithm, "pub")}
    end.

jwk('HS256') -> jose_jwk:from_oct(key('HS256'));
jwk(Algorithm) -> jose_jwk:from_pem(pem(Algorithm, "pub")).

key('HS256') ->
    <<"0123456789abcdef0123456789abcdef">>;
key(Algorithm) ->
    [Entry | _] = lists:reverse(public_key:pem_decode(pem(Algorithm, "key"))),
    public_key:pem_entry_decode(Entry).

pem(Algorithm, Part) ->
    Name = case Algorithm of 'RS256' -> "rsa2048"; 'ES256' -> "p256"; 'EdDSA' -> "ed25519" end,
    {ok, Pem} = file:read_file(filename:join(os:getenv("BENCH_KEYS"), Name ++ "." ++ Part ++ ".pem")),
    Pem.

sign(Algorithm, Key, Claims) ->
    Header = ["{\"alg\":\"", atom_to_list(Algorithm), "\",\"typ\":\"JWT\"}"],
    Input = <<(url64(iolist_to_binary(Header)))/binary, $., (url64(Claims))/binary>>,
    <<Input/binary, $., (url64(signature(Algorithm, Key, Input)))/binary>>.

signature('HS256', Secret, Input) -> crypto:mac(hmac, sha256, Secret, Input);
signature('EdDSA', Key, Input) -> public_key:sign(Input, none, Key);
signature('RS256', Key, Input) -> public_key:sign(Input, sha256, Key);
signature('ES256', Key, Input) ->
    #'ECDSA-Sig-Value'{r = R, s = S} =
        public_key:der_decode('ECDSA-Sig-Value', public_key:sign(Input, sha256, Key)),
    <<R:256, S:256>>.

url64(Bytes) ->
    Text = base64:encode(Bytes),
    << <<case C of $+ -> $-; $/ -> $_; _ -> C end>> || <<C>> <= Text, C =/= $= >>.
