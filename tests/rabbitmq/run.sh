#!/bin/sh
# Tests the backend for RabbitMQ in a node of its own. Needs libjwt_auth.so, as `cargo build
# --release` makes it, what the library for Erlang needs, and Debian's packages rabbitmq-server and
# python3-venv.
#
#   sh tests/rabbitmq/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
need_library
export JWT_AUTH_RABBITMQ_PLUGINS="$target/rabbitmq/plugins"

rm -rf "$JWT_AUTH_RABBITMQ_PLUGINS"
make -s -C "$root/c_examples/rabbitmq"

# What the backend calls, and what it is called by.
otp=$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().')
# shellcheck disable=SC2012 # no odd names
libs=$(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins | tail -n 1)
plt=$target/rabbitmq/otp-$otp.plt
sh "$root/tests/erlang/plt.sh" "$target/erlang/otp-$otp.plt"
echo ".. types of RabbitMQ"
mkdir -p "$target/rabbitmq"
dialyzer --add_to_plt --plt "$target/erlang/otp-$otp.plt" --output_plt "$plt" \
    "$libs"/rabbit_common-*/ebin/rabbit_authn_backend.beam \
    "$libs"/rabbit_common-*/ebin/rabbit_authz_backend.beam \
    "$libs"/rabbit_common-*/ebin/rabbit_json.beam \
    "$libs"/rabbit_common-*/ebin/rabbit_types.beam \
    "$libs"/rabbit-3*/ebin/rabbit_access_control.beam \
    "$libs"/rabbit-3*/ebin/rabbit_direct.beam \
    "$libs"/amqp_client-*/ebin/amqp_connection.beam \
    "$libs"/amqp_client-*/ebin/amqp_direct_connection.beam \
    "$libs"/rabbitmq_mqtt-*/ebin/rabbit_mqtt_util.beam >/dev/null
dialyzer --plt "$plt" -Wunmatched_returns -Werror_handling "$JWT_AUTH_RABBITMQ_PLUGINS"/*/ebin

sh "$root/tests/rabbitmq/venv.sh" "$target/rabbitmq/venv"
cd "$root/tests/rabbitmq"
PYTHONDONTWRITEBYTECODE=1 "$target/rabbitmq/venv/bin/python" -m unittest -v test_clients test_lifetime test_operator
