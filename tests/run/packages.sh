# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced: the Debian packages that the parts need, and their installation.

missing() {
    # Debian keeps nginx and mosquitto where only root looks.
    ! command -v "$1" >/dev/null 2>&1 && [ ! -x "/usr/sbin/$1" ]
}

# need PACKAGES: adds them to those that are to be installed.
need() {
    for package in $1; do
        case " $packages " in
        *" $package "*) ;;
        *) packages="$packages $package" ;;
        esac
    done
}

need_compiler() {
    if missing cc || missing c++ || missing make; then need build-essential; fi
}

need_ctest() {
    need_compiler
    if missing cmake || missing ctest; then need cmake; fi
    if missing openssl; then need openssl; fi
    # Without libc6-dbg it does not start.
    if missing valgrind; then need "valgrind libc6-dbg"; fi
}

need_python() {
    if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        need "python3 python3-venv"
    fi
}

need_erlang() {
    need_compiler
    need_python
    if missing erlc || [ ! -e /usr/lib/erlang/usr/include/erl_nif.h ]; then need "erlang-base erlang-dev"; fi
    for application in eunit common_test dialyzer edoc tools; do
        if [ -z "$(find /usr/lib/erlang/lib -maxdepth 1 -name "$application-*" 2>/dev/null)" ]; then
            need "erlang-$(echo "$application" | tr _ -)"
        fi
    done
}

# What the plugin is compiled with.
need_mosquitto_headers() {
    if [ ! -e /usr/include/mosquitto_plugin.h ]; then need mosquitto-dev; fi
    if [ ! -e /usr/include/mosquitto.h ]; then need libmosquitto-dev; fi
    if [ ! -e /usr/include/openssl/x509.h ]; then need libssl-dev; fi
}

# What makes the folders of debian.sh.
need_debian() {
    if [ -z "$(debian_obstacle)" ] && missing debootstrap; then need debootstrap; fi
}

need_for_rust() {
    need_compiler
    if missing nginx; then need nginx; fi
    if missing tinyproxy; then need tinyproxy; fi
    if missing openssl; then need openssl; fi
}

need_for_c() {
    need_ctest
    if missing nm || missing readelf; then need binutils; fi
}

need_for_install() {
    need_ctest
    need_python
    if missing readelf; then need binutils; fi
    if missing pkg-config; then need pkg-config; fi
    if missing abidw; then need abigail-tools; fi
    if missing mandoc; then need mandoc; fi
    need_mosquitto_headers
    need_debian
}

need_for_mosquitto() {
    need_ctest
    need_python
    if missing mosquitto; then need mosquitto; fi
    if missing mosquitto_pub || missing mosquitto_sub; then need mosquitto-clients; fi
    need_mosquitto_headers
    need_debian
}

need_for_erlang() {
    need_erlang
    if missing elixir; then need elixir; fi
    need_debian
}

need_for_rabbitmq() {
    need_erlang
    if missing openssl; then need openssl; fi
    if [ ! -e /usr/lib/rabbitmq/lib ]; then need rabbitmq-server; fi
    need_debian
}

need_for_platforms() {
    need_compiler
    need_python
    if missing readelf; then need binutils; fi
    if [ "$(uname -m)" = x86_64 ]; then
        if missing aarch64-linux-gnu-gcc; then need gcc-aarch64-linux-gnu; fi
        if [ ! -e /usr/aarch64-linux-gnu/include/stdio.h ]; then need libc6-dev-arm64-cross; fi
        if missing qemu-aarch64; then need qemu-user; fi
        if missing musl-gcc; then need musl-tools; fi
    fi
}

need_for_debian() {
    need_compiler
    if missing dh; then need debhelper; fi
    if missing dpkg-buildpackage; then need dpkg-dev; fi
    if missing lintian; then need lintian; fi
    if missing cmake; then need cmake; fi
    need_mosquitto_headers
    need_debian
}

# install_missing PART...: installs what these parts need, or says what that is.
install_missing() {
    packages=
    for part; do "need_for_$part"; done
    if [ -z "$packages" ]; then
        echo "   nothing is missing"
    elif missing apt-get; then
        fail "programs are missing; install what Debian calls:$packages"
    elif [ "$(id -u)" -ne 0 ] && missing sudo; then
        fail "programs are missing; run as root: apt-get install --no-install-recommends$packages"
    else
        echo "   to be installed by apt-get:$packages"
        agree
        install_packages
    fi
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt() {
    # shellcheck disable=SC2086 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=1 -o Acquire::http::Timeout=20 \
        -o Acquire::https::Timeout=20 "$@" -y --no-install-recommends install $packages
}

install_packages() {
    mkdir -p "$logs"
    # An old list of packages may do, and a source that cannot be reached may be one that is not
    # needed.
    as_root apt-get -o Acquire::Retries=1 -o Acquire::http::Timeout=20 update >"$logs/apt.log" 2>&1 || true
    if ! apt --download-only >>"$logs/apt.log" 2>&1; then
        tail -n 5 "$logs/apt.log"
        fail "could not fetch these packages from Debian's archive:$packages"
    fi
    echo "   fetched; installing (what apt-get says: $logs/apt.log)"
    hold_services
    if ! apt >>"$logs/apt.log" 2>&1; then
        tail -n 30 "$logs/apt.log"
        fail "could not install:$packages"
    fi
    disable_services
    release_services
}
