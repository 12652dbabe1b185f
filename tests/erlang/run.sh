#!/bin/sh
# Builds the library for Erlang and tests it on real virtual machines: that of this machine, and
# those of newer releases of Debian where root can make folders for them. Needs libjwt_auth.a, as
# `cargo build --release` makes it, a C compiler, and Debian's packages erlang-base, erlang-dev,
# erlang-eunit, erlang-common-test, erlang-dialyzer, erlang-edoc, erlang-tools, elixir and make.
#
#   sh tests/erlang/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
need_library
export JWT_AUTH_ROOT="$root"
cd "$root"

plt=$target/erlang/otp-$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().').plt

check_types() {
    sh tests/erlang/plt.sh "$plt"
    echo ".. types of $*"
    dialyzer --plt "$plt" -Wunmatched_returns -Werror_handling -Wmissing_return -Wextra_return "$@"
}

make -s -C c_examples/erlang
# Another build of the library, which an upgrade may bring.
export JWT_AUTH_OTHER_BUILD="$target/erlang/jwt_auth-other"
make -s -C c_examples/erlang OUT="$JWT_AUTH_OTHER_BUILD" BUILD=other
sh tests/c/hardened.sh c "$target/erlang/jwt_auth/priv/jwt_auth_nif.so"
check_types "$target/erlang/jwt_auth/ebin"
sh tests/erlang/nif/run.sh "$target/erlang/jwt_auth"
# Once more, with what the C code does to memory watched. The virtual machine handles signals by
# itself, and its own memory is not for us to look at.
make -s -C c_examples/erlang OUT="$target/erlang/jwt_auth-asan" \
    CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined"
(
    LD_PRELOAD="$(cc -print-file-name=libasan.so) $(cc -print-file-name=libubsan.so)"
    ASAN_OPTIONS=detect_leaks=0:handle_segv=0:use_sigaltstack=0
    export LD_PRELOAD ASAN_OPTIONS
    sh tests/erlang/nif/run.sh "$target/erlang/jwt_auth-asan"
)
make -s -C c_examples/erlang doc >"$target/erlang/doc.log" 2>&1
if [ -s "$target/erlang/doc.log" ]; then
    cat "$target/erlang/doc.log"
    exit 1
fi
echo "1 check of the documentation passed: EDoc warns of nothing"
sh tests/erlang/elixir/run.sh "$target/erlang/jwt_auth"
sh tests/erlang/vernemq/run.sh
sh tests/erlang/emqx/run.sh

if [ -z "$(debian_obstacle)" ]; then
    for suite in $(debian_newer); do
        # shellcheck disable=SC2046 # a list of words
        debian_need "$suite" $(debian_packages erlang)
        sh tests/run/inside.sh "$(debian_folder "$suite")" sh "$root/tests/erlang/newer.sh"
    done
fi
