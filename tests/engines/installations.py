"""Wordkeeper as it is run: processes of its own on a data folder of its own."""

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.engines.servers import (
    PATIENCE,
    PROJECT,
    DidNotHappen,
    clean_environment,
    free_port,
    heed_signals,
    until,
)


class Running:
    """A process of Wordkeeper's own, with what it printed."""

    def __init__(self, command: list[str], environment: dict[str, str], output: Path) -> None:
        self.output_path = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                command,
                # As from a terminal, also where the tests themselves run under `nohup`.
                preexec_fn=heed_signals,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self.output_path.read_text(errors="replace")

    def wait_for(self, text: str, *, times: int = 1, within: float = PATIENCE) -> None:
        """Until it has printed `text`; raises `DidNotHappen` if it ends without."""

        def look() -> bool:
            ended = self.process.poll() is not None
            if self.output.count(text) >= times:
                return True
            if ended:
                raise DidNotHappen(f"ended without printing “{text}”:\n{self.output}")
            return False

        try:
            until(look, text, within=within)
        except DidNotHappen as error:
            raise DidNotHappen(f"{error}\n{self.output}") from None

    def wait(self, *, within: float = PATIENCE) -> int:
        """Its exit code, once it has ended by itself."""
        return self.process.wait(within)

    def family(self) -> list[Any]:
        """This process and all below it, as `psutil.Process`."""
        import psutil

        try:
            parent = psutil.Process(self.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def child(self, name: str) -> int:
        """The number of the direct child whose command line holds `name`."""

        def look() -> int | None:
            import psutil

            family = self.family()
            for one in family[1:]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    if one.ppid() == self.pid and name in " ".join(one.cmdline()):
                        number: int = one.pid
                        return number
            return None

        found = until(look, f"a child named {name}")
        assert found is not None
        return found

    def stop(self) -> int:
        """Ask it to end; its exit code. Nothing of it is left after this."""
        import psutil

        family = self.family()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Installation:
    """A data folder, a port and an environment: everything one installation of Wordkeeper has."""

    def __init__(self, folder: Path, *, static: Path, **environment: str) -> None:
        self.folder = folder
        self.data = Path(environment.get("WORDKEEPER_DATA", folder / "data"))
        self.static = static
        self.port = free_port()
        self.environment = {
            "WORDKEEPER_DATA": str(self.data),
            "STATIC_ROOT": str(static),
            "PORT": str(self.port),
            **environment,
        }
        self.running: list[Running] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *command: str, **environment: str) -> Running:
        """Start `python command…` in the background; it is stopped with the installation."""
        output = self.folder / f"output-{len(self.running)}"
        process = Running(
            [sys.executable, *command],
            clean_environment(**self.environment | environment),
            output,
        )
        self.running.append(process)
        return process

    def up(self, *, ready: bool = True, **environment: str) -> Running:
        """`manage.py up`, and wait until it answers."""
        process = self.start("manage.py", "up", **environment)
        if ready:
            process.wait_for("Wordkeeper is at ")
            until(lambda: self.status("/healthz") == 200, f"no answer:\n{process.output}")
        return process

    def celery(self, *arguments: str, **environment: str) -> Running:
        return self.start("-m", "celery", "-A", "crm", *arguments, **environment)

    def deliver(self, **environment: str) -> Running:
        """`manage.py deliver --loop`: the reminder engine without Celery."""
        return self.start("manage.py", "deliver", "--loop", **environment)

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a command to its end; what it printed. Raises `DidNotHappen` if it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=clean_environment(**self.environment | environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
        )
        if done.returncode:
            raise DidNotHappen(f"{arguments} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def status(self, path: str) -> int | None:
        """The status that the web process answers `path` with; None if it does not answer."""
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def stop(self) -> None:
        for process in reversed(self.running):
            process.stop()
