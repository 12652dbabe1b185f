#!/bin/sh
# Compares the library with what else checks tokens: Debian's libjwt and cjose, OpenSSL, and the
# crates jsonwebtoken and jwt-simple. Installs what is missing, by apt-get and cargo; jwt-simple
# builds BoringSSL, which takes minutes the first time.
#
#   sh benches/compare/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
cd "$root"
need_cargo
packages="build-essential cmake libclang-dev libssl-dev libjansson-dev libjwt-dev libcjose-dev"

# shellcheck disable=SC2086 # a list of words
if ! dpkg -s $packages >/dev/null 2>&1; then
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        sudo=sudo
    fi
    $sudo apt-get update
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
fi

cargo build --release --locked --target-dir "$target"
for backend in aws rustcrypto; do
    cargo build --release --locked --manifest-path benches/compare/Cargo.toml \
        --features $backend --target-dir "$target/compare/$backend"
done

mkdir -p "$target/compare"
ln -sf "$target/release/libjwt_auth.so" "$target/compare/libjwt_auth.so.1"
cc -std=c11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -o "$target/compare/compare" \
    benches/compare/*.c "$target/compare/libjwt_auth.so.1" "-Wl,-rpath,$target/compare" \
    -lcjose -ljwt -ljansson -lcrypto -ldl

sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
"$target/compare/compare" tests/vectors/keys \
    "$target/compare/aws/release/libpeers.so" "$target/compare/rustcrypto/release/libpeers.so"
