"""docker-compose.yml and the Dockerfile, read as Docker would, and their commands run by hand.

No Docker engine is needed: each service's own command and health check run as processes here,
with PostgreSQL and Redis standing where the file says.
"""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engines.installations import Installation, Running
from tests.engines.servers import PROJECT, clean_environment, until

pytestmark = pytest.mark.once

OWN = ("web", "worker", "beat")
SECRETS = {
    "SECRET_KEY": "compose-test-" + "0123456789abcdef" * 4,
    "POSTGRES_PASSWORD": "a-password-from-dot-env",
}
Services = dict[str, dict[str, Any]]


def substitute(value: Any, given: dict[str, str]) -> Any:
    """Compose's own `${NAME:-default}` and `${NAME:?message}`; a missing must raises KeyError."""
    if isinstance(value, dict):
        return {key: substitute(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [substitute(one, given) for one in value]
    if not isinstance(value, str):
        return value

    def one(match: re.Match[str]) -> str:
        name, how, rest = match["name"], match["how"], match["rest"]
        if given.get(name):
            return given[name]
        if how == ":?":
            raise KeyError(f"{name}: {rest}")
        return rest or ""

    filled = re.sub(
        r"\$\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<rest>[^}]*))?\}", one, value.replace("$$", "\0")
    )
    return filled.replace("\0", "$")


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(written: dict[str, Any]) -> Services:
    return substitute(written, SECRETS)["services"]


# What the files say -------------------------------------------------------------------------


def test_it_has_the_five_services_and_their_health_checks(services: Services) -> None:
    assert services.keys() == {"web", "worker", "beat", "postgres", "redis"}
    for service in services.values():
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"


def test_it_holds_no_secret(written: dict[str, Any]) -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    for line in text.splitlines():
        if re.search(r"PASSWORD|SECRET|://[^$\s]*:[^$\s/]*@", line.partition("#")[0]):
            assert "${" in line, line
    for missing in SECRETS:
        with pytest.raises(KeyError, match=missing):
            substitute(written, SECRETS | {missing: ""})


def test_every_variable_it_asks_for_stands_in_the_example(written: dict[str, Any]) -> None:
    asked = set(re.findall(r"\$\{(\w+)", (PROJECT / "docker-compose.yml").read_text()))
    example = dict(
        line.split("=", 1)
        for line in (PROJECT / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert asked == example.keys()
    assert not any(example[name] for name in SECRETS)


def test_what_must_survive_is_in_named_volumes(
    written: dict[str, Any], services: Services
) -> None:
    named = set(written["volumes"])
    used = {mount.split(":")[0] for one in services.values() for mount in one.get("volumes", [])}
    assert used == named
    for one in ("postgres", "redis", *OWN):
        assert services[one]["volumes"]


def test_only_this_machine_reaches_it(services: Services) -> None:
    ports = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_its_own_services_can_do_little_harm(services: Services) -> None:
    for name in OWN:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]


def test_the_image_runs_as_nobody_special_from_the_lock_file() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ")
    steps = [line.split(None, 1) for line in dockerfile.splitlines() if line and line[0] != "#"]
    last = [text for word, text in steps if word == "USER"][-1]
    assert last not in {"root", "0"}
    assert steps.index(["USER", last]) < [word for word, _ in steps].index("CMD")
    (install,) = [text for word, text in steps if "pip install" in text]
    assert "--require-hashes" in install
    assert "-r requirements.lock" in install
    assert not re.search(r"SECRET|PASSWORD|ARG ", dockerfile)
    wanted = (PROJECT / ".python-version").read_text().strip()
    assert {text.split()[0] for word, text in steps if word == "FROM"} == {f"python:{wanted}-slim"}


def test_the_image_holds_all_that_runs_and_nothing_else() -> None:
    lines = (PROJECT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    let_in = {line[1:] for line in lines if line.startswith("!")}
    rooms = {path.parent.name for path in PROJECT.glob("*/apps.py")} | {"crm"}
    assert rooms | {"manage.py", "requirements.lock", "templates", "static"} <= let_in
    assert not {"data", ".env", "tests", ".git"} & let_in


# What its commands do -----------------------------------------------------------------------


@pytest.fixture
def by_hand(
    installation: Installation, services: Services, postgresql_url: str, redis_url: str
) -> Installation:
    """An installation whose environment is the file's, with this machine's servers in it."""
    written = services["web"]["environment"]
    assert all(services[name]["environment"] == written for name in OWN)
    written_for = {"postgres:5432": "DATABASE_URL", "redis:6379": "REDIS_URL"}
    for server, variable in written_for.items():
        assert server in written[variable]
    installation.environment = {
        **written,
        "DATABASE_URL": postgresql_url,
        "REDIS_URL": redis_url,
        "WORDKEEPER_DATA": str(installation.data),
        "STATIC_ROOT": str(installation.static),
        "PORT": str(installation.port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    return installation


def start(by_hand: Installation, command: list[str]) -> Running:
    """`command` as the container would run it: `python` and `celery` are those of its PATH."""
    program, *arguments = command
    if program == "python":
        return by_hand.start(*arguments)
    assert program == "celery"
    return by_hand.start("-m", "celery", *arguments)


def is_healthy(by_hand: Installation, service: dict[str, Any]) -> bool:
    _, *command = service["healthcheck"]["test"]
    checked = subprocess.run(
        [part.replace(":8000/", f":{by_hand.port}/") for part in command],
        cwd=PROJECT,
        env=clean_environment(**by_hand.environment),
        capture_output=True,
        timeout=60,
    )
    return checked.returncode == 0


def test_each_command_runs_and_its_health_check_tells(
    by_hand: Installation, services: Services
) -> None:
    web = start(by_hand, services["web"]["command"])
    until(lambda: is_healthy(by_hand, services["web"]), "web is not healthy")
    assert "one-time code" in web.output

    running = {name: start(by_hand, services[name]["command"]) for name in ("worker", "beat")}
    for name in running:
        until(partial(is_healthy, by_hand, services[name]), f"{name} is not healthy")
    until(
        lambda: by_hand.status("/readyz") == 200,
        "the engine does not run" + "".join(one.output for one in running.values()) + web.output,
    )

    # Stopped as `docker compose stop` does it, beat first; the others notice nothing.
    for name in ("beat", "worker"):
        assert running[name].stop() == 0, running[name].output
        assert not is_healthy(by_hand, services[name])
    assert is_healthy(by_hand, services["web"])
    assert web.stop() == 0
    assert not is_healthy(by_hand, services["web"])
    for process in (web, *running.values()):
        assert "Traceback" not in process.output


def test_the_images_own_command_runs_all_in_one(installation: Installation) -> None:
    (line,) = [
        line.removeprefix("CMD ")
        for line in (PROJECT / "Dockerfile").read_text().splitlines()
        if line.startswith("CMD ")
    ]
    start(installation, yaml.safe_load(line))
    until(lambda: installation.status("/healthz") == 200, "no answer")


def test_static_files_that_came_with_the_image_are_served(
    installation: Installation, tmp_path: Path
) -> None:
    collected = tmp_path / "collected"
    installation.manage("collectstatic", "--no-input", STATIC_ROOT=str(collected))
    names = {path.name for path in collected.glob("app.*.css")}
    (name,) = names
    installation.start("manage.py", "up", "--web-only", STATIC_ROOT=str(collected))
    until(lambda: installation.status("/healthz") == 200, "no answer")
    assert installation.status(f"/static/{name}") == 200
