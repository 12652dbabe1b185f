#!/bin/sh
# Makes a Python environment that reads Avro schemas and HOCON, unless it is there.
# usage: venv.sh DIRECTORY
set -eu

if ! "$1/bin/python" -c 'import fastavro, pyhocon; assert fastavro.__version__ == "1.13.1"' 2>/dev/null; then
    python3 -m venv --clear "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check fastavro==1.13.1 pyhocon==0.3.63
fi
