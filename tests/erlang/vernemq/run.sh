#!/bin/sh
# Tests the plugin for VerneMQ in a stand-in for its hook runner. JWT_AUTH_LIBRARY_DIR says where
# libjwt_auth.so is, CARGO_TARGET_DIR where things are built.
#
#   sh tests/erlang/vernemq/run.sh
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
. "$root/tests/run/cargo.sh"
need_library
plugin=$target/vernemq/vmq_jwt_auth
rm -rf "$plugin"
make -s -C "$root/c_examples/vernemq"
sh "$root/tests/erlang/vernemq/eunit.sh"

otp=$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().')
plt=$target/erlang/otp-$otp.plt
broker=$target/erlang/tests/vernemq-$otp/ebin
sh "$root/tests/erlang/plt.sh" "$plt"
dialyzer --plt "$plt" -Wunmatched_returns -Werror_handling "$plugin/ebin" \
    "$broker/credentials_obfuscation.beam" "$broker/vernemq_dev_api.beam"
