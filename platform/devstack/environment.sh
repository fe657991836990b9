#!/bin/sh
# Make .venv from requirements/dev.txt, hashes and all: environment.sh PYTHON UV_VERSION
# With uv where it can be had (seconds), else with pip (a minute or two).
set -eu
python=$1 uv_version=$2
uv=.boot/bin/uv

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or later is needed; name yours with: make PY=/path/to/python" >&2
    exit 1
}
if [ ! -x $uv ]; then
    # Into a folder of its own: works where the system's Python is not ours to change.
    "$python" -m pip install -q --disable-pip-version-check --target .boot "uv==$uv_version" ||
        echo "uv cannot be installed; pip will do, more slowly." >&2
fi

# uv reads neither pip's settings nor, by default, the machine's certificates.
export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never
index=${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}
if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    export UV_DEFAULT_INDEX="$index"
fi

with_uv() {
    [ -x $uv ] &&
        $uv venv -q --allow-existing --python "$python" .venv &&
        $uv pip sync -q --require-hashes --python .venv/bin/python requirements/dev.txt
}
with_pip() {
    "$python" -m venv --clear .venv &&
        .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes \
            -r requirements/dev.txt
}
with_uv || with_pip

# Both source roots, after the installed packages: `import platform` stays the standard library's.
packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' ../../../../platform ../../../.. >"$packages/atrium.pth"
