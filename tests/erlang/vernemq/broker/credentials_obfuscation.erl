%% VerneMQ encrypts a password while it parses the packet, so that its logs do not show it.
-module(credentials_obfuscation).

-export([encrypt/1, decrypt/1]).

encrypt(undefined) -> undefined;
encrypt(Password) -> {encrypted, base64:encode(crypto:exor(Password, mask(Password)))}.

decrypt({encrypted, Text}) ->
    Masked = base64:decode(Text),
    crypto:exor(Masked, mask(Masked)).

mask(Bytes) -> binary:copy(<<16#5a>>, byte_size(Bytes)).
