#!/bin/sh
# Tests the plugin for EMQX in stand-ins for its brokers, and its packages. JWT_AUTH_LIBRARY_DIR
# says where libjwt_auth.so is, CARGO_TARGET_DIR where things are built.
#
#   sh tests/erlang/emqx/run.sh
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
case ${CARGO_TARGET_DIR:-target} in
/*) ;;
*) CARGO_TARGET_DIR=$root/${CARGO_TARGET_DIR:-target} ;;
esac
export CARGO_TARGET_DIR
export JWT_AUTH_LIBRARY_DIR="${JWT_AUTH_LIBRARY_DIR:-$CARGO_TARGET_DIR/release}"
export JWT_AUTH_ROOT="$root"
here=$root/tests/erlang/emqx
packages=$CARGO_TARGET_DIR/emqx
work=$CARGO_TARGET_DIR/erlang/tests/emqx

# run_eunit EBIN... : the modules *_tests of the last directory.
run_eunit() {
    for last; do :; done
    echo ".. EUnit in $last"
    erl -noshell -pa "$@" -eval '
        ok = logger:remove_handler(default),
        Beams = filelib:wildcard("*_tests.beam", hd(init:get_plain_arguments())),
        Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
        [] =/= Modules orelse halt(1),
        case eunit:test(Modules) of ok -> halt(0); _ -> halt(1) end.' -extra "$last"
}

# compile NAME SOURCE...: into a fresh directory of work, which the tests may write to.
compile() {
    export JWT_AUTH_WORK="$work/$1"
    shift
    rm -rf "$JWT_AUTH_WORK"
    mkdir -p "$JWT_AUTH_WORK/ebin"
    erlc +debug_info +warnings_as_errors -o "$JWT_AUTH_WORK/ebin" "$@"
}

# run_generation GENERATION APPLICATION PACKAGE PACKAGE_OF_THE_NEXT_VERSION
run_generation() {
    broker="$here/fixture.erl $(echo "$here"/broker_*.erl)"
    broker="$broker $(echo "$here/broker$1"/*.erl "$here"/node/*.erl)"
    # shellcheck disable=SC2086 # lists of files
    compile "$1" $broker "$here"/*[a-z]_tests.erl "$here"/*"$1"_tests.erl
    run_eunit "$2/ebin" "$JWT_AUTH_WORK/ebin"
    # shellcheck disable=SC2086
    compile "install$1" $broker "$here"/packages/*.erl
    (cd "$JWT_AUTH_WORK" && JWT_AUTH_PACKAGE="$3" JWT_AUTH_NEXT_PACKAGE="$4" \
        run_eunit "$JWT_AUTH_WORK/ebin")
}

# check_code EBIN...: the types of all, and the calls from the first to modules that are nowhere;
# those of the broker are in its stand-ins.
check_code() {
    echo ".. types and calls of $1"
    plt=$CARGO_TARGET_DIR/erlang/otp-$(erl -noshell -eval \
        'io:put_chars(erlang:system_info(otp_release)), halt().').plt
    sh "$root/tests/erlang/plt.sh" "$plt"
    dialyzer --plt "$plt" -Wunmatched_returns -Werror_handling -Wmissing_return -Wextra_return "$@"
    erl -noshell -eval '
        [Own | _] = Dirs = init:get_plain_arguments(),
        {ok, _} = xref:start(x),
        ok = xref:set_library_path(x, code:get_path()),
        _ = [{ok, _} = xref:add_directory(x, Dir) || Dir <- Dirs],
        {ok, Calls} = xref:analyze(x, undefined_function_calls),
        Modules = [list_to_atom(filename:basename(Beam, ".beam"))
                   || Beam <- filelib:wildcard("*.beam", Own)],
        case [Call || {{Caller, _, _}, {Called, _, _}} = Call <- Calls,
                      lists:member(Caller, Modules),
                      lists:prefix("emqx_jwt_auth", atom_to_list(Called))
                          orelse not lists:prefix("emqx", atom_to_list(Called))] of
            [] -> halt(0);
            Undefined -> io:format("undefined: ~p~n", [Undefined]), halt(1)
        end.' -extra "$@"
}

make -s -C "$root/c_examples/emqx" packages
check_code "$packages/ebin" "$CARGO_TARGET_DIR/erlang/jwt_auth/ebin"
archive=$packages/$(ls "$packages/5").tar.gz
# A later version, with another build of the library.
next=$CARGO_TARGET_DIR/emqx-next
make -s -C "$root/c_examples/emqx" packages version=0.9.9 BUILD=next packages="$next" \
    OUT="$CARGO_TARGET_DIR/erlang/jwt_auth-next"
run_generation 4 "$packages/4/emqx_jwt_auth" "${archive%.tar.gz}-emqx4.tar.gz" \
    "$next/emqx_jwt_auth-0.9.9-emqx4.tar.gz"
run_generation 5 "$(echo "$packages"/5/*/emqx_jwt_auth-*)" "$archive" \
    "$next/emqx_jwt_auth-0.9.9.tar.gz"

sh "$here/packages/venv.sh" "$CARGO_TARGET_DIR/emqx-venv"
"$CARGO_TARGET_DIR/emqx-venv/bin/python" -B "$here/packages/forms.py" "$root" "$packages" "$archive"

sum=$(cat "$packages"/*.tar.gz | sha256sum)
make -s -C "$root/c_examples/emqx" clean packages
if [ "$sum" != "$(cat "$packages"/*.tar.gz | sha256sum)" ]; then
    echo "the packages of two builds differ" >&2
    exit 1
fi
echo "1 check of the packages passed: two builds make the same bytes"
