# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced by life.sh: the broker in the folder, started as its systemd unit starts it, and clients.

broker=

# A listener of the operator's, on a port that nobody has. The plugin's file comes after this one.
write_listener() {
    port=20883
    while grep -qi ":$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6; do port=$((port + 1)); done
    listener=$folder/etc/mosquitto/conf.d/a_listener.conf
    printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$listener"
}

# The unit's commands are words between blanks.
start_broker() {
    unit=$(inside sh -c 'cat /lib/systemd/system/mosquitto.service')
    echo "$unit" | sed -n 's/^ExecStartPre=//p' | inside sh -eu
    # Not by the function, whose process would not be the broker's.
    # shellcheck disable=SC2046 # a list of words
    sh "$root/tests/run/inside.sh" "$folder" $(echo "$unit" | sed -n 's/^ExecStart=//p') >"$work/broker.log" 2>&1 &
    broker=$!
}

# Waits up to ten seconds until it listens.
broker_runs() {
    tries=100
    until grep -qi ":$(printf %04X "$port") .* 0A " /proc/net/tcp; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ! kill -0 "$broker"; then
            cat "$work/broker.log" "$folder/var/log/mosquitto/mosquitto.log"
            return 1
        fi
        sleep 0.1
    done
    kill -0 "$broker"
}

stop_broker() {
    if [ -n "$broker" ]; then
        kill "$broker" 2>/dev/null || :
        wait "$broker" || :
    fi
    broker=
}

# publishes OPTION...: whether such a client may connect and publish to its own topic. Of what
# the broker does not let it publish, mosquitto_pub only warns.
publishes() {
    warnings=$(connects "$@" 2>&1) && echo "$warnings" && test -z "$warnings"
}

# connects OPTION...
connects() {
    inside mosquitto_pub -h 127.0.0.1 -p "$port" -V mqttv5 -i sensor-7 -q 1 -t clients/sensor-7 -m hello "$@"
}
