#!/bin/sh
# Make an environment from a lock file, hashes and all: environment.sh PYTHON UV_VERSION LOCK FOLDER
# With uv where it can be had (seconds), else with pip (a minute or two).
set -eu
python=$1 uv_version=$2 lock=$3 folder=$4
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
        $uv venv -q --allow-existing --python "$python" "$folder" &&
        $uv pip sync -q --require-hashes --python "$folder/bin/python" "$lock"
}
with_pip() {
    "$python" -m venv --clear "$folder" &&
        "$folder/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
}
with_uv || with_pip

# Both source roots, after the installed packages: `import platform` stays the standard library's.
"$folder/bin/python" - <<'END'
import os, pathlib, sysconfig

packages = pathlib.Path(sysconfig.get_path("purelib"))
roots = (os.path.relpath(root, packages) for root in ("platform", "."))
(packages / "atrium.pth").write_text("".join(f"{root}\n" for root in roots))
END
