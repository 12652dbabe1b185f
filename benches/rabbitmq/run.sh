#!/bin/sh
# Measures what the backend costs RabbitMQ, beside a node whose clients have passwords. Needs what
# tests/rabbitmq/run.sh needs:
#
#   sh benches/rabbitmq/run.sh [FOLDER...]
#
# A FOLDER has another release of Debian in it, with its own RabbitMQ; / is the machine's.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
need_library
export JWT_AUTH_RABBITMQ_PLUGINS="$target/rabbitmq/plugins"

make -s -C "$root/c_examples/rabbitmq"
sh "$root/tests/rabbitmq/venv.sh" "$target/rabbitmq/venv"
sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
export PYTHONDONTWRITEBYTECODE=1
for folder in "${@:-/}"; do
    case $folder in
    /) unset JWT_AUTH_DEBIAN_FOLDER ;;
    *) export JWT_AUTH_DEBIAN_FOLDER="$folder" ;;
    esac
    "$target/rabbitmq/venv/bin/python" "$root/benches/rabbitmq/bench.py"
done
