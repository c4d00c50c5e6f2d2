#!/bin/sh
# Debian's Python comes without venv: as root it is installed, elsewhere Python's own message has said what to do.
set -eu

rm -rf .venv
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    exec "$1" -m venv .venv
fi
exit 1
