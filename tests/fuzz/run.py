"""Gives files to a child, one after the other, and keeps those that it did not stand."""

from __future__ import annotations

import os
import random
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.fuzz.child import LENGTH
from tests.fuzz.mutating import mutated, seeds

CHILD = (sys.executable, "-m", "tests.fuzz.child")
# Seconds of the processor for one file, which takes milliseconds; and by the clock, for a reader that
# waits for something: a machine that does other things is no finding.
PATIENCE, LONGEST = 30.0, 900.0


@dataclass
class Child:
    """The process that reads; a new one after each that was killed or fell."""

    command: tuple[str, ...] = CHILD
    patience: float = PATIENCE
    longest: float = LONGEST
    data: str = ""
    process: subprocess.Popen[bytes] | None = None
    # When it was given its file: by the clock, and of the processor.
    began: tuple[float, float] = (0.0, 0.0)

    def answer(self, octets: bytes) -> str:
        """What is wrong with how `octets` are read."""
        process = self.process = self.process or self._started()
        assert process.stdin is not None
        self.began = time.monotonic(), _used(process.pid)
        try:
            process.stdin.write(LENGTH.pack(len(octets)) + octets)
            process.stdin.flush()
            head = self._read(LENGTH.size)
            return self._read(LENGTH.unpack(head)[0]).decode()
        except TimeoutError as error:
            self.stop()
            return str(error)
        except OSError:
            code = process.wait()
            self.stop()
            return f"the process ended with {code}"

    def _started(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {"WORDKEEPER_DATA": self.data}
        return subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )

    def _read(self, size: int) -> bytes:
        assert self.process is not None
        assert self.process.stdout is not None
        number = self.process.stdout.fileno()
        made = b""
        while len(made) < size:
            while not select.select([number], [], [], 0.25)[0]:
                self._look_at_the_clock()
            block = os.read(number, size - len(made))
            if not block:
                raise BrokenPipeError
            made += block
        return made

    def _look_at_the_clock(self) -> None:
        assert self.process is not None
        clock, processor = self.began
        if _used(self.process.pid) - processor > self.patience:
            raise TimeoutError(f"it takes longer than {self.patience:g} s of the processor")
        if time.monotonic() - clock > self.longest:
            raise TimeoutError(f"it waits for longer than {self.longest:g} s")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _used(pid: int) -> float:
    """Seconds of the processor that a process has used so far."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


@contextmanager
def child(**settings: object) -> Iterator[Child]:
    with tempfile.TemporaryDirectory(prefix="wordkeeper-fuzz-") as data:
        made = Child(data=data, **settings)  # type: ignore[arg-type]
        try:
            yield made
        finally:
            made.stop()


@dataclass
class Outcome:
    kind: str
    inputs: int = 0
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kind}: {self.inputs:,} files, {len(self.findings)} findings"


def run(
    kind: str,
    *,
    seed: int,
    findings: Path,
    seconds: float = 0,
    inputs: int = 0,
    first: int = 0,
    **settings: object,
) -> Outcome:
    """Files of `kind`, numbered from `first`, for `seconds` or `inputs` of them.

    The same seed and number make the same file. What is found is printed and kept in `findings`.
    """
    known = seeds(kind)
    outcome = Outcome(kind)
    until = time.monotonic() + seconds
    # Every other file meets limits of some kilobytes: two readers, asked in turn.
    small = settings if "command" in settings else settings | {"command": (*CHILD, "--small")}
    with child(**settings) as reader, child(**small) as narrow:
        while outcome.inputs < inputs or (seconds and time.monotonic() < until):
            number = first + outcome.inputs
            octets = mutated(kind, random.Random(f"{seed} {kind} {number}"), known)
            outcome.inputs += 1
            if why := (narrow if number % 2 else reader).answer(octets):
                findings.mkdir(parents=True, exist_ok=True)
                kept = findings / f"{kind}-{seed}-{number}"
                kept.write_bytes(octets)
                outcome.findings.append(f"{kept}: {why}")
                print(f"{kept} (--only {kind} --seed {seed} --first {number} --inputs 1):\n{why}")
    return outcome
