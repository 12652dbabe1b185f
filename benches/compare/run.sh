#!/bin/sh
# Compares the library with what else checks tokens: Debian's libjwt and cjose, OpenSSL, the crates
# jsonwebtoken and jwt-simple, erlang-jose, fast-jwt and PyJWT. Installs what is missing, by
# apt-get, cargo, npm and pip; jwt-simple builds BoringSSL, which takes minutes the first time. As
# root it makes a folder with Debian 13, for its libjwt.
#
#   sh benches/compare/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
cd "$root"
need_cargo
packages="build-essential cmake libclang-dev libssl-dev libjansson-dev libjwt-dev libcjose-dev
    erlang-base erlang-jose erlang-jiffy python3 python3-venv debootstrap"
if ! command -v npm >/dev/null; then packages="$packages nodejs npm"; fi

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

work=$target/compare
mkdir -p "$work/node"
cp benches/compare/programs/fast_jwt.mjs "$work/node"
npm install --silent --no-audit --no-fund --prefix "$work/node" fast-jwt@6.3.6
[ -d "$work/venv" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyjwt==2.15.1 cryptography==50.0.2
erlc -o "$work" benches/compare/programs/jose_program.erl
rm -f "$work/libjwt_program"
if [ -z "$(debian_obstacle)" ]; then
    debian_need trixie libjwt-dev libjansson-dev
    newer=$(debian_folder trixie)
    # Runs there, so what the newer library needs of the C library is not looked for here.
    cc -std=c11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror "-I$newer/usr/include" -o "$work/libjwt_program" \
        benches/compare/programs/libjwt_program.c benches/compare/libjwt.c \
        "$(echo "$newer"/usr/lib/*/libjwt.so)" -Wl,--allow-shlib-undefined
fi
ln -sf "$target/release/libjwt_auth.so" "$work/libjwt_auth.so.1"
cc -std=c11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -o "$target/compare/compare" \
    benches/compare/*.c "$target/compare/libjwt_auth.so.1" "-Wl,-rpath,$target/compare" \
    -lcjose -ljwt -ljansson -lcrypto -ldl

sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
"$target/compare/compare" tests/vectors/keys \
    "$target/compare/aws/release/libpeers.so" "$target/compare/rustcrypto/release/libpeers.so"
