# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced: what packages start. The tests start servers of their own; those of Debian's packages
# shall not run because somebody ran tests, neither now nor when the machine starts again.

policy=/usr/sbin/policy-rc.d

# The maintainer scripts of packages ask this program before they start a service, with systemd and
# without it.
hold_services() {
    trap release_services EXIT
    trap 'exit 1' INT TERM
    if [ -e "$policy" ] && [ ! -e "$policy.before" ]; then
        as_root mv "$policy" "$policy.before"
    fi
    printf '#!/bin/sh\n# From tests/run.sh, while it installs packages.\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}

release_services() {
    trap - EXIT INT TERM
    as_root rm -f "$policy"
    if [ -e "$policy.before" ]; then
        as_root mv "$policy.before" "$policy"
    fi
}

# Those that were just installed; one that was there before is left as it is.
disable_services() {
    for package in $packages; do
        case $package in
        nginx | tinyproxy | mosquitto | rabbitmq-server) disable "$package" "$package.service" ;;
        erlang-base) disable epmd epmd.service epmd.socket ;;
        esac
    done
}

# disable NAME UNIT...: for what reads /etc/init.d, and for systemd
disable() {
    if [ -e "/etc/init.d/$1" ]; then
        as_root update-rc.d "$1" disable >>"$logs/apt.log" 2>&1 || echo "   $1 may start with the machine"
    fi
    shift
    if ! missing systemctl; then
        as_root systemctl disable "$@" >>"$logs/apt.log" 2>&1 || echo "   $* may start with the machine"
    fi
}
