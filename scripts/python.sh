# shellcheck shell=sh
# Sourced by the scripts of this folder: runs the .py file of the script's name with a Python of at least 3.11, or ends
# with exit code 3. On Debian a missing Python is installed.
# PYTHONHOME may be that of another Python. With PYTHONSAFEPATH Python does not find the modules beside the .py file.
unset PYTHONHOME PYTHONSAFEPATH
script=$(readlink -f -- "$0")
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

python=python3
new_enough "$python" || python=/usr/bin/python3
if ! new_enough "$python" && command -v apt-get >/dev/null 2>&1; then
    echo "There is no Python 3.11 or newer. Installing the Debian package python3." >&2
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        sudo=sudo
        [ -t 0 ] || sudo='sudo -n'
    fi
    { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends python3; } </dev/null >&2 || true
fi
if ! new_enough "$python"; then
    echo "shmcheck needs Python 3.11 or newer. Neither python3 on PATH nor /usr/bin/python3 is one." >&2
    case $script in */run | */test) echo "0 passed, 0 failed, 0 skipped" ;; esac
    exit 3
fi
exec "$python" "$script.py" "$@"
