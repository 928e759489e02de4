"""`manage.py up` as its users know it: real processes, real signals, a real terminal's output."""

import json
import os
import signal
import socket
from pathlib import Path

import psutil
import pytest

from tests.engines.installations import Installation, Running
from tests.engines.servers import free_port, until

LINE = "Wordkeeper cannot start: "


def deaths(installation: Installation) -> dict[str, dict[str, object]]:
    record = installation.data / "supervisor.json"
    return json.loads(record.read_text()) if record.exists() else {}


def answers(installation: Installation) -> None:
    until(lambda: installation.status("/healthz") == 200, "/healthz does not answer")


def test_it_answers_and_says_where(installation: Installation) -> None:
    up = installation.up()
    assert f"Wordkeeper is at {installation.url}/\n" in up.output
    assert "one-time code" not in up.output
    answers(installation)
    assert up.child("gunicorn") != up.child("celery")
    assert up.stop() == 0
    assert "Wordkeeper has stopped." in up.output
    assert "Traceback" not in up.output


def test_a_start_has_no_errors(installation: Installation) -> None:
    """Looked at once the worker, a copy of the first process, has ticked."""
    up = installation.up()
    until(lambda: installation.status("/readyz") == 200, "/readyz does not say ok")
    assert up.stop() == 0
    # What is asked for too early is told as not ready.
    told = [line for line in up.output.splitlines() if "/readyz" not in line]
    assert [line for line in told if "ERROR" in line or "Traceback" in line] == []


@pytest.mark.once
def test_it_asks_beyond_loopback_for_the_code_that_it_prints(installation: Installation) -> None:
    up = installation.up(HOST="0.0.0.0")
    assert "one-time code" in up.output


def kept(installation: Installation) -> dict[Path, int]:
    """The key and the collected files, with the time at which each was written."""
    files = (*installation.static.rglob("*"), installation.data / "secret_key")
    return {path: path.stat().st_mtime_ns for path in files}


@pytest.mark.once
def test_the_second_start_keeps_what_the_first_has_made(fresh: Installation) -> None:
    fresh.up().stop()
    made = {path: path.stat().st_mtime_ns for path in fresh.data.glob("static/**/*")}
    key = (fresh.data / "secret_key").read_bytes()
    fresh.up().stop()
    assert made == {path: path.stat().st_mtime_ns for path in fresh.data.glob("static/**/*")}
    assert key == (fresh.data / "secret_key").read_bytes()


@pytest.mark.once
@pytest.mark.parametrize(("name", "program"), [("web", "gunicorn"), ("worker", "celery")])
def test_a_death_is_told_counted_and_mended(
    installation: Installation, name: str, program: str
) -> None:
    up = installation.up()
    first = up.child(program)
    os.kill(first, signal.SIGKILL)
    up.wait_for(f"the {name} process died (exit code -9, SIGKILL); it is started again in 1 s.")
    second = until(lambda: (pid := up.child(program)) != first and pid, "no new process")
    answers(installation)
    told = deaths(installation)
    assert told.keys() == {name}
    assert (told[name]["exit"], told[name]["restarts"]) == (-9, 1)
    assert str(told[name]["died_at"]).endswith("+00:00")

    # The second life was started in another way than the first, and ends in the same.
    os.kill(second, signal.SIGKILL)
    up.wait_for(f"the {name} process died (exit code -9, SIGKILL); it is started again in 2 s.")
    until(lambda: deaths(installation)[name]["restarts"] == 2, "the second death is not counted")
    until(lambda: up.child(program) not in {first, second}, "no new process")
    answers(installation)
    assert up.stop() == 0


@pytest.mark.once
def test_the_death_of_gunicorns_worker_is_told_too(installation: Installation) -> None:
    up = installation.up()
    (inner,) = psutil.Process(up.child("gunicorn")).children()
    inner.kill()
    up.wait_for("the web process died (exit code 1)")
    answers(installation)
    assert deaths(installation)["web"]["restarts"] == 1


@pytest.mark.once
def test_a_browser_that_comes_while_the_web_restarts_waits(installation: Installation) -> None:
    up = installation.up()
    os.kill(up.child("gunicorn"), signal.SIGKILL)
    up.wait_for("the web process died")
    # Not refused: the supervisor holds the listening socket.
    assert installation.status("/healthz") == 200


@pytest.mark.once
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_stops_whole(installation: Installation, number: signal.Signals) -> None:
    up = installation.up()
    family = up.family()
    assert len(family) >= 4
    up.process.send_signal(number)
    assert up.wait(within=60) == 0
    assert not [one for one in family if one.is_running()]
    assert installation.status("/healthz") is None
    assert deaths(installation) == {}  # told to stop is not dead


@pytest.mark.once
def test_no_orphan_is_left_when_the_supervisor_is_killed(installation: Installation) -> None:
    up = installation.up()
    # One child of each kind of start: copied from the first process, and started afresh.
    os.kill(up.child("celery"), signal.SIGKILL)
    up.wait_for("the worker process died")
    until(lambda: deaths(installation).get("worker"), "the death is not counted")
    until(lambda: len(up.family()) >= 4, "the worker is not back")
    up.child("celery")
    family = up.family()
    up.kill()
    until(lambda: not [one for one in family[1:] if one.is_running()], "orphans", within=60)


@pytest.mark.once
def test_a_port_in_use_is_one_line(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        up = installation.up(ready=False)
        assert up.wait() == 1
    assert up.output.startswith(f"{LINE}port {installation.port} on 127.0.0.1 cannot be used")
    assert up.output.count("\n") == 1
    assert "PORT" in up.output


def refused(up: Running, variable: str) -> None:
    assert up.wait() == 1
    (line,) = up.output.splitlines()
    assert line.startswith(LINE)
    assert variable in line
    assert "sesame" not in line  # no password is repeated on the terminal


@pytest.mark.once
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://joe:sesame@127.0.0.1/wordkeeper"),
        ("DATABASE_URL", "postgres://joe:sesame@127.0.0.1:port/wordkeeper"),
        ("REDIS_URL", "http://joe:sesame@127.0.0.1"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://joe:sesame@mail.example.org:port"),
        ("EMAIL_URL", "smtp://joe:sesame@mail.example.org?sender=me@example.org"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "calls.example.org"),
        ("ALLOWED_HOSTS", "*"),
        ("TRUSTED_PROXIES", "all"),
        ("DEBUG", "perhaps"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("HOST", "no.such.host.invalid"),
        ("WORDKEEPER_DATA", "/proc/nowhere"),
    ],
)
def test_a_bad_value_is_one_line_that_names_it(
    installation: Installation, variable: str, value: str
) -> None:
    refused(installation.up(ready=False, **{variable: value}), variable)


@pytest.mark.once
@pytest.mark.parametrize(
    ("variable", "scheme"), [("DATABASE_URL", "postgres"), ("REDIS_URL", "redis")]
)
def test_a_server_that_does_not_answer_is_one_line(
    installation: Installation, variable: str, scheme: str
) -> None:
    url = f"{scheme}://joe:sesame@127.0.0.1:{free_port()}/1"
    refused(installation.up(ready=False, **{variable: url}), variable)


@pytest.mark.once
def test_a_data_folder_in_an_odd_place_works(installation: Installation) -> None:
    odd = installation.folder / "Ann’s calls; $HOME"
    installation.up(WORDKEEPER_DATA=str(odd), STATIC_ROOT="")
    assert (odd / "static" / "staticfiles.json").exists()
