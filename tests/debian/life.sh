#!/bin/sh
# What becomes of the packages in a clean folder with a release of Debian: they are installed,
# used, upgraded, removed and purged as an operator would. As root; tests/run/debian.sh made the
# folder.
# usage: life.sh SUITE DIRECTORY_WITH_PACKAGES
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
. "$root/tests/debian/broker.sh"
suite=$1 packages=$(cd "$2" && pwd)
work=$(mktemp -d)
folder=$(debian_folder "$suite-used")
checks=0
trap 'stop_broker; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

inside() {
    sh "$root/tests/run/inside.sh" "$folder" "$@"
}

# check SENTENCE COMMAND...
check() {
    sentence=$1
    shift
    if ! "$@" >"$work/output" 2>&1; then
        echo "$suite: not so: $sentence"
        cat "$work/output"
        exit 1
    fi
    checks=$((checks + 1))
}

fails() {
    ! "$@"
}

# What is in the folder but for what programs write while they run.
listing() {
    (cd "$folder" && find . -xdev \( -path ./run -o -path ./tmp -o -path ./var/cache \
        -o -path ./var/lib/apt -o -path ./var/lib/mosquitto -o -path ./var/log \) -prune \
        -o -printf '%p %y %m %u %g %l\n' | sort)
}

# newer PACKAGE: the same with a higher version, and one more line in the example for the broker.
newer() {
    rm -rf "$work/package"
    dpkg-deb -R "$1" "$work/package" &&
        sed -i "s/$version/$version+upgrade/" "$work/package/DEBIAN/control" || return
    example=$work/package/etc/mosquitto/conf.d/jwt_auth.conf
    if [ -e "$example" ]; then echo '# One more line.' >>"$example"; fi
    dpkg-deb -Znone --build "$work/package" "$work/newer"
}

# An operator's file is not asked about: without a terminal nobody could answer.
upgrade() {
    debian_apt -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install \
        "$work"/newer/*.deb
}

versions() {
    dpkg-query --admindir="$folder/var/lib/dpkg" -W -f '${Version}\n' libjwt-auth1 libjwt-auth-dev \
        jwt-auth mosquitto-jwt-auth | sort -u
}

rm -rf "$folder"
cp -a "$(debian_folder "$suite-clean")" "$folder"
version=$(dpkg-deb -f "$packages"/libjwt-auth1_*.deb Version)
configuration=$folder/etc/mosquitto/conf.d/jwt_auth.conf
examples=/usr/share/doc/mosquitto-jwt-auth/examples

debian_apt --simulate install "$packages"/*.deb >"$work/simulated"
check "the plugin brings the broker along" grep '^Inst mosquitto ' "$work/simulated"
debian_apt install mosquitto >"$work/output" 2>&1
listing >"$work/before"
check "the packages can be installed" debian_apt install "$packages"/*.deb

compile() {
    # shellcheck disable=SC2016 # for the inner shell
    inside sh -euc 'cc "$1" -o /root/check_token $(pkg-config --cflags --libs jwt_auth)' \
        sh "$root/c_examples/check_token.c"
}
check "a program in C is built by pkg-config" compile
for page in 1:jwt-auth 3:jwt_auth 3:jwt_auth_init 5:jwt_auth.json; do
    check "there is the manual page of ${page#*:}" inside man -w "${page%%:*}" "${page#*:}"
done

write_listener
start_broker
check "the broker starts" broker_runs
check "installing alone does not enable the plugin" fails grep mosquitto_jwt_auth "/proc/$broker/maps"
check "so an anonymous client is admitted where it was before" connects
stop_broker

# As the example says.
inside sh -euc "
    install -d /etc/jwt_auth
    (umask 027 && head -c 32 /dev/urandom | base64 >/etc/jwt_auth/secret)
    chgrp mosquitto /etc/jwt_auth/secret
    install -o root -g mosquitto -m 640 $examples/hmac.json /etc/mosquitto/jwt_auth.json"
sed -i 's/^#\([a-z]\)/\1/' "$configuration"
echo '# The operator was here.' >>"$configuration"
cp "$configuration" "$work/configuration"

check "the configuration is right" inside jwt-auth lint /etc/mosquitto/jwt_auth.json
inside jwt-auth issue --key /etc/jwt_auth/secret --alg HS256 --subject sensor-7 --expires-in 1h \
    --claim 'acl={"all": ["clients/%c"]}' >"$work/token"
check "the program in C admits the client" \
    inside /root/check_token /etc/mosquitto/jwt_auth.json sensor-7 sensor-7 <"$work/token"

broker_decides() {
    start_broker
    check "$1: the broker starts" broker_runs
    check "$1: as its own user" test "$(stat -c %u "/proc/$broker")" = "$(inside id -u mosquitto)"
    check "$1: a client with a good token may publish" publishes -u sensor-7 -P "$(cat "$work/token")"
    check "$1: one with another's name is not admitted" fails connects -u sensor-8 -P "$(cat "$work/token")"
    check "$1: one with garbage is not admitted" fails connects -u sensor-7 -P garbage
    check "$1: an anonymous one is not admitted" fails connects
}
broker_decides installed

mkdir "$work/newer"
for package in "$packages"/*.deb; do newer "$package" >"$work/output"; done
check "the packages can be upgraded" upgrade
check "all of them have the higher version" test "$(versions)" = "$version+upgrade"
check "the operator's changes are kept" cmp "$configuration" "$work/configuration"
check "the broker runs on" broker_runs
stop_broker
broker_decides upgraded
stop_broker

check "the packages can be removed" debian_apt remove libjwt-auth1 libjwt-auth-dev jwt-auth mosquitto-jwt-auth
check "the operator's changes are kept" cmp "$configuration" "$work/configuration"
start_broker
check "without the plugin the broker does not start, and admits nobody" fails broker_runs
stop_broker

# Of the others nothing is left that could be.
check "the plugin can be purged" debian_apt purge mosquitto-jwt-auth
# What the operator and this test have made.
rm -r "$folder/etc/jwt_auth" "$folder/etc/mosquitto/jwt_auth.json" "$listener" "$folder/root/check_token"
listing >"$work/after"
check "nothing is left of them" diff "$work/before" "$work/after"
rm -rf "$folder"
echo "$checks checks of the packages in Debian $suite passed"
