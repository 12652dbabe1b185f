#!/bin/sh
# Compiles the example in Elixir that c_examples/erlang/README.md shows, and tries it. Needs the
# library for Erlang, built, and Debian's package elixir.
# usage: run.sh LIBRARY
set -eu
# Elixir wants names of files in UTF-8.
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/../../.." && pwd)
. "$root/tests/run/cargo.sh"
work=$target/erlang/tests/elixir
rm -rf "$work"
mkdir -p "$work"
# shellcheck disable=SC2016 # no expressions
sed -n '/^```elixir$/,/^```$/p' "$root/c_examples/erlang/README.md" | sed '/^```/d' >"$work/door.ex"
elixirc --warnings-as-errors -pa "$1/ebin" -o "$work" "$work/door.ex"
erlc -o "$work" "$root/tests/erlang/nif/jwt_auth_fixture.erl"
elixir -pa "$1/ebin" -pa "$work" "$root/tests/erlang/elixir/door.exs"
