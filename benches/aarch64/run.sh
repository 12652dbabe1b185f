#!/bin/sh
# Counts the instructions of the library's own code on aarch64, under qemu, beside those of x86-64
# in tests/c/instructions.txt. Needs rustc's standard library for aarch64-unknown-linux-gnu and what
# the tests of the platforms need:
#
#   sh tests/run.sh --fetch platforms && sh benches/aarch64/run.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
. "$root/tests/platforms/targets.sh"
need_cargo
cd "$root"

platform=aarch64-unknown-linux-gnu
platform_use $platform
cargo build --release --locked --target $platform --target-dir "$target"
program=$target/$platform/instructions
# Static, so that the addresses of its functions are known.
$cc -std=c11 -O2 -static -Iinclude -o "$program" tests/c/instructions.c "$target/$platform/release/libjwt_auth.a" \
    -lm -lgcc_eh 2>"$program.log" || { cat "$program.log"; exit 1; }

printf '%-26s %9s %9s  ratio, at most 1.3 wanted\n' '' aarch64 x86-64
measure() {
    name=$1
    shift
    # That many rules take qemu an hour; ten show the same code.
    if [ "$name" = session_of_1000_rules ]; then return; fi
    instructions=$(python3 benches/aarch64/count.py "$program" "$@")
    awk -v name="$name" -v count="$instructions" '$1 == name {
        printf "%-26s %9d %9d  %.2f%s\n", name, count, $2, count / $2, (count / $2 > 1.3 ? "  MISSED" : "")
    }' tests/c/instructions.txt
}
. "$root/tests/c/instruction_cases.sh"
