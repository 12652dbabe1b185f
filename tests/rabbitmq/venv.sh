#!/bin/sh
# Makes a Python environment with the AMQP client pika, unless it is there.
# usage: venv.sh DIRECTORY
set -eu

if ! "$1/bin/python" -c 'import pika; assert pika.__version__ == "1.3.2"' 2>/dev/null; then
    python3 -m venv --clear "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check pika==1.3.2
fi
