#!/bin/sh
# Tests the backend for RabbitMQ in nodes of its own: of this machine, and of newer releases of
# Debian where root can make folders for them. Needs libjwt_auth.so, as `cargo build --release`
# makes it, what the library for Erlang needs, and Debian's packages rabbitmq-server, python3-venv
# and openssl.
#
#   sh tests/rabbitmq/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
need_library
export JWT_AUTH_RABBITMQ_PLUGINS="$target/rabbitmq/plugins"

rm -rf "$JWT_AUTH_RABBITMQ_PLUGINS"
make -s -C "$root/c_examples/rabbitmq"

sh "$root/tests/rabbitmq/venv.sh" "$target/rabbitmq/venv"
cd "$root/tests/rabbitmq"
logs=$target/rabbitmq/logs
mkdir -p "$logs"

# test_release SUITE [FOLDER]: with the nodes of this machine, or of a folder
test_release() {
    JWT_AUTH_DEBIAN_FOLDER=${2:-} PYTHONDONTWRITEBYTECODE=1 "$target/rabbitmq/venv/bin/python" \
        -m unittest -v >"$logs/$1" 2>&1
}

# All releases at once: most of the time is waiting.
suites=$(debian_here) runs=
if [ -z "$(debian_obstacle)" ]; then
    for suite in $(debian_newer); do
        # shellcheck disable=SC2046 # a list of words
        debian_need "$suite" $(debian_packages rabbitmq)
        test_release "$suite" "$(debian_folder "$suite")" &
        suites="$suites $suite" runs="$runs $!"
    done
fi
test_release "$(debian_here)" &
status=0
for run in $! $runs; do wait "$run" || status=1; done
for suite in $suites; do
    echo ".. RabbitMQ of $suite"
    cat "$logs/$suite"
done

ebin=$(echo "$JWT_AUTH_RABBITMQ_PLUGINS"/*/ebin)
sh types.sh "$ebin" || status=1
# The newest one has all callbacks.
if [ -n "$runs" ]; then
    sh "$root/tests/run/inside.sh" "$(debian_folder "$suite")" sh "$root/tests/rabbitmq/types.sh" "$ebin" ||
        status=1
fi
exit $status
