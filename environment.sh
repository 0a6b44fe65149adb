#!/bin/sh
# Makes .venv hold exactly the locked packages, unless it already does. PYTHON names the
# interpreter to use; without it the first one that fits and runs is taken.
set -eu
cd "$(dirname "$0")"

version_of() {
    "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null
}

stamp="$(cksum requirements.txt pyproject.toml)"
if [ "$(cat .venv/stamp 2>/dev/null)" = "$stamp" ] && installed="$(version_of .venv/bin/python)"; then
    if [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$installed" ]; then
        exit 0
    fi
fi

if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    set -- python3 python3.13 python3.12 python3.11
fi
chosen=""
found=""
for candidate in "$@"; do
    version="$(version_of "$candidate")" || continue
    case "$version" in
    3.11.* | 3.12.* | 3.13.*)
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            chosen="$candidate"
            break
        fi
        version="$version without venv"
        ;;
    esac
    found="${found:+$found, }$candidate is $version"
done
if [ -z "$chosen" ]; then
    echo "Python 3.11, 3.12 or 3.13 with venv is needed; ${found:-no Python that runs was found} (PYTHON=... names another)" >&2
    exit 1
fi

echo "making .venv with Python $version and the packages of requirements.txt; the first time downloads about 800 MB"
"$chosen" -m venv --clear .venv
# A package that comes as source is built with the locked build tools, not with the newest ones.
grep -E -o '^(setuptools|wheel)==[^ ]+' requirements.txt >.venv/build-tools.txt
export PIP_CONSTRAINT=.venv/build-tools.txt PIP_BUILD_CONSTRAINT=.venv/build-tools.txt
export PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip install --quiet --require-hashes -r requirements.txt
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
echo "$stamp" >.venv/stamp
