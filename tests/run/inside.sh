#!/bin/sh
# Runs a command in a folder with another release of Debian (debian.sh makes them), as root. There
# the network, /proc, /dev, the project, its target directory, the cache of .deb files and the
# directory for temporary files are those of the machine. The mounts end with the command. It has
# the number of this process: who sends that a signal, or waits for it, has to do with the command.
#
#   sh tests/run/inside.sh FOLDER COMMAND...
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
folder=$1
shift
# shellcheck disable=SC2016 # for the inner shell
exec unshare --mount --propagation private sh -euc '
    folder=$1
    shift
    while [ "$1" != -- ]; do
        if [ -d "$1" ]; then mkdir -p "$folder$1"; fi
        if [ -e "$1" ]; then mount --rbind "$1" "$folder$1"; fi
        shift
    done
    shift
    exec chroot "$folder" env --chdir="$PWD" "$@"
' sh "$folder" /proc /dev /etc/hosts /etc/hostname /etc/resolv.conf \
    "${TMPDIR:-/tmp}" "$root" "$target" "$debian_cache" -- "$@"
