#!/bin/sh
# Builds the library for Erlang and tests it on a real virtual machine. Needs libjwt_auth.a, as
# `cargo build --release` makes it, a C compiler, and Debian's packages erlang-base, erlang-dev,
# erlang-eunit, erlang-common-test, erlang-dialyzer, erlang-tools and make.
#
#   sh tests/erlang/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
need_library
export JWT_AUTH_ROOT="$root"
cd "$root"

plt=$target/erlang/otp-$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().').plt

check_types() {
    sh tests/erlang/plt.sh "$plt"
    echo ".. types of $*"
    dialyzer --plt "$plt" -Wunmatched_returns -Werror_handling -Wmissing_return -Wextra_return "$@"
}

# run_tests SOURCES LIBRARY: EUnit for the modules *_tests, Common Test for *_SUITE.
run_tests() {
    sources=$1 library=$2
    echo ".. $sources with $library"
    work=$target/erlang/tests/$(basename "$sources")
    export JWT_AUTH_WORK="$work"
    rm -rf "$work"
    mkdir -p "$work/ebin" "$work/logs"
    erlc +debug_info +warnings_as_errors -pa "$library/ebin" -o "$work/ebin" "$sources"/*.erl
    erl -noshell -pa "$library/ebin" "$work/ebin" -eval '
        Beams = filelib:wildcard("*_tests.beam", hd(init:get_plain_arguments())),
        Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
        [] =/= Modules orelse halt(1),
        case eunit:test(Modules) of ok -> halt(0); _ -> halt(1) end.' -extra "$work/ebin"
    # ct_run would make a node of it, and leave an epmd behind.
    erl -noshell -pa "$library/ebin" -eval '
        [Dir, Logs] = init:get_plain_arguments(),
        Options = [{dir, Dir}, {logdir, Logs}, {auto_compile, false}],
        case ct:run_test(Options) of
            {Ok, 0, {0, 0}} when Ok > 0 -> halt(0);
            _ -> halt(1)
        end.' -extra "$work/ebin" "$work/logs"
}

make -s -C c_examples/erlang
# Another build of the library, which an upgrade may bring.
export JWT_AUTH_OTHER_BUILD="$target/erlang/jwt_auth-other"
make -s -C c_examples/erlang OUT="$JWT_AUTH_OTHER_BUILD" BUILD=other
sh tests/c/hardened.sh c "$target/erlang/jwt_auth/priv/jwt_auth_nif.so"
check_types "$target/erlang/jwt_auth/ebin"
run_tests tests/erlang/nif "$target/erlang/jwt_auth"
# Once more, with what the C code does to memory watched. The virtual machine handles signals by
# itself, and its own memory is not for us to look at.
make -s -C c_examples/erlang OUT="$target/erlang/jwt_auth-asan" \
    CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined"
(
    LD_PRELOAD="$(cc -print-file-name=libasan.so) $(cc -print-file-name=libubsan.so)"
    ASAN_OPTIONS=detect_leaks=0:handle_segv=0:use_sigaltstack=0
    export LD_PRELOAD ASAN_OPTIONS
    run_tests tests/erlang/nif "$target/erlang/jwt_auth-asan"
)
sh tests/erlang/vernemq/run.sh
sh tests/erlang/emqx/run.sh
