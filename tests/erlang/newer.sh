#!/bin/sh
# Tests on a newer Erlang what run.sh has built on that of this machine; runs in the folder of the
# newer release of Debian. The sources must be good for its compiler too.
# usage: newer.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
otp=$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().')
work=$target/erlang/otp-$otp
rm -rf "$work"
mkdir -p "$work"
erlc +warnings_as_errors -o "$work" "$root"/c_examples/erlang/src/*.erl "$root"/c_examples/vernemq/src/*.erl

# A module that the compiler of an older OTP made may have instructions that are gone.
erl -noshell -eval '
    Beams = [Beam || Dir <- init:get_plain_arguments(), Beam <- filelib:wildcard(Dir ++ "/*.beam")],
    [_ | _] = Beams,
    [] = [Beam || Beam <- Beams, {error, _} <- [code:load_abs(filename:rootname(Beam))]],
    io:format("~b checks of modules passed: they load on OTP ~s~n",
              [length(Beams), erlang:system_info(otp_release)]),
    halt().' -extra "$target/erlang/jwt_auth/ebin" "$target/vernemq/vmq_jwt_auth/ebin" "$target/emqx/ebin"

sh "$root/tests/erlang/nif/run.sh" "$target/erlang/jwt_auth"
sh "$root/tests/erlang/vernemq/eunit.sh"
