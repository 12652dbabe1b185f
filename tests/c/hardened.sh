#!/bin/sh
# What was built resists attacks on memory: relocations are read-only once it is loaded, and no
# stack is executable. Code in C also guards its stack and has the C library check buffers.
# usage: hardened.sh rust|c FILE
set -eu
export LC_ALL=C

language=$1 file=$2
failures=0

# expect COUNT SENTENCE TEXT PATTERN: 1: the text has the pattern; 0: it has not.
expect() {
    found=0
    if printf '%s\n' "$3" | grep -qE "$4"; then found=1; fi
    if [ "$found" -ne "$1" ]; then
        echo "$file: $2"
        failures=$((failures + 1))
    fi
}

segments=$(readelf -lW "$file")
dynamic=$(readelf -dW "$file")
symbols=$(readelf --dyn-syms -W "$file")
expect 1 "its relocations stay writable" "$segments" ' GNU_RELRO '
expect 1 "its symbols are bound when they are used" "$dynamic" 'BIND_NOW|\(FLAGS_1\).* NOW'
expect 0 "its code is relocated" "$dynamic" 'TEXTREL'
expect 0 "its code is writable" "$segments" ' LOAD .* RWE '
expect 1 "nothing says that its stack is not executable" "$segments" ' GNU_STACK '
expect 0 "its stack is executable" "$segments" ' GNU_STACK .* RWE '
if [ "$language" = c ]; then
    expect 1 "its stack has no guard" "$symbols" ' __stack_chk_fail\b'
    expect 1 "the C library checks no buffer" "$symbols" ' __[a-z]+_chk\b'
fi
[ "$failures" -eq 0 ]
