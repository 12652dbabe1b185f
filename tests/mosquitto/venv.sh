#!/bin/sh
# Makes a Python environment with the MQTT client of Eclipse Paho, unless it is there.
# usage: venv.sh DIRECTORY
set -eu

if ! "$1/bin/python" -c 'import paho.mqtt as m; assert m.__version__ == "2.2.0"' 2>/dev/null; then
    python3 -m venv --clear "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check paho-mqtt==2.2.0
fi
