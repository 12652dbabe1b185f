#!/bin/sh
# Measures what the plugin costs Mosquitto, beside a broker without one. Needs Rust, a C compiler,
# CMake, and Debian's packages mosquitto, mosquitto-dev, libmosquitto-dev and libssl-dev:
#
#   sh benches/mosquitto/run.sh [--short] [--offline COUNT] [--clients COUNT] [FOLDER...]
#
# A FOLDER has another release of Debian in it, with its own Mosquitto; / is the machine's. If none
# is named, all are measured that tests/run.sh has made, which takes root; in short, the machine's.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
cd "$root"
# Debian installs the broker in /usr/sbin, which is in the PATH of root only.
PATH=$PATH:/usr/sbin
need_cargo

cargo build --release --locked
cmake -S c_examples/mosquitto -B "$target/mosquitto" "-DJWT_AUTH_LIBRARY_DIR=$target/release" >/dev/null
cmake --build "$target/mosquitto" >/dev/null

case "$*" in
*/* | *--short*) ;;
*)
    set -- "$@" /
    for suite in $(debian_newer); do
        if [ "$(id -u)" -eq 0 ] && [ -d "$(debian_folder "$suite")" ]; then
            set -- "$@" "$(debian_folder "$suite")"
        fi
    done
    ;;
esac

sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
# Not optimised: only the broker's time counts, and cargo would build the library anew each time,
# as the benches enable features of its dependencies.
JWT_AUTH_PLUGIN=$target/mosquitto/mosquitto_jwt_auth.so \
    cargo bench --locked --profile dev --bench mosquitto -- "$@"
