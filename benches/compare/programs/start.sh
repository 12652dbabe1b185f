#!/bin/sh
# Starts a program that checks tokens; run.sh has installed what it needs.
# usage: start.sh NAME ALGORITHM KEY
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
work=$target/compare
name=$1
shift
case $name in
fast_jwt) exec node "$work/node/fast_jwt.mjs" 0 "$@" ;;
fast_jwt_cache) exec node "$work/node/fast_jwt.mjs" 1000 "$@" ;;
jose) exec erl -noshell -pa "$work" -run jose_program main -extra "$@" ;;
pyjwt) exec "$work/venv/bin/python" "$root/benches/compare/programs/pyjwt.py" "$@" ;;
libjwt_newer)
    # Where there can be no folder with Debian 13, there is no such program.
    [ -x "$work/libjwt_program" ]
    # With an ordinary RSA key it refuses good tokens.
    [ "$1" != PS256 ]
    exec sh "$root/tests/run/inside.sh" "$(debian_folder trixie)" "$work/libjwt_program" "$@"
    ;;
esac
