#!/bin/sh
# Tests the plugin for VerneMQ in a stand-in for its hook runner. JWT_AUTH_LIBRARY_DIR says where
# libjwt_auth.so is, CARGO_TARGET_DIR where things are built.
#
#   sh tests/erlang/vernemq/run.sh
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
. "$root/tests/run/cargo.sh"
need_library
here=$root/tests/erlang/vernemq
plugin=$target/vernemq/vmq_jwt_auth
work=$target/erlang/tests/vernemq

rm -rf "$plugin" "$work"
make -s -C "$root/c_examples/vernemq"
mkdir -p "$work/ebin"
erlc +debug_info +warnings_as_errors -o "$work/ebin" "$here"/broker/*.erl "$here"/*.erl \
    "$root/tests/erlang/nif/jwt_auth_fixture.erl"
# Applications of the broker, for the start of the plugin.
echo '{application, credentials_obfuscation, [{vsn, "0"}, {applications, [kernel, stdlib]}]}.' \
    >"$work/ebin/credentials_obfuscation.app"

plt=$target/erlang/otp-$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().').plt
sh "$root/tests/erlang/plt.sh" "$plt"
dialyzer --plt "$plt" -Wunmatched_returns -Werror_handling "$plugin/ebin" \
    "$work/ebin/credentials_obfuscation.beam" "$work/ebin/vernemq_dev_api.beam"
sh "$here/eunit.sh"
