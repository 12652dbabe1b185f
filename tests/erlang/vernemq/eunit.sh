#!/bin/sh
# Tests the plugin for VerneMQ that is built.
# usage: eunit.sh
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
. "$root/tests/run/cargo.sh"
here=$root/tests/erlang/vernemq
plugin=$target/vernemq/vmq_jwt_auth
otp=$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().')
echo ".. tests/erlang/vernemq, on OTP $otp"
work=$target/erlang/tests/vernemq-$otp
export JWT_AUTH_WORK="$work"
rm -rf "$work"
mkdir -p "$work/ebin"
erlc +debug_info +warnings_as_errors -o "$work/ebin" "$here"/broker/*.erl "$here"/*.erl \
    "$root/tests/erlang/nif/jwt_auth_fixture.erl"
# An application of the broker, for the start of the plugin.
echo '{application, credentials_obfuscation, [{vsn, "0"}, {applications, [kernel, stdlib]}]}.' \
    >"$work/ebin/credentials_obfuscation.app"
erl -noshell -pa "$plugin/ebin" "$work/ebin" -eval '
    [Plugin, Tests] = init:get_plain_arguments(),
    [] = lists:append([Calls || {undefined, Calls} <- xref:d(Plugin)]),
    Beams = filelib:wildcard("*_tests.beam", Tests),
    Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
    [] =/= Modules orelse halt(1),
    ok = logger:remove_handler(default),
    case eunit:test(Modules) of ok -> halt(0); _ -> halt(1) end.' -extra "$plugin/ebin" "$work/ebin"
