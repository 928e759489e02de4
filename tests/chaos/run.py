"""How a part of the chaos runs: an installation, its servers, a program, and its verdict."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.engines import servers
from tests.engines.installations import Installation, Running

ENGINES = ("sqlite", "postgresql")


@dataclass
class Part:
    """One run on one engine and what came of it."""

    name: str
    engine: str
    figures: dict[str, int | float | str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0


class KillableMailServer:
    """tests/chaos/mail_server.py as a process, started again on the same port after a kill."""

    def __init__(self, installation: Installation, delay: float) -> None:
        self.installation = installation
        self.delay = delay
        self.port = servers.free_port()
        self.log = installation.folder / "accepted.jsonl"
        self.process: Running | None = None
        installation.environment["EMAIL_URL"] = (
            f"smtp://127.0.0.1:{self.port}?from=wordkeeper@example.org"
        )

    def start(self) -> None:
        self.process = self.installation.start(
            *("-m", "tests.chaos.mail_server", str(self.port), str(self.log), str(self.delay))
        )
        self.process.wait_for("listening")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()


@contextmanager
def installed(engine: str, **environment: str) -> Iterator[Installation]:
    """A migrated installation on `engine`; whatever it started is stopped."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wordkeeper-chaos-")))
        if engine == "postgresql" and "DATABASE_URL" not in environment:
            environment["DATABASE_URL"] = stack.enter_context(servers.PostgreSQL()).url
        if engine == "postgresql" and "REDIS_URL" not in environment:
            environment["REDIS_URL"] = stack.enter_context(servers.Redis()).url
        one = Installation(folder, static=folder / "static", **environment)
        stack.callback(one.stop)
        one.manage("migrate", "--verbosity", "0")
        yield one


def run_program(
    name: str, installation: Installation, program: str, *arguments: object, budget: float
) -> Part:
    """Run `python -m tests.chaos.<program>` to its end, at most `budget` seconds; its verdict."""
    engine = "postgresql" if "DATABASE_URL" in installation.environment else "sqlite"
    part = Part(name, engine)
    began = time.monotonic()
    running = installation.start(
        *("-m", f"tests.chaos.{program}", *(str(a) for a in arguments)),
        # The rest is for working off what is left, and for the judge.
        CHAOS_SECONDS=str(0.8 * budget),
    )
    try:
        code = running.wait(within=budget)
    except Exception:  # subprocess.TimeoutExpired
        code = None
        end_family(running)
    part.seconds = time.monotonic() - began
    said = running.output.strip().splitlines()
    if code is None:
        part.violations.append(f"not done after {budget:.0f} s:\n{running.output[-2000:]}")
    elif code or not said or not said[-1].startswith("{"):
        part.violations.append(f"the program failed ({code}):\n{running.output[-4000:]}")
    else:
        verdict = json.loads(said[-1])
        part.figures = verdict["figures"]
        part.violations += verdict["violations"]
    if part.violations and (kept := os.environ.get("CHAOS_KEEP")):
        keep_evidence(installation, Path(kept))
    return part


def end_family(running: Running) -> None:
    for one in reversed(running.family()):
        with contextlib.suppress(Exception):
            one.kill()
    running.process.wait()


def keep_evidence(installation: Installation, folder: Path) -> None:
    import shutil

    shutil.copytree(installation.folder, folder / installation.folder.name, dirs_exist_ok=True)
