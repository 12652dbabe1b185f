%% What checks a token in other ways. Each does what the library does with these tokens: the
%% algorithm is pinned, and the signature, exp, aud and the client's id are looked at.
-module(bench_peers).

-export([jose/1, crypto/1]).

-include_lib("public_key/include/public_key.hrl").

%% erlang-jose, as EMQX calls it.
jose(Algorithm) ->
    Jwk = bench_tokens:jwk(Algorithm),
    Allowed = [atom_to_binary(Algorithm)],
    fun(Id, Token) ->
        case jose_jws:verify_strict(Jwk, Allowed, Token) of
            {true, Payload, _} -> accepts(Id, Payload);
            _ -> false
        end
    end.

%% The functions of OTP.
crypto(Algorithm) ->
    Verify = verification(Algorithm),
    fun(Id, Token) ->
        [Header, Payload, Signature] = binary:split(Token, <<".">>, [global]),
        Input = binary:part(Token, 0, byte_size(Header) + 1 + byte_size(Payload)),
        maps:get(<<"alg">>, json(Header)) =:= atom_to_binary(Algorithm)
            andalso Verify(Input, decode(Signature))
            andalso accepts(Id, decode(Payload))
    end.

verification('HS256') ->
    Secret = bench_tokens:key('HS256'),
    fun(Input, Mac) -> crypto:hash_equals(crypto:mac(hmac, sha256, Secret, Input), Mac) end;
verification('RS256') ->
    #'RSAPrivateKey'{modulus = N, publicExponent = E} = bench_tokens:key('RS256'),
    fun(Input, Signature) -> crypto:verify(rsa, sha256, Input, Signature, [E, N]) end;
verification('ES256') ->
    #'ECPrivateKey'{publicKey = Point} = bench_tokens:key('ES256'),
    fun(Input, <<R:256, S:256>>) ->
        Der = public_key:der_encode('ECDSA-Sig-Value', #'ECDSA-Sig-Value'{r = R, s = S}),
        crypto:verify(ecdsa, sha256, Input, Der, [Point, secp256r1])
    end;
verification('EdDSA') ->
    {_, {_, Public}} = jose_jwk:to_okp(bench_tokens:jwk('EdDSA')),
    fun(Input, Signature) -> crypto:verify(eddsa, none, Input, Signature, [Public, ed25519]) end.

accepts(Id, Payload) ->
    case jiffy:decode(Payload, [return_maps]) of
        #{<<"exp">> := Exp, <<"aud">> := <<"mqtt">>, <<"clientid">> := Id} ->
            erlang:system_time(second) < Exp;
        _ ->
            false
    end.

json(Segment) -> jiffy:decode(decode(Segment), [return_maps]).

decode(Segment) ->
    Text = << <<case C of $- -> $+; $_ -> $/; _ -> C end>> || <<C>> <= Segment >>,
    base64:decode(case byte_size(Text) rem 4 of
                      2 -> <<Text/binary, "==">>;
                      3 -> <<Text/binary, "=">>;
                      _ -> Text
                  end).
