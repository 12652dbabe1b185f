#!/bin/sh
# Compiles the plugin with the headers of a release of Mosquitto, without a warning, also where the
# compiler would be silent about what comes from a header of the system.
# usage: headers.sh COMPILER INCLUDE_DIRECTORY
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without what else is there: the C library is that of the compiler.
for header in mosquitto.h mosquitto_plugin.h mosquitto_broker.h mqtt_protocol.h mosquitto cjson; do
    if [ -e "$2/$header" ]; then cp -r "$2/$header" "$work"; fi
done
for kind in -isystem -I; do
    for source in "$root"/c_examples/mosquitto/*.c; do
        "$1" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wpedantic -Werror -I "$root/include" \
            "$kind" "$work" -c -o "$work/object" "$source"
    done
done
