"""The process that `manage.py up` becomes: it keeps web and worker running and tells of a death.

Run as a file with `python -P`: it must stay small in memory, so it needs a few modules of the
standard library and not even the package it lies in.

A child that dies is told on the terminal in one line and in `supervisor.json` in the data folder
(Today reads it), and started again after 1 s, 2 s, 4 s … 30 s; the wait begins again at 1 s once
a child has run for a minute. SIGTERM, SIGINT (Ctrl-C) or SIGHUP (the terminal was closed) stop the
web first, so that nothing new comes in, then the worker. A second one kills what is left.
"""

import json
import os
import select
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

PROJECT = Path(__file__).resolve().parent.parent

# All in seconds.
FIRST_WAIT, LONGEST_WAIT = 1, 30
HEALTHY_AFTER = 60
# How long a child may take to leave: gunicorn gives requests 10, a worker ends its task.
LEAVE_WITHIN = {"web": 15, "worker": 30}


def commands(listener: int) -> dict[str, list[str]]:
    """What runs, as arguments to `python -m`; `listener` is the number of a listening socket."""
    return {
        "web": [
            *("gunicorn", "--config", str(PROJECT / "crm/gunicorn.conf.py")),
            *("--bind", f"fd://{listener}"),
        ],
        "worker": [
            *("celery", "-A", "crm", "--quiet", "worker", "--embedded-beat"),
            *("--pool", "threads", "--concurrency", "2", "--loglevel", "warning"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
    }


def tell(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        pass  # the terminal is gone; supervisor.json still tells


def signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        pass  # nothing is left of it


class Child:
    """One of the two processes, through all its lives."""

    def __init__(self, name: str, command: list[str], pid: int | None) -> None:
        self.name = name
        self.command = [sys.executable, "-m", *command]
        self.pid = pid  # leader of a process group of its own; None while it does not run
        self.started_at = self.start_at = time.monotonic()  # `start_at` counts while pid is None
        self.wait = FIRST_WAIT
        self.deaths = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.pid = os.posix_spawn(
            sys.executable,
            self.command,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
            # A group of its own: Ctrl-C reaches the supervisor alone, which stops them in order.
            setpgroup=0,
        )

    def reap(self) -> int | None:
        """The exit code if it has died since the last look (negative: the signal), else None."""
        if self.pid is None:
            return None
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return None
        # gunicorn's worker outlives a killed arbiter by a second: it may end its request.
        signal_group(self.pid, signal.SIGTERM)
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def note_death(self) -> None:
        self.deaths += 1
        now = time.monotonic()
        if now - self.started_at >= HEALTHY_AFTER:
            self.wait = FIRST_WAIT
        self.start_at = now + self.wait

    def stop(self, *, kill: bool) -> None:
        """Ask it to leave; whatever is left of its group after its time is killed."""
        if self.pid is None:
            return
        leader = self.pid
        if not kill:
            os.kill(leader, signal.SIGTERM)
        deadline = time.monotonic() + (0 if kill else LEAVE_WITHIN[self.name])
        while self.reap() is None:
            if time.monotonic() >= deadline:
                if not kill:
                    tell(f"Wordkeeper: the {self.name} process does not stop and is killed.")
                signal_group(leader, signal.SIGKILL)
                os.waitpid(leader, 0)
                self.pid = None
                break
            time.sleep(0.05)
        signal_group(leader, signal.SIGKILL)


class Supervisor:
    def __init__(self, *, children: tuple[Child, ...], listener: int, data: Path) -> None:
        self.children = children
        self.listener = listener
        self.record = data / "supervisor.json"
        self.deaths: dict[str, dict[str, object]] = {}
        self.stopping = 0  # how often it was asked to
        # Signals write to a pipe, so that sleeping until one comes misses none.
        self.wake, wake_in = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wake_in, False)
        signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # Whoever started it with `nohup` does not want the hang-up to count.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping += 1
        if self.stopping > 1:
            for child in self.children:
                if child.pid is not None:
                    signal_group(child.pid, signal.SIGKILL)

    def tell_death(self, child: Child, code: int) -> None:
        how = f"exit code {code}" + (f", {signal.Signals(-code).name}" if code < 0 else "")
        tell(
            f"Wordkeeper: the {child.name} process died ({how}); it is started again in "
            f"{child.wait} s."
        )
        self.deaths[child.name] = {
            "died_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "exit": code,
            "restarts": child.deaths,
        }
        draft = self.record.with_suffix(".new")
        try:
            draft.write_text(json.dumps(self.deaths))
            draft.chmod(0o600)
            draft.replace(self.record)
        except OSError as error:
            tell(f"Wordkeeper: {self.record} cannot be written: {error.strerror}.")

    def run(self) -> None:
        self.record.unlink(missing_ok=True)
        while not self.stopping:
            for child in self.children:
                code = child.reap()
                if code is not None:
                    child.note_death()
                    self.tell_death(child, code)
                    child.wait = min(child.wait * 2, LONGEST_WAIT)
            now = time.monotonic()
            for child in self.children:
                if child.pid is None and child.start_at <= now:
                    child.start()
            waits = [child.start_at - now for child in self.children if child.pid is None]
            select.select([self.wake], [], [], max(min(waits), 0) if waits else None)
            try:
                os.read(self.wake, 4096)
            except BlockingIOError:
                pass
        os.close(self.listener)
        for child in self.children:
            child.stop(kill=self.stopping > 1)


def main(listener: int, lifeline: int, data: str, *pids: str) -> None:
    """`lifeline` is the writing end of the pipe of crm/lifeline.py: ours alone, never written to.

    `pids` are a web and a worker that run already.
    """
    os.set_inheritable(lifeline, False)
    os.chdir(PROJECT)
    running: list[int | None] = [int(pid) for pid in pids] or [None, None]
    children = tuple(
        Child(name, command, pid)
        for (name, command), pid in zip(commands(listener).items(), running, strict=True)
    )
    Supervisor(children=children, listener=listener, data=Path(data)).run()
    tell("Wordkeeper has stopped.")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
