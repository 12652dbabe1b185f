#!/bin/sh
# Checks the types of the backend: what it calls of RabbitMQ, and what it is called by. Runs with
# the Erlang and the RabbitMQ that are installed, so for another release of Debian in its folder.
# usage: types.sh EBIN
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/cargo.sh"
home=$(echo /usr/lib/rabbitmq/lib/rabbitmq_server-*)
otp=$(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().')
plt=$target/rabbitmq/otp-$otp.plt

set -- -Wunmatched_returns -Werror_handling "$1"
# Of RabbitMQ a few modules are enough; what others have is unknown, which OTP 25 takes for granted.
if [ "$otp" -gt 25 ]; then set -- -Wno_unknown "$@"; fi
# Callbacks that answer a reason are new in RabbitMQ 4.3. Before, the backend gives none.
case ${home##*-} in
3.* | 4.[0-2].*) set -- -Wno_behaviours "$@" ;;
esac

sh "$root/tests/erlang/plt.sh" "$target/erlang/otp-$otp.plt"
echo ".. types of RabbitMQ ${home##*-}, on OTP $otp"
mkdir -p "$target/rabbitmq"
beams=
for module in rabbit_authn_backend rabbit_authz_backend rabbit_json rabbit_types rabbit_misc \
    rabbit_access_control rabbit_direct amqp_connection amqp_direct_connection rabbit_mqtt \
    rabbit_mqtt_reader rabbit_mqtt_util; do
    beams="$beams $(echo "$home"/plugins/*/ebin/$module.beam)"
done
# Its warnings are about RabbitMQ itself.
# shellcheck disable=SC2086 # a list of words
dialyzer --add_to_plt --plt "$target/erlang/otp-$otp.plt" --output_plt "$plt" $beams >/dev/null ||
    [ $? -eq 2 ]
dialyzer --plt "$plt" "$@"
