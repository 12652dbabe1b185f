#!/bin/sh
# Runs every test. Needs Rust and, on Debian, installs what else is missing.
#
#   sh tests/run.sh
set -eu

start=$PWD
root=$(cd "$(dirname "$0")/.." && pwd)
case ${CARGO_TARGET_DIR:-} in
'') target=$root/target ;;
/*) target=$CARGO_TARGET_DIR ;;
*) target=$start/$CARGO_TARGET_DIR ;;
esac
export CARGO_TARGET_DIR="$target"
cd "$root"

step() {
    printf '\n== %s\n' "$*"
}

missing() {
    ! command -v "$1" >/dev/null 2>&1
}

# Installs the Debian packages that bring missing programs, or says which they are.
install_tools() {
    packages=
    if missing cmake || missing ctest; then
        packages="$packages cmake"
    fi
    if missing cc || missing c++ || missing make; then
        packages="$packages build-essential"
    fi
    if missing nm || missing readelf; then
        packages="$packages binutils"
    fi
    # Debian keeps it where only root looks.
    if missing nginx && [ ! -x /usr/sbin/nginx ]; then
        packages="$packages nginx"
    fi
    # The broker of Mosquitto, with what plugins need, its clients, and what its tests need.
    if missing mosquitto && [ ! -x /usr/sbin/mosquitto ]; then
        packages="$packages mosquitto"
    fi
    if missing mosquitto_pub || missing mosquitto_sub; then
        packages="$packages mosquitto-clients"
    fi
    if [ ! -e /usr/include/mosquitto_plugin.h ]; then
        packages="$packages mosquitto-dev"
    fi
    if [ ! -e /usr/include/mosquitto.h ]; then
        packages="$packages libmosquitto-dev"
    fi
    if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        packages="$packages python3 python3-venv"
    fi
    # Erlang, with what builds and checks a library for it.
    if missing erlc || [ ! -e /usr/lib/erlang/usr/include/erl_nif.h ]; then
        packages="$packages erlang-base erlang-dev"
    fi
    for application in eunit common_test dialyzer tools; do
        if [ -z "$(find /usr/lib/erlang/lib -maxdepth 1 -name "$application-*" 2>/dev/null)" ]; then
            packages="$packages erlang-$(echo "$application" | tr _ -)"
        fi
    done
    if [ ! -e /usr/lib/rabbitmq/lib ]; then
        packages="$packages rabbitmq-server"
    fi
    if missing openssl; then
        packages="$packages openssl"
    fi
    if missing valgrind; then
        # Without libc6-dbg it does not start.
        packages="$packages valgrind libc6-dbg"
    fi
    if [ -z "$packages" ]; then
        echo "nothing is missing"
        return
    fi
    install="apt-get install -y --no-install-recommends$packages"
    if missing apt-get; then
        echo "tests/run.sh: programs are missing; install what Debian calls:$packages" >&2
        exit 1
    elif [ "$(id -u)" -eq 0 ]; then
        sudo=
    elif missing sudo; then
        echo "tests/run.sh: programs are missing; run as root: $install" >&2
        exit 1
    else
        sudo=sudo
    fi
    echo "installing:$packages"
    $sudo apt-get update
    # The tests start brokers of their own; Debian's is not to listen because of them.
    services=
    for service in mosquitto rabbitmq-server; do
        case "$packages " in
        *" $service "*) [ -d /run/systemd/system ] && services="$services $service.service" ;;
        esac
    done
    if [ -n "$services" ]; then
        # shellcheck disable=SC2086 # a list of words
        $sudo systemctl mask $services
    fi
    # Without systemd, services are not started in this run level.
    # shellcheck disable=SC2086 # a list of words
    $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 $install
    if [ -n "$services" ]; then
        # shellcheck disable=SC2086
        $sudo systemctl unmask $services
        # shellcheck disable=SC2086
        $sudo systemctl disable $services
    fi
}

# run_ctest BUILD_DIR [CMAKE_OPTION...]
run_ctest() {
    build=$1
    shift
    cmake -S tests -B "$build" "-DJWT_AUTH_LIBRARY_DIR=$target/release" "$@"
    cmake --build "$build"
    ctest --test-dir "$build" --output-on-failure --no-tests=error
}

step "tools"
if missing cargo; then
    echo "tests/run.sh: cargo is missing; install Rust: https://rustup.rs" >&2
    exit 1
fi
install_tools

step "cargo test"
cargo test --locked

step "cargo build --release"
cargo build --release --locked

step "C programs"
run_ctest "$target/ctest"

step "C programs, with AddressSanitizer"
run_ctest "$target/ctest-asan" -DSANITIZE=address

step "Erlang"
sh tests/erlang/run.sh

step "RabbitMQ"
sh tests/rabbitmq/run.sh

step "c_examples/quickstart.sh"
sh c_examples/quickstart.sh

step "c_examples/mosquitto/run.sh"
sh c_examples/mosquitto/run.sh

step "all tests passed"
