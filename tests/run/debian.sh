# shellcheck shell=sh disable=SC2030,SC2031,SC2034,SC2154 # a subshell, and what others set or use
# Sourced, with `root` and `target` set: folders with other releases of Debian, made by debootstrap,
# for the programs that are packaged there. inside.sh runs a command in one. What is built here runs
# in a newer release, whose C library has all that the older one has.

debian_releases="bookworm trixie forky"
debian_mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
debian_cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/libjwt_auth/debian

# debian_folder SUITE
debian_folder() {
    echo "$target/debian/$1"
}

# The releases for which packaging/debian.sh builds here: those of Debian 12 and 13 that are not
# older than this machine's.
debian_packaged() {
    for suite in bookworm trixie; do
        case " $(debian_here) $(debian_newer) " in *" $suite "*) echo "$suite" ;; esac
    done
}

# The release that this machine runs; the programs of that one are its own.
debian_here() {
    sed -n 's/^VERSION_CODENAME=//p' /etc/os-release 2>/dev/null
}

# The releases that are newer than that of this machine.
debian_newer() {
    case " $debian_releases " in
    *" $(debian_here) "*) echo "$debian_releases" | sed "s/^.*$(debian_here) *//" ;;
    esac
}

# Says why there can be no folders; nothing where there can.
debian_obstacle() {
    if [ -z "$(debian_newer)" ]; then
        echo "this machine runs no release of Debian that is older than one of: $debian_releases"
    elif [ "$(id -u)" -ne 0 ]; then
        echo "that takes root"
    elif ! unshare --mount --propagation private true 2>/dev/null; then
        echo "root may not mount anything here"
    fi
}

# What a part needs of each newer release of Debian.
debian_packages() {
    case $1 in
    install) echo cargo-c ;;
    mosquitto) echo mosquitto mosquitto-dev libmosquitto-dev valgrind libc6-dbg ;;
    erlang) echo erlang-base erlang-dev erlang-crypto erlang-eunit erlang-common-test erlang-tools ;;
    rabbitmq) echo rabbitmq-server erlang-dialyzer ;;
    esac
}

# debian_need_clean SUITE: the folder into which the packages are installed has what their test
# uses; the broker, on which one of them depends, comes from the cache.
debian_need_clean() (
    debian_need "$1-clean" ca-certificates gcc libc6-dev man-db mosquitto-clients pkg-config || exit
    suite=$1
    folder=$(debian_folder "$1-clean")
    log=$target/run/debian-$1-clean.log
    debian_apt --download-only install mosquitto >"$log" 2>&1 || debian_failed
)

# debian_need NAME PACKAGE...: makes the folder, or adds the packages that it lacks. Its name is the
# suite's, or that and more behind a "-": one of several folders with this suite. What is said
# meanwhile goes to the log; the .deb files stay in the cache, for the next clone.
debian_need() (
    suite=${1%%-*}
    folder=$(debian_folder "$1")
    log=$target/run/debian-$1.log
    shift
    mkdir -p "$target/debian" "$target/run" "$debian_cache/$suite"
    # Of all folders that share the cache.
    exec 9>"$debian_cache/$suite.lock"
    flock 9
    if [ ! -d "$folder" ]; then
        echo "   a folder with Debian $suite, by debootstrap"
        debian_make >"$log" 2>&1 || debian_failed
    fi
    lacking=$(debian_lacking "$@")
    if [ -n "$lacking" ]; then
        echo "   in the folder with Debian $suite: $lacking"
        # shellcheck disable=SC2086 # a list of words
        debian_add $lacking >"$log" 2>&1 || debian_failed
    fi
)

debian_failed() {
    tail -n 5 "$log"
    echo "   could not make $folder (more: $log)"
    exit 1
}

# Under another name until it is whole. What debootstrap mounts ends with it, however it ends. The
# packages come later, by apt-get: debootstrap knows no virtual packages, which some depend on.
debian_make() {
    script=/usr/share/debootstrap/scripts/$suite
    # The same for all releases; an older debootstrap does not know the newest by name.
    [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
    rm -rf "$folder.new"
    unshare --mount --propagation private debootstrap --variant=minbase \
        --cache-dir="$debian_cache/$suite" "$suite" "$folder.new" "$debian_mirror" "$script" || return
    rm -f "$folder.new"/var/cache/apt/archives/*.deb
    # inside.sh lays those of the machine over them.
    touch "$folder.new/etc/hosts" "$folder.new/etc/hostname" "$folder.new/etc/resolv.conf"
    printf '#!/bin/sh\n# No service starts here.\nexit 101\n' >"$folder.new/usr/sbin/policy-rc.d"
    chmod 755 "$folder.new/usr/sbin/policy-rc.d"
    mv "$folder.new" "$folder"
}

debian_lacking() {
    for package; do
        state=$(dpkg-query --admindir="$folder/var/lib/dpkg" -W -f '${db:Status-Status}' \
            "$package" 2>/dev/null || :)
        if [ "$state" != installed ]; then echo "$package"; fi
    done | xargs
}

# By apt-get, with the .deb files of the cache. The lists of packages are those that debootstrap
# read, until the archive has something else; a mirror that stands still may have had it for long.
debian_add() {
    sh "$root/tests/run/inside.sh" "$folder" dpkg --configure -a
    debian_apt install "$@" && return
    debian_apt -o Acquire::Check-Valid-Until=false update && debian_apt install "$@"
}

debian_apt() {
    DEBIAN_FRONTEND=noninteractive sh "$root/tests/run/inside.sh" "$folder" \
        apt-get -y --no-install-recommends -o APT::Sandbox::User=root \
        -o Dpkg::Options::=--force-unsafe-io \
        -o "Dir::Cache::archives=$debian_cache/$suite" "$@"
}
