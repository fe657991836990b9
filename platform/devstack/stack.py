"""A whole running product for a test: started on free ports, killed and restarted by name."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from devstack import plan as plans
from devstack import state
from devstack.layout import REPOSITORY, Layout
from devstack.process import dies_with_us


class Stack:
    """Services under a supervisor of their own, with their own data, ports and secrets.

    Use it as a context manager. Whatever dies is started again by the supervisor; `stop` leaves a
    service down until `start`.

    Args of the constructor:
        profile: the name of its folder below `root`.
        root: where its data go; a temporary folder that is removed at the end by default.
        database: the name of its database.
        only: the services to run, everything by default.
        durable: false for servers whose data nobody needs after a power cut; they
            start and end sooner. A killed PostgreSQL loses nothing either way.
        env: what to add to the environment of every service.
    """

    def __init__(
        self,
        profile: str = "stack",
        *,
        root: Path | None = None,
        database: str = "atrium",
        only: tuple[str, ...] = (),
        durable: bool = True,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="atrium-")
        self._layout = Layout(root or self._open_to_postgres(), profile)
        self._database = database
        self._only = only
        self._durable = durable
        self._extra = dict(env or {})
        self._process: subprocess.Popen[str] | None = None
        self.env: dict[str, str] = {}
        """The environment that commands beside it need, DATABASE_ADMIN_URL included."""

    @property
    def url(self) -> str:
        """The vendor's site."""
        return f"{self.env['PUBLIC_SCHEME']}://localhost:{self.env['PUBLIC_PORT']}"

    @property
    def folder(self) -> Path:
        """Where it keeps everything."""
        return self._layout.home

    @property
    def is_open(self) -> bool:
        """Whether it was opened, and neither closed nor abandoned since."""
        return self._process is not None

    @property
    def pids(self) -> dict[str, int]:
        """The process id of every running service."""
        found: dict[str, int] = self._order("look")["pids"]
        return found

    @property
    def up(self) -> dict[str, bool]:
        """Which services serve, or have done their work."""
        found: dict[str, bool] = self._order("look")["up"]
        return found

    @property
    def state(self) -> dict[str, Any]:
        """What the state file says: addresses, the trading server and so on."""
        return state.read(self._layout.state_file)

    def log(self, name: str) -> str:
        """What a service has printed."""
        return self._layout.log(name).read_text(errors="replace")

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Start everything and wait until it is up.

        Raises:
            RuntimeError: something did not start; the supervisor has said what, on stderr.
        """
        argv = [sys.executable, "-m", "devstack", "serve", "--profile", self._layout.profile]
        argv += ["--root", str(self._layout.root), "--database", self._database]
        argv += ["--only", ",".join(self._only), *([] if self._durable else ["--volatile"])]
        self._process = subprocess.Popen(
            argv,
            env=plans.outside() | self._extra,
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=dies_with_us(signal.SIGTERM),  # noqa: PLW1509 - it only calls prctl
        )
        self.env = self._answer()["env"]

    def close(self) -> None:
        """End everything; harmless when it has ended."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._pipe(self._process.stdin).close()
            self._process.wait()
            self._pipe(self._process.stdout).close()
            self._process = None
        if self._temporary is not None:
            self._temporary.cleanup()

    def abandon(self) -> None:
        """Kill the supervisor itself, as a power cut would; what it started must end by itself."""
        if self._process is not None:
            self._process.kill()
        self.close()

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to a service, SIGKILL by default; the supervisor will start it again."""
        self._order("kill", name, signal=int(number))

    def stop(self, name: str) -> None:
        """End a service in good order and leave it down."""
        self._order("stop", name)

    def start(self, name: str) -> None:
        """Start a service that was stopped; see `wait_for`."""
        self._order("start", name)

    def restart(self, name: str, seconds: float = 120) -> None:
        """End a service in good order, start it and wait until it is up."""
        self.stop(name)
        self.start(name)
        self.wait_for(name, seconds=seconds)

    def wait_for(self, *names: str, seconds: float = 120) -> None:
        """Wait until the named services, or all of them, are up.

        Raises:
            TimeoutError: they are not.
        """
        deadline = time.monotonic() + seconds
        while True:
            up = self.up
            if all(up[name] for name in names or up):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"Not up after {seconds:.0f} s: {up}")
            time.sleep(0.1)

    def _order(self, do: str, name: str = "", **more: object) -> dict[str, Any]:
        if self._process is None:
            raise RuntimeError("The stack is not open.")
        pipe = self._pipe(self._process.stdin)
        pipe.write(json.dumps({"do": do, "name": name, **more}) + "\n")
        pipe.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        if self._process is None:
            raise RuntimeError("The stack is not open.")
        line = self._pipe(self._process.stdout).readline()
        if not line:
            self.close()
            raise RuntimeError("The supervisor has ended; what it printed says why.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _open_to_postgres(self) -> Path:
        folder = Path(self._temporary.name if self._temporary else "")
        folder.chmod(0o755)  # as root, PostgreSQL runs as another account; its files stay closed
        return folder

    @staticmethod
    def _pipe(pipe: Any) -> Any:
        return pipe
