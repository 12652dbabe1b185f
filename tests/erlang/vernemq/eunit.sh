#!/bin/sh
# Runs what run.sh has built.
# usage: eunit.sh
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
. "$root/tests/run/cargo.sh"
plugin=$target/vernemq/vmq_jwt_auth
export JWT_AUTH_WORK="$target/erlang/tests/vernemq"

echo ".. tests/erlang/vernemq"
erl -noshell -pa "$plugin/ebin" "$JWT_AUTH_WORK/ebin" -eval '
    [] = lists:append([Calls || {undefined, Calls} <- xref:d(hd(init:get_plain_arguments()))]),
    ok = logger:remove_handler(default),
    case eunit:test(vmq_jwt_auth_tests) of ok -> halt(0); _ -> halt(1) end.' -extra "$plugin/ebin"
