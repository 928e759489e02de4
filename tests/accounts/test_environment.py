"""A bad value in the environment stops the start with one line that names it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from crm import environment

ROOT = Path(__file__).parent.parent.parent
SECRET = "s3cr3t-p4ss"


def start(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` as somebody would run it, in a clean environment."""
    clean = {"PATH": os.environ["PATH"], "WORDKEEPER_DATA": str(tmp_path / "data")}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


BAD = [
    ("DEBUG", "perhaps"),
    ("PORT", "http"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("TRUSTED_PROXIES", "all"),
    ("TRUSTED_PROXIES", "11"),
    ("BACKUP_DAYS", "-1"),
    ("BACKUP_DAYS", "367"),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", "a.example, *"),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "abc" * 30),
    ("DATABASE_URL", "oracle://somewhere/db"),
    ("DATABASE_URL", "wordkeeper.sqlite3"),
    ("DATABASE_URL", "postgres://u:p@host:port/db"),
    ("DATABASE_URL", f"postgres://u:{SECRET}@host:99999/db"),
    ("DATABASE_URL", f"postgres://u:{SECRET}@host"),
    ("DATABASE_URL", f"postgres://u:{SECRET}@[::1/db"),
    ("DATABASE_URL", "sqlite://"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", f"http://u:{SECRET}@localhost:6379"),
    ("REDIS_URL", f"redis://u:{SECRET}@[::1"),
    ("REDIS_URL", f"redis://u:{SECRET}@localhost:port/0"),
    ("EMAIL_URL", "mail.example.org"),
    ("EMAIL_URL", f"https://u:{SECRET}@mail.example.org"),
    ("EMAIL_URL", "smtp://"),
    ("EMAIL_URL", f"smtp://u:{SECRET}@mail.example.org:port"),
    ("EMAIL_URL", f"smtp://u:{SECRET}@mail.example.org:99999"),
    ("EMAIL_URL", "smtp+tls://user@mail.example.org"),
    ("EMAIL_URL", f"smtp://u:{SECRET}@mail.example.org/box"),
    ("EMAIL_URL", f"smtp://u:{SECRET}@mail.example.org?form=me@example.org"),
    ("EMAIL_URL", f"smtp://u:{SECRET}@mail.example.org?from=me"),
    ("EMAIL_URL", f"smtp://u:{SECRET}@[::1"),
    ("PUBLIC_URL", "calls.example.org"),
    ("PUBLIC_URL", "ftp://calls.example.org"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https://calls.example.org/under"),
    ("PUBLIC_URL", "https://calls.example.org:port"),
    ("PUBLIC_URL", "https://calls.example.org?x=1"),
    ("PUBLIC_URL", "https://[::1"),
    ("WORDKEEPER_DATA", "/dev/null/data"),
]


def read(name: str, tmp_path: Path) -> Any:
    """What settings do with the variable."""
    match name:
        case "DEBUG":
            return environment.boolean("DEBUG")
        case "PORT":
            return environment.integer("PORT", 8000, low=1, high=65535)
        case "TRUSTED_PROXIES":
            return environment.integer("TRUSTED_PROXIES", 0, low=0, high=10)
        case "BACKUP_DAYS":
            return environment.integer("BACKUP_DAYS", 14, low=0, high=366)
        case "SECRET_KEY":
            return environment.secret_key(tmp_path)
        case "DATABASE_URL":
            return environment.database(tmp_path)
        case "REDIS_URL":
            return environment.redis_url()
        case "EMAIL_URL":
            return environment.mail_server("localhost")
        case "PUBLIC_URL":
            return environment.public_url("127.0.0.1", 8000)
        case "WORDKEEPER_DATA":
            return environment.data_directory(tmp_path)
    raise AssertionError(name)


@pytest.mark.parametrize(("name", "value"), [bad for bad in BAD if bad[0] != "ALLOWED_HOSTS"])
def test_it_refuses_a_bad_value_and_names_the_variable(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        read(name, tmp_path)
    message = str(refused.value)
    assert name in message
    assert SECRET not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "*"),
        ("DEBUG", "perhaps"),
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "oracle://somewhere/db"),
        ("DATABASE_URL", f"postgres://u:{SECRET}@host:99999/db"),
        ("EMAIL_URL", f"https://u:{SECRET}@mail.example.org"),
        ("REDIS_URL", f"redis://u:{SECRET}@localhost:port/0"),
    ],
)
def test_it_ends_the_start_with_one_line(name: str, value: str, tmp_path: Path) -> None:
    ended = start(tmp_path, **{name: value})
    assert ended.returncode != 0
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("Wordkeeper cannot start: ")
    assert name in lines[0]
    assert SECRET not in ended.stdout + ended.stderr


def test_it_refuses_debug_wherever_others_can_reach_it(tmp_path: Path) -> None:
    ended = start(tmp_path, DEBUG="on", HOST="0.0.0.0")
    assert ended.returncode != 0
    assert "DEBUG" in ended.stderr
    assert start(tmp_path, DEBUG="on").returncode == 0


def test_it_starts_with_nothing_set(tmp_path: Path) -> None:
    ended = start(tmp_path)
    assert ended.returncode == 0, ended.stderr
    key = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


