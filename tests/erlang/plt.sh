#!/bin/sh
# Tells Dialyzer the types of Erlang/OTP, unless that was done before: it takes a minute.
# usage: plt.sh FILE
set -eu

if [ ! -e "$1" ]; then
    echo ".. types of Erlang/OTP"
    mkdir -p "$(dirname "$1")"
    # Its warnings are about OTP itself.
    dialyzer --build_plt --output_plt "$1" --apps erts kernel stdlib crypto >/dev/null || [ $? -eq 2 ]
fi
