#!/bin/sh
# Counts the instructions of the library's own code, and compares them with instructions.txt. They
# do not depend on how busy the machine is, as times do.
# usage: instructions.sh PROGRAM
#
#   JWT_AUTH_BLESS=1 ctest --test-dir target/ctest -R instructions    # writes them anew
#
# Counted is what is written in Rust. AWS-LC, sha2 and the C library choose their code by the
# processor, so they are left out; allocations have a test of their own (tests/allocations.rs).
set -eu
export LC_ALL=C

program=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
counts=$root/tests/c/instructions.txt
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# In per cent. Another compiler makes other code.
margin=5
other_compiler_margin=25

if [ "$(uname -m)" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo; then
    echo "skipped: the counts are those of x86-64 with AVX2"
    exit 77
fi
for tool in valgrind openssl rustc; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "$tool is missing"
        exit 1
    fi
done

# measure NAME CONFIG ACTION TOKEN ANSWER: how many instructions one takes
measure() {
    name=$1
    shift
    if ! valgrind --tool=callgrind --callgrind-out-file="$scratch/out" --demangle=no \
        --compress-strings=no --compress-pos=no --collect-atstart=no --toggle-collect=measured \
        "$program" "$@" >"$scratch/times" 2>"$scratch/log"; then
        echo "$name:" >&2
        cat "$scratch/log" >&2
        exit 1
    fi
    awk -v name="$name" -v times="$(cat "$scratch/times")" '
        /^ob=/ { ours = /libjwt_auth\.so/ }
        /^fn=/ { rust = /^fn=(_ZN|_R|jwt_auth_)/ && !/4sha2/ }
        # What follows is the cost of the function that is called, not of this one.
        /^calls=/ { getline; next }
        /^[0-9+*-]/ && ours && rust { sum += $2 }
        END { printf "%s %d\n", name, sum / times }' "$scratch/out" >>"$scratch/found"
}

rustc --version >"$scratch/found"
. "$root/tests/c/instruction_cases.sh"

if [ -n "${JWT_AUTH_BLESS:-}" ]; then
    cp "$scratch/found" "$counts"
fi
awk -v near="$margin" -v far="$other_compiler_margin" '
    FNR == 1 { if (NR == 1) compiler = $0; else margin = $0 == compiler ? near : far; next }
    NR == FNR { committed[$1] = $2; next }
    {
        change = committed[$1] ? 100 * ($2 / committed[$1] - 1) : 100
        verdict = change > margin || change < -margin || $2 < 50 ? "NOT WITHIN THE MARGIN" : "ok"
        printf "%-26s %9d, committed %9d: %+6.1f %%  %s\n", $1, $2, committed[$1], change, verdict
        if (verdict != "ok") bad = 1
        seen++
    }
    END {
        for (name in committed) left++
        if (seen != left) { print "other cases than those committed"; bad = 1 }
        if (bad) print "better, or worse for a good reason: JWT_AUTH_BLESS=1 takes the new numbers"
        exit bad
    }' "$counts" "$scratch/found"
