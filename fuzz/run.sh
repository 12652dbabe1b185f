#!/bin/sh
# Fuzzes the targets that are named, or all, each for some seconds, and ends at the first finding.
#
#   sh fuzz/run.sh SECONDS [TARGET...]
#
# Needs cargo fuzz and a nightly toolchain; with RUSTC_BOOTSTRAP=1 the toolchain in use will do.
# FUZZ_SEED makes each run begin with the same inputs.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/run/cargo.sh"

if [ $# -eq 0 ]; then
    echo "usage: sh fuzz/run.sh SECONDS [TARGET...]" >&2
    exit 2
fi
seconds=$1
shift
if [ $# -eq 0 ]; then
    for path in "$root"/fuzz/fuzz_targets/*.rs; do
        set -- "$@" "$(basename "$path" .rs)"
    done
fi
toolchain=
if [ -z "${RUSTC_BOOTSTRAP:-}" ]; then toolchain=+nightly; fi

need_cargo
cd "$root"
for name; do
    echo "-- $name"
    # Inputs that reach something new are kept here for the next run; the corpus stays as it is.
    mkdir -p "$target/fuzz-corpus/$name"
    cargo $toolchain fuzz run --target-dir "$target/fuzz" "$name" "$target/fuzz-corpus/$name" "fuzz/corpus/$name" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3000 -print_final_stats=1 -verbosity=0 \
        -seed="${FUZZ_SEED:-0}"
done
