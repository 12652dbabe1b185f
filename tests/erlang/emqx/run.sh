#!/bin/sh
# Tests the plugin for EMQX in stand-ins for its brokers, and its packages. JWT_AUTH_LIBRARY_DIR says
# where libjwt_auth.so is, CARGO_TARGET_DIR where things are built.
#
#   sh tests/erlang/emqx/run.sh
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
export JWT_AUTH_LIBRARY_DIR="${JWT_AUTH_LIBRARY_DIR:-$CARGO_TARGET_DIR/release}"
export JWT_AUTH_ROOT="$root"
here=$root/tests/erlang/emqx
packages=$CARGO_TARGET_DIR/emqx
work=$CARGO_TARGET_DIR/erlang/tests/emqx

# run_generation GENERATION EBIN: with the plugin that is there.
run_generation() {
    generation=$1 ebin=$2
    export JWT_AUTH_WORK="$work/$generation"
    rm -rf "$JWT_AUTH_WORK"
    mkdir -p "$JWT_AUTH_WORK/ebin"
    erlc +debug_info +warnings_as_errors -pa "$ebin" -o "$JWT_AUTH_WORK/ebin" "$here"/fixture.erl \
        "$here"/broker_*.erl "$here"/broker"$generation"/*.erl "$here"/plugin_tests.erl \
        "$here"/*"$generation"_tests.erl
    erl -noshell -pa "$ebin" "$JWT_AUTH_WORK/ebin" -eval '
        ok = logger:remove_handler(default),
        Beams = filelib:wildcard("*_tests.beam", hd(init:get_plain_arguments())),
        Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
        case eunit:test(Modules) of ok -> halt(0); _ -> halt(1) end.' -extra "$JWT_AUTH_WORK/ebin"
}

make -s -C "$root/c_examples/emqx" packages
run_generation 4 "$packages/4/emqx_jwt_auth/ebin"
run_generation 5 "$(echo "$packages"/5/*/*/ebin)"