# What good values mean ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "means"),
    [("on", True), ("1", True), ("TRUE", True), ("", False), ("off", False), (" No ", False)],
)
def test_it_reads_switches(value: str, means: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", value)
    assert environment.boolean("DEBUG") is means


def test_it_splits_lists_at_commas_and_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example,b.example  c.example,")
    assert environment.word_list("ALLOWED_HOSTS") == ["a.example", "b.example", "c.example"]


@pytest.mark.parametrize(
    ("host", "means"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("192.168.0.7", False),
        ("calls.example.org", False),
        ("localhost.evil.example", False),
    ],
)
def test_it_knows_what_only_this_machine_reaches(host: str, means: bool) -> None:
    assert environment.is_loopback(host) is means


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("postgres://u:p@db:5432/wk", "postgresql", "wk"),
        ("postgresql://u:p@db/wk", "postgresql", "wk"),
        ("sqlite:////srv/wk.sqlite3", "sqlite3", "/srv/wk.sqlite3"),
    ],
)
def test_it_reads_a_database_url(
    url: str, engine: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    config = environment.database(tmp_path)
    assert str(config["ENGINE"]).endswith(engine)
    assert config["NAME"] == name


def test_it_keeps_sqlite_in_the_data_folder_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    config = environment.database(tmp_path)
    assert config["NAME"] == str(tmp_path / "wordkeeper.sqlite3")
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"  # type: ignore[index]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, "none", "", "")),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "none", "", "")),
        (
            "smtp+tls://u:p%40ss@mail.example.org",
            ("mail.example.org", 587, "starttls", "u", "p@ss"),
        ),
        ("submission://u:p@mail.example.org", ("mail.example.org", 587, "starttls", "u", "p")),
        ("smtps://u:p@mail.example.org", ("mail.example.org", 465, "tls", "u", "p")),
        ("smtp+ssl://u:p@mail.example.org:9", ("mail.example.org", 9, "tls", "u", "p")),
        ("smtp://[::1]:25", ("::1", 25, "none", "", "")),
    ],
)
def test_it_reads_a_mail_url(
    url: str, expected: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    server = environment.mail_server("localhost")
    assert server is not None
    assert expected == (
        server.host,
        server.port,
        server.security,
        server.username,
        server.password,
    )


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://m.example?from=me@example.org", "me@example.org"),
        ("smtp://me%40example.org:p@m.example", "me@example.org"),
        ("smtp://u:p@m.example", "wordkeeper@calls.example"),
    ],
)
def test_it_knows_who_sends(url: str, sender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    server = environment.mail_server("calls.example")
    assert server is not None
    assert server.sender == sender


def test_it_has_no_mail_server_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert environment.mail_server("localhost") is None


@pytest.mark.parametrize(
    ("given", "host", "expected"),
    [
        ("https://calls.example.org/", "127.0.0.1", "https://calls.example.org"),
        ("", "127.0.0.1", "http://127.0.0.1:8000"),
        ("", "0.0.0.0", "http://127.0.0.1:8000"),
        ("", "::1", "http://[::1]:8000"),
    ],
)
def test_it_knows_its_public_address(
    given: str, host: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", given)
    assert environment.public_url(host, 8000) == expected


# The key ------------------------------------------------------------------------------------------


@pytest.fixture
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)


@pytest.mark.usefixtures("no_key")
def test_it_makes_a_key_once_for_its_owners_eyes_only(tmp_path: Path) -> None:
    key = environment.secret_key(tmp_path)
    assert len(key) >= 50
    assert environment.secret_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.usefixtures("no_key")
def test_it_makes_one_key_for_many_that_start_together(tmp_path: Path) -> None:
    keys: list[str] = []
    at_once = threading.Barrier(8)

    def begin() -> None:
        at_once.wait()
        keys.append(environment.secret_key(tmp_path))

    starts = [threading.Thread(target=begin) for _ in range(8)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.usefixtures("no_key")
def test_it_refuses_a_damaged_key(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("half")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        environment.secret_key(tmp_path)


def test_it_prefers_the_key_that_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdef"
    monkeypatch.setenv("SECRET_KEY", given)
    assert environment.secret_key(tmp_path) == given
    assert list(tmp_path.iterdir()) == []


# SQLite -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        # https://sqlite.org/wal.html: mended in 3.51.3, and in 3.50.7 and 3.44.6 after the fact
        ((3, 37, 2), False),
        ((3, 44, 0), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 46, 1), False),
        ((3, 49, 2), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_it_knows_where_the_write_ahead_log_is_safe(
    version: tuple[int, int, int], safe: bool
) -> None:
    assert environment.wal_is_safe(version) is safe


@pytest.mark.parametrize(
    ("version", "pragmas"),
    [
        ((3, 51, 3), ("journal_mode=WAL", "synchronous=FULL")),
        ((3, 46, 1), ("journal_mode=DELETE", "synchronous=EXTRA")),
    ],
)
def test_it_is_durable_with_either_journal(
    version: tuple[int, int, int], pragmas: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    command = environment.sqlite_options()["init_command"]
    assert all(pragma in str(command) for pragma in pragmas)
