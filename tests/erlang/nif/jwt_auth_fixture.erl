%% Tokens, verifiers and virtual machines for the tests.
-module(jwt_auth_fixture).

-export([secret/0, other_secret/0, config/0, claims/0, token/0, token/1, token/2, client/0, client/1]).
-export([verifier/0, verifier/1, session/2]).
-export([vector/1, key_file/1, collect_garbage/0, until/1, live/2]).
-export([library/0, copy_library/1, other_build/0, start_node/1, start_node/2]).

secret() -> <<"0123456789abcdef0123456789abcdef">>.
other_secret() -> <<"fedcba9876543210fedcba9876543210">>.
config() -> #{secret => secret()}.

%% 1 January 2100.
claims() -> <<"{\"sub\":\"alice\",\"exp\":4102444800}">>.

token() -> token(claims()).
token(Claims) -> token(Claims, secret()).

token(Claims, Secret) ->
    Signed = <<(url64(<<"{\"alg\":\"HS256\",\"typ\":\"JWT\"}">>))/binary, $., (url64(Claims))/binary>>,
    Signature = url64(crypto:mac(hmac, sha256, Secret, Signed)),
    <<Signed/binary, $., Signature/binary>>.

url64(Bytes) ->
    Text = base64:encode(Bytes),
    << <<case C of $+ -> $-; $/ -> $_; _ -> C end>> || <<C>> <= Text, C =/= $= >>.

client() -> client(token()).
client(Token) -> #{client_id => <<"c1">>, username => <<"u1">>, password => Token}.

verifier() -> verifier(config()).
verifier(Config) ->
    {ok, Verifier} = jwt_auth:new(Config),
    Verifier.

session(Verifier, Token) ->
    {allow, #{session := Session}} = jwt_auth:check(Verifier, client(Token)),
    Session.

%% A token of tests/vectors/tokens.json, by its name.
vector(Name) ->
    {ok, Json} = file:read_file(filename:join([root(), "tests/vectors/tokens.json"])),
    Pattern = "\"name\": \"" ++ Name ++ "\",.*?\"token\": \"([^\"]+)\"",
    {match, [Token]} = re:run(Json, Pattern, [dotall, {capture, all_but_first, binary}]),
    Token.

key_file(Name) ->
    unicode:characters_to_binary(filename:join([root(), "tests/vectors/keys", Name])).

root() -> os:getenv("JWT_AUTH_ROOT").

%% Resources go when the last process lets go of them.
collect_garbage() ->
    lists:foreach(fun erlang:garbage_collect/1, processes()).

%% Waits for what is bound to happen.
until(Condition) -> until(Condition, 1000).

until(_, 0) -> erlang:error(it_did_not_happen);
until(Condition, Tries) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(10), until(Condition, Tries - 1)
    end.

live(Verifiers, Sessions) ->
    try
        until(fun() -> collect_garbage(), jwt_auth_nif:live() =:= {Verifiers, Sessions} end)
    catch
        error:it_did_not_happen -> erlang:error({still_there, jwt_auth_nif:live()})
    end.

%% The directory of the application that is tested.
library() -> filename:dirname(filename:dirname(code:which(jwt_auth))).

%% A copy of it, so that its native library is another file.
copy_library(To) ->
    Copy = fun(Path) ->
                   File = filename:join(To, Path),
                   ok = filelib:ensure_dir(File),
                   %% A node that is ending may still have the file before mapped.
                   _ = file:delete(File),
                   {ok, _} = file:copy(filename:join(library(), Path), File)
           end,
    lists:foreach(Copy, filelib:wildcard("{ebin,priv}/*", library())),
    To.

%% Another build of the library, and with another version.
other_build() ->
    Other = os:getenv("JWT_AUTH_OTHER_BUILD"),
    File = filename:join(Other, "priv/jwt_auth_nif.so"),
    {ok, Bytes} = file:read_file(File),
    Version = jwt_auth:version(),
    <<_, Rest/binary>> = Version,
    Changed = binary:replace(Bytes, <<0, Version/binary, 0>>, <<0, "9", Rest/binary, 0>>),
    ok = file:write_file(File, Changed),
    Other.

start_node(Library) -> start_node(Library, []).

%% A virtual machine with the application in its path, and this module.
start_node(Library, Arguments) ->
    Paths = [filename:join(Library, "ebin"), filename:dirname(code:which(?MODULE))],
    {ok, Peer, _} = peer:start_link(#{connection => standard_io,
                                      args => ["-pa" | Paths] ++ Arguments}),
    Peer.
