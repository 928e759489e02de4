"""What the environment says, read strictly: a bad value stops the start with one line.

Every function raises `ImproperlyConfigured` with a message that names the variable and never
repeats a value that may hold a password.
"""

import ipaddress
import os
import re
import secrets
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def boolean(name: str) -> bool:
    value = text(name).lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not “{value}”.")


def integer(name: str, default: int, *, low: int, high: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}.")
    return int(value)


def word_list(name: str) -> list[str]:
    return [word for word in re.split(r"[\s,]+", text(name)) if word]


def is_loopback(host: str) -> bool:
    """Whether nothing but this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def data_directory(base: Path) -> Path:
    directory = Path(text("WORDKEEPER_DATA") or base / "data").expanduser().resolve()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"WORDKEEPER_DATA names a folder that cannot be made: {error.strerror}."
        ) from error
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"WORDKEEPER_DATA: {directory} cannot be written to.")
    return directory


def secret_key(directory: Path) -> str:
    """`SECRET_KEY`, or the key kept in the data folder (mode 600), made on the first start.

    It is written beside its place and then linked into it, so that of two processes that start
    together one wins and neither ever reads half a key.
    """
    if given := text("SECRET_KEY"):
        if len(given) < 50 or len(set(given)) < 5:
            raise ImproperlyConfigured(
                "SECRET_KEY must be at least 50 characters, and not the same few repeated."
            )
        return given
    path = directory / "secret_key"
    if not path.exists():
        draft = directory / f"secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first, and its key counts
        finally:
            draft.unlink()
    key = path.read_text().strip()
    if len(key) < 50:
        raise ImproperlyConfigured(
            f"SECRET_KEY: the key kept in {path} is damaged; put the right one back."
        )
    return key


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the write-ahead log's corruption race mended.

    The race and the versions that mend it stand on https://sqlite.org/wal.html.
    """
    return (
        version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    )


def sqlite_options() -> dict[str, object]:
    """Durable above all: a promise that was saved survives a power cut."""
    if wal_is_safe(sqlite3.sqlite_version_info):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    else:
        pragmas = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;"
    # IMMEDIATE: a transaction that reads and then writes takes the write lock at once, and so
    # waits its turn (`timeout`, seconds) instead of failing with "database is locked".
    return {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}


def postgresql_options(given: dict[str, object]) -> dict[str, object]:
    """What the address asks for, and what we need on top of it."""
    # Of what is prepared (accounts/prepared.py) the plan is made once, not for each value anew.
    session = f"{given.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    # Never wait for ever on a server that has gone away.
    return {"connect_timeout": 10, "prepare_threshold": 0, **given, "options": session}


def database(directory: Path) -> dict[str, object]:
    """`DATABASE_URL` (sqlite:///… or postgres://…), else SQLite in the data folder."""
    url = text("DATABASE_URL")
    if not url:
        url = f"sqlite:///{directory / 'wordkeeper.sqlite3'}"
    scheme = url.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgres:// or sqlite:///, for example "
            "postgres://user:password@127.0.0.1:5432/wordkeeper."
        )
    try:
        config: dict[str, object] = {**dj_database_url.parse(url, conn_max_age=60)}
    except ValueError as error:
        raise ImproperlyConfigured("DATABASE_URL is not a valid address.") from error
    if scheme == "sqlite":
        # What dj_database_url reads as memory would be gone, and different in every process.
        if config["NAME"] in {"", ":memory:"}:
            raise ImproperlyConfigured("DATABASE_URL names no SQLite file.")
        if config["NAME"] != ":memory:":
            # Absolute, so that web and worker mean the same file wherever they are started.
            file = Path(str(config["NAME"])).absolute()
            if not file.parent.is_dir():
                raise ImproperlyConfigured(f"DATABASE_URL: there is no folder {file.parent}.")
            config["NAME"] = str(file)
        config["CONN_MAX_AGE"] = None
        config["OPTIONS"] = sqlite_options()
    else:
        if not config["NAME"]:
            raise ImproperlyConfigured("DATABASE_URL names no database after the last slash.")
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = postgresql_options(config.get("OPTIONS", {}))  # type: ignore[arg-type]
    return config


def redis_url() -> str:
    url = text("REDIS_URL")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"redis", "rediss", "unix"} and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ImproperlyConfigured(
            "REDIS_URL must begin with redis:// or rediss://, for example redis://127.0.0.1:6379/0."
        )
    return url


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mails are handed over. `security` is "none", "starttls" or "tls".

    `password` is None when one is kept that cannot be read any more.
    """

    host: str
    port: int
    security: str
    username: str
    # Not in tracebacks, nor wherever else the whole is printed.
    password: str | None = field(repr=False)
    sender: str


MAIL_SCHEMES = {
    "smtp": ("none", 25),
    "smtp+tls": ("starttls", 587),
    "submission": ("starttls", 587),
    "smtp+ssl": ("tls", 465),
    "smtps": ("tls", 465),
}
MAIL_EXAMPLE = "smtp+tls://user:password@mail.example.org:587?from=me@example.org"


def mail_server(public_host: str) -> MailServer | None:
    """`EMAIL_URL`, or None when there is none: mails are then kept and shown in the app."""
    url = text("EMAIL_URL")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"EMAIL_URL has no valid port; write {MAIL_EXAMPLE}."
        ) from error
    if parts.scheme not in MAIL_SCHEMES:
        raise ImproperlyConfigured(
            f"EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://; write {MAIL_EXAMPLE}."
        )
    if not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured(f"EMAIL_URL names no mail server; write {MAIL_EXAMPLE}.")
    security, usual_port = MAIL_SCHEMES[parts.scheme]
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if username and not password:
        raise ImproperlyConfigured("EMAIL_URL has a user and no password.")
    options = dict(parse_qsl(parts.query))
    sender = options.pop("from", "") or (
        username if "@" in username else f"wordkeeper@{public_host}"
    )
    if options:
        raise ImproperlyConfigured(f"EMAIL_URL has an unknown option “{min(options)}”.")
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", sender):
        raise ImproperlyConfigured("EMAIL_URL: what follows from= is no mail address.")
    return MailServer(
        host=parts.hostname,
        port=port or usual_port,
        security=security,
        username=username,
        password=password,
        sender=sender,
    )


def public_url(host: str, port: int) -> str:
    """`PUBLIC_URL` without a last slash; without it, the address on this machine."""
    given = text("PUBLIC_URL")
    if not given:
        # “Every address of this machine” is none that a browser could be sent to.
        own = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104
        return f"http://{f'[{own}]' if ':' in own else own}:{port}"
    try:
        parts = urlsplit(given)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "PUBLIC_URL must be a scheme and a host, for example https://calls.example.org."
        )
    return given.rstrip("/")
