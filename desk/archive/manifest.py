"""What an archive says of itself."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from desk.archive.kinds import ACCOUNT
from desk.backup.archive import Archive, BackupError, Part, Writer

KIND = "wordkeeper archive"
SCHEMA = 1
PART = re.compile(
    r"rows/[a-z]+\.[A-Za-z]{1,60}\.jsonl|files/[a-z]+\.[A-Za-z]{1,60}\.[a-z_]+/\d{1,18}"
)


@dataclass
class Contents:
    """The manifest: nothing is read from the file that does not stand here."""

    made_at: dt.datetime  # UTC
    version: str  # of Wordkeeper
    migrations: list[tuple[str, str]]
    account: dict[str, str]
    rows: dict[str, int] = field(default_factory=dict)  # by model
    # Uploaded files of which the row was there and the file was not.
    missing_files: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    schema: int = SCHEMA
    kind: str = KIND

    def as_json(self) -> str:
        return json.dumps(asdict(self), default=dt.datetime.isoformat, indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Raises `BackupError` for whatever `as_json` could not have written."""
        try:
            values = json.loads(text)
            if values.get("kind") != KIND and "engine" in values:
                raise BackupError("This is a backup: bring it back with manage.py restore.")
            if values["kind"] != KIND:
                raise BackupError("This is no archive of Wordkeeper.")
            if values["schema"] != SCHEMA:
                raise BackupError(
                    f"This archive has schema {int(values['schema'])}, and this version of "
                    f"Wordkeeper reads {SCHEMA}: bring this one up to date first."
                )
            return cls(
                made_at=dt.datetime.fromisoformat(values["made_at"]).astimezone(dt.UTC),
                version=str(values["version"]),
                migrations=[(str(app), str(name)) for app, name in values["migrations"]],
                account={name: str(values["account"][name]) for name in ACCOUNT},
                rows={str(label): int(count) for label, count in values["rows"].items()},
                missing_files=int(values["missing_files"]),
                parts={
                    str(name): Part(int(part["size"]), str(part["sha256"]))
                    for name, part in values["parts"].items()
                },
            )
        except BackupError:
            raise
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
            OverflowError,
        ) as e:
            raise BackupError(
                "This is no archive of Wordkeeper: its manifest is unreadable."
            ) from e


class AccountWriter(Writer):
    def is_part(self, name: str) -> bool:
        return bool(PART.fullmatch(name))


class AccountArchive(Archive):
    """An archive that somebody handed in, checked as a backup is. It is believed in nothing."""

    what = "archive"
    manifest_type: Any = Contents

    def is_part(self, name: str) -> bool:
        return bool(PART.fullmatch(name))
