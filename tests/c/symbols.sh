#!/bin/sh
# The library exports the functions that the header declares, and nothing else.
# usage: symbols.sh HEADER LIBRARY
set -eu
export LC_ALL=C

declared=$(sed -n '/^typedef/d; s/^[a-z].*[ *]\(jwt_auth_[a-z0-9_]*\)(.*/\1/p' "$1" | sort)
exported=$(nm -D --defined-only "$2" | awk '{ print $NF }' | sort)

if [ -z "$declared" ]; then
    echo "no function found in $1"
    exit 1
fi
if [ "$declared" != "$exported" ]; then
    echo "declared in $1:"
    echo "$declared"
    echo "exported by $2:"
    echo "$exported"
    exit 1
fi
