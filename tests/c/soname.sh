#!/bin/sh
# The library carries its soname, and a program that was linked with it asks for that name.
# usage: soname.sh SONAME LIBRARY PROGRAM
set -eu
export LC_ALL=C

if ! readelf -d "$2" | grep -F '(SONAME)' | grep -qF "[$1]"; then
    echo "$2 does not have the soname $1:"
    readelf -d "$2"
    exit 1
fi
if ! readelf -d "$3" | grep -F '(NEEDED)' | grep -qF "[$1]"; then
    echo "$3 does not need $1:"
    readelf -d "$3"
    exit 1
fi
