#!/bin/sh
# Makes a Python environment with the MQTT client of Eclipse Paho, Prometheus' own parser and
# PyYAML, unless it is there.
# usage: venv.sh DIRECTORY
set -eu

if ! "$1/bin/python" -c 'from importlib.metadata import version as v
assert v("paho-mqtt") == "2.2.0" and v("prometheus_client") == "0.23.1"
assert v("PyYAML") == "6.0.3"' 2>/dev/null; then
    python3 -m venv --clear "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check paho-mqtt==2.2.0 \
        prometheus_client==0.23.1 PyYAML==6.0.3
fi
