#!/bin/sh
# Tests the library for Erlang that is built: EUnit for the modules *_tests, Common Test for
# *_SUITE. usage: run.sh LIBRARY
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
. "$root/tests/run/cargo.sh"
library=$1
otp=$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().')
echo ".. tests/erlang/nif with $library, on OTP $otp"
work=$target/erlang/tests/nif-$otp
export JWT_AUTH_ROOT="$root" JWT_AUTH_WORK="$work"
rm -rf "$work"
mkdir -p "$work/ebin" "$work/logs"
erlc +debug_info +warnings_as_errors -pa "$library/ebin" -o "$work/ebin" "$root"/tests/erlang/nif/*.erl
erl -noshell -pa "$library/ebin" "$work/ebin" -eval '
    Beams = filelib:wildcard("*_tests.beam", hd(init:get_plain_arguments())),
    Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
    [] =/= Modules orelse halt(1),
    case eunit:test(Modules) of ok -> halt(0); _ -> halt(1) end.' -extra "$work/ebin"
# ct_run would make a node of it, and leave an epmd behind.
erl -noshell -pa "$library/ebin" -eval '
    [Dir, Logs] = init:get_plain_arguments(),
    Options = [{dir, Dir}, {logdir, Logs}, {auto_compile, false}],
    case ct:run_test(Options) of
        {Ok, 0, {0, 0}} when Ok > 0 -> halt(0);
        _ -> halt(1)
    end.' -extra "$work/ebin" "$work/logs"
