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
    [] = lists:append([Calls || {undefined, Calls} <- xref:d(hd(init:get_plain_arguments()))]),
    ok = logger:remove_handler(default),
    case eunit:test([vmq_jwt_auth_tests, vmq_jwt_auth_sessions_tests]) of
        ok -> halt(0);
        _ -> halt(1)
    end.' -extra "$plugin/ebin"
