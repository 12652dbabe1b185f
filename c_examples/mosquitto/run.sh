#!/bin/sh
# Builds the library and the plugin, starts Mosquitto with it on a loopback port, and shows it two
# clients: one with the sample token of EMQX's documentation, which publishes and receives a
# message, and one whose token was tampered with, which is refused. Needs Rust, a C compiler, CMake,
# and Debian's packages mosquitto, mosquitto-clients, mosquitto-dev, libmosquitto-dev and
# libssl-dev:
#
#   sh c_examples/mosquitto/run.sh [PORT]
set -eu

port=${1:-18883}
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
cd "$root"
# Debian installs the broker in /usr/sbin, which is in the PATH of root only.
PATH=$PATH:/usr/sbin

need_cargo
for program in cmake mosquitto mosquitto_pub mosquitto_sub; do
    if ! command -v "$program" >/dev/null 2>&1; then
        echo "run.sh: $program is missing" >&2
        exit 1
    fi
done

work=$(mktemp -d)
broker=
# shellcheck disable=SC2317 # called by the trap
stop() {
    if [ -n "$broker" ]; then
        kill "$broker" 2>/dev/null || true
        wait "$broker" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

echo "Building the library and the plugin: $target/mosquitto/mosquitto_jwt_auth.so"
cargo build --release --locked
cmake -S c_examples/mosquitto -B "$target/mosquitto" "-DJWT_AUTH_LIBRARY_DIR=$target/release" >/dev/null
cmake --build "$target/mosquitto" >/dev/null

cat >"$work/mosquitto.conf" <<CONF
listener $port 127.0.0.1
allow_anonymous false
plugin $target/mosquitto/mosquitto_jwt_auth.so
plugin_opt_secret emqxsecret
acl_file $root/c_examples/mosquitto/acl_file
log_type error
log_type warning
log_type notice
log_type information
CONF
if [ "$(id -u)" -eq 0 ]; then
    # Otherwise the broker becomes the user mosquitto, who may not read files in a home directory.
    echo "user root" >>"$work/mosquitto.conf"
fi

# succeeds NAME COMMAND...: waits up to 10 seconds until the command does.
succeeds() {
    name=$1 tries=100
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ! kill -0 "$broker" 2>/dev/null; then
            echo "run.sh: $name; the broker's log:" >&2
            cat "$work/log" >&2
            exit 1
        fi
        sleep 0.1
    done
}

echo "Starting the broker on 127.0.0.1:$port"
mosquitto -c "$work/mosquitto.conf" >"$work/log" 2>&1 &
broker=$!
succeeds "the broker does not start" grep -q 'version .* running' "$work/log"

header=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
good=$header.eyJkYXRhIjp7ImF1dGhvciI6IndpdndpdiIsInNpdGUiOiJodHRwczovL3dpdndpdi5jb20ifSwiZXhwIjoxNTgyMjU1MzYwNjQyMDAwMCwiaWF0IjoxNTgyMjU1MzYwfQ.FdyAx2fYahm6h3g47m88ttyINzptzKy_speimyUcma4
# The author "wivwiv" becomes "mallor"; the signature stays.
tampered=$(echo "$good" | sed 's/IndpdndpdiIs/Im1hbGxvciIs/')

echo "A client with the sample token publishes a message, keeps it on the broker, and receives it:"
mosquitto_pub -h 127.0.0.1 -p "$port" -V mqttv5 -i sensor-7 -u wivwiv -P "$good" -q 1 -r \
    -t clients/sensor-7/up -m 'hello from sensor-7'
received=$(mosquitto_sub -h 127.0.0.1 -p "$port" -V mqttv5 -i sensor-7 -u wivwiv -P "$good" -C 1 -W 10 \
    -t 'clients/sensor-7/#' -v)
echo "    $received"
if [ "$received" != 'clients/sensor-7/up hello from sensor-7' ]; then
    echo "run.sh: expected another message" >&2
    exit 1
fi

echo "A client whose token was tampered with is refused:"
if mosquitto_pub -h 127.0.0.1 -p "$port" -V mqttv5 -i mallory -u wivwiv -P "$tampered" -t clients/x \
    -m x >"$work/refused" 2>&1; then
    echo "run.sh: it was not refused" >&2
    exit 1
fi
sed 's/^/    /' "$work/refused"
succeeds "the refusal is not logged" grep -q 'refused: bad_signature' "$work/log"
echo "The broker's log says why:"
grep 'jwt_auth: ' "$work/log" | sed 's/^/    /'
