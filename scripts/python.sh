# shellcheck shell=sh
# Sourced by the entry points: sets $python to a Python of at least 3.11, or ends with exit code 3.
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

python=python3
new_enough "$python" || python=/usr/bin/python3
if ! new_enough "$python" && command -v apt-get >/dev/null 2>&1; then
    echo "No Python 3.11 or newer. Installing the Debian package: python3" >&2
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        sudo=sudo
        [ -t 0 ] || sudo='sudo -n'
    fi
    { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends python3; } </dev/null >&2 || true
fi
if ! new_enough "$python"; then
    echo "This needs Python 3.11 or newer; neither python3 on PATH nor /usr/bin/python3 is." >&2
    echo "0 passed, 0 failed, 0 skipped"
    exit 3
fi
