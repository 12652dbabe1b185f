#!/bin/sh
# Measures what a check costs from Erlang, beside the same through C, erlang-jose as EMQX calls it,
# and the functions of OTP. Installs what is missing, by apt-get.
#
#   sh benches/erlang/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
cd "$root"
packages="build-essential erlang-base erlang-dev erlang-crypto erlang-public-key erlang-jose erlang-jiffy"

# shellcheck disable=SC2086 # a list of words
if ! dpkg -s $packages >/dev/null 2>&1; then
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        sudo=sudo
    fi
    $sudo apt-get update
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
fi

need_library
make -s -C c_examples/erlang
export BENCH_WORK="$target/erlang/bench" BENCH_KEYS="$root/tests/vectors/keys"
mkdir -p "$BENCH_WORK"
library=$target/erlang/jwt_auth
# The name that programs ask for when they start.
ln -sf "$JWT_AUTH_LIBRARY_DIR/libjwt_auth.so" "$BENCH_WORK/libjwt_auth.so.1"
cc -std=c11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -o "$BENCH_WORK/native" benches/erlang/native.c \
    "$BENCH_WORK/libjwt_auth.so.1" -Wl,-rpath,"$BENCH_WORK"
erlc +warnings_as_errors -o "$BENCH_WORK" benches/erlang/*.erl
ERL_CRASH_DUMP_BYTES=0 erl -noshell -pa "$library/ebin" "$BENCH_WORK" -eval '
    {ok, _} = application:ensure_all_started(jose),
    jose:json_module(jose_json_jiffy),
    bench:main(),
    halt(0).'
