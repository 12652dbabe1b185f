# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced: what comes from crates.io and PyPI, and newer releases of Debian. What is there already
# is not fetched, so that a second run needs no network.

# download NAME COMMAND...
download() {
    name=$1
    shift
    mkdir -p "$logs"
    if ! "$@" >"$logs/download.log" 2>&1; then
        tail -n 5 "$logs/download.log"
        fail "could not fetch $name"
    fi
}

fetch_crates() {
    host=$(rustc -vV | sed -n 's/^host: //p')
    if ! cargo fetch --locked --offline --target "$host" >/dev/null 2>&1; then
        echo "   crates of Cargo.lock, from crates.io"
        download "the crates of Cargo.lock from crates.io" cargo fetch --locked --target "$host"
    fi
}

# fetch_python SCRIPT DIRECTORY
fetch_python() {
    wheels=$(sed -n 's/.*pip install .*--disable-pip-version-check //p' "$1")
    echo "   Python environment with $wheels, from PyPI unless it is there"
    download "$wheels from PyPI" sh "$1" "$2"
}

# What cannot be had is left out: its part says so.
fetch_platforms() {
    if [ "$(uname -m)" != x86_64 ]; then return; fi
    for triple in $platform_targets; do
        if platform_lacks_std "$triple" && ! missing rustup; then
            echo "   Rust's standard library for $triple, by rustup"
            timeout 120 rustup target add "$triple" >"$logs/rustup.log" 2>&1 || echo "   it cannot be had"
        fi
    done
    if ! cargo fetch --locked --offline >/dev/null 2>&1; then
        echo "   crates for every platform, from crates.io"
        download "the crates of Cargo.lock from crates.io" cargo fetch --locked
    fi
    if [ -n "$(debian_here)" ] && ! platform_lacks_std aarch64-unknown-linux-musl; then
        platform_fetch_musl >"$logs/musl.log" 2>&1 || echo "   musl for aarch64 cannot be had"
    fi
}

fetch_debian() {
    needed=$(for part; do debian_packages "$part"; done | xargs)
    if [ -z "$needed" ] || [ -n "$(debian_obstacle)" ]; then
        return
    fi
    makers=
    for suite in $(debian_newer); do
        # shellcheck disable=SC2086 # a list of words
        debian_need "$suite" $needed &
        makers="$makers $!"
    done
    wait_for_makers "could not fetch all of: $needed"
}

fetch_clean_debian() {
    if [ -n "$(debian_obstacle)" ]; then
        return
    fi
    makers=
    for suite in $(debian_packaged); do
        debian_need_clean "$suite" &
        makers="$makers $!"
    done
    wait_for_makers "could not make the folders in which the packages are installed"
}

wait_for_makers() {
    for maker in $makers; do
        wait "$maker" || fail "$1"
    done
}

# fetch PART...: fetches what the tests would, and has them fetch nothing.
fetch() {
    export PIP_RETRIES=1 PIP_DEFAULT_TIMEOUT=20 CARGO_NET_RETRY=1
    fetch_crates
    for part; do
        case $part in
        mosquitto) fetch_python tests/mosquitto/venv.sh "$target/ctest/venv" ;;
        erlang) fetch_python tests/erlang/emqx/packages/venv.sh "$target/emqx-venv" ;;
        rabbitmq) fetch_python tests/rabbitmq/venv.sh "$target/rabbitmq/venv" ;;
        platforms) fetch_platforms ;;
        debian) fetch_clean_debian ;;
        esac
    done
    fetch_debian "$@"
    export CARGO_NET_OFFLINE=true PIP_NO_INDEX=1
}
