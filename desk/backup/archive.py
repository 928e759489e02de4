"""The file of a backup: a ZIP with a manifest that says what must be in it, to the byte.

    manifest.json         format, version, engine, when (UTC), migrations, and every part's SHA-256
    database.sqlite3      SQLite: the database itself
    tables/<table>.copy   PostgreSQL: what `COPY … TO STDOUT` says of each table
    files/<path>          what users have uploaded
    secret_key            the key, where Wordkeeper made and keeps it

Nothing is read from such a file that its manifest does not name, and nothing is written to a path
that the file chose without looking at it first.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import secrets
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.sqlite3"
KEY = "secret_key"
TABLES = "tables/"
FILES = "files/"

CHUNK = 1 << 20  # bytes
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# A manifest takes some 200 bytes a file.
LONGEST_MANIFEST = 64 << 20
# What a backup may unpack to: text and tables shrink to a tenth, a bomb to a thousandth.
MOST_TIMES_LARGER = 200
MAY_ALWAYS_BE = 64 << 20
# All that zipfile raises for a file that it, or somebody else, did not write to its end.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError),
    RuntimeError,  # encrypted, or packed in a way that it does not know
)
PATH_PART = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\ud800-\udfff]+")


class BackupError(Exception):
    """It cannot be made, or must not be restored; the message is one line that says why."""


class Damaged(BackupError):
    """The database does not pass its own checks."""


@dataclass(frozen=True)
class Part:
    size: int  # bytes
    sha256: str


@dataclass
class Manifest:
    """What the copy says of itself."""

    engine: str  # Django's vendor: sqlite or postgresql
    made_at: dt.datetime  # UTC
    version: str
    key_digest: str  # tells whether another key is the same one, and nothing else
    migrations: list[tuple[str, str]]
    rows: dict[str, int]  # by table
    columns: dict[str, list[str]] = field(default_factory=dict)  # PostgreSQL
    sequences: dict[str, dict[str, int]] = field(default_factory=dict)  # by table and column
    parts: dict[str, Part] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> str:
        return json.dumps(asdict(self), default=dt.datetime.isoformat, indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Raises `BackupError` for whatever `as_json` could not have written."""
        try:
            values = json.loads(text)
            if values["format"] != FORMAT:
                raise BackupError(
                    f"This backup has format {int(values['format'])}, and this version of "
                    f"Wordkeeper reads format {FORMAT}: restore it with the version that made it."
                )
            manifest = cls(
                engine=str(values["engine"]),
                made_at=dt.datetime.fromisoformat(values["made_at"]).astimezone(dt.UTC),
                version=str(values["version"]),
                key_digest=str(values["key_digest"]),
                migrations=[(str(app), str(name)) for app, name in values["migrations"]],
                rows={str(table): int(count) for table, count in values["rows"].items()},
                columns={t: [str(one) for one in cs] for t, cs in values["columns"].items()},
                sequences={
                    t: {str(c): int(last) for c, last in found.items()}
                    for t, found in values["sequences"].items()
                },
                parts={
                    str(name): Part(int(part["size"]), str(part["sha256"]))
                    for name, part in values["parts"].items()
                },
            )
        except BackupError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BackupError(
                "This is no backup of Wordkeeper: its manifest is unreadable."
            ) from (error)
        return manifest


class _Measured:
    """Counts and digests what passes through to `target`."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target, self.size, self.digest = target, 0, hashlib.sha256()

    def write(self, block: bytes) -> None:
        self.target.write(block)
        self.size += len(block)
        self.digest.update(block)


class Writer:
    """A backup being written to `file`. Parts come one after the other, the manifest last.

    An account's archive is written by it, too, with parts and a manifest of its own.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self.parts: dict[str, Part] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        # After an error the end of a ZIP is written to a draft that is removed, or cannot be.
        with contextlib.suppress(OSError, ValueError):
            self.zip.close()

    def add(self, name: str, blocks: Iterable[bytes], *, pack: bool = True) -> None:
        if not self.is_part(name):
            raise BackupError(f"A file with this name cannot be taken along: {name!r}.")
        info = zipfile.ZipInfo(name)  # 1980: when each part was made is nobody's business
        info.external_attr = 0o600 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
        with self.zip.open(info, "w", force_zip64=True) as entry:
            through = _Measured(entry)
            for block in _in_chunks(blocks):
                through.write(block)
        self.parts[name] = Part(through.size, through.digest.hexdigest())

    def is_part(self, name: str) -> bool:
        return _is_part(name)

    def finish(self, manifest: Any) -> None:
        manifest.parts = self.parts
        self.zip.writestr(MANIFEST, manifest.as_json(), zipfile.ZIP_DEFLATED)
        self.zip.close()


def _in_chunks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces: a table comes a row at a time."""
    waiting: list[bytes] = []
    size = 0
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def blocks_of(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(CHUNK):
        yield block


class Archive:
    """A backup that somebody handed in. It is believed in nothing."""

    what = "backup"
    manifest_type: Any = Manifest

    def __init__(self, path: Path) -> None:
        """Raises `BackupError` when the file is none, or was never whole."""
        self.path = path
        try:
            self.size = path.stat().st_size
            self.zip = zipfile.ZipFile(path)
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
        except BROKEN as error:
            raise BackupError(
                f"{path} is no {self.what} of Wordkeeper, or was cut short."
            ) from error
        try:
            self.manifest = self._read_manifest()
            self._compare_contents()
        except BaseException:
            self.zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.zip.close()

    def is_part(self, name: str) -> bool:
        return _is_part(name)

    def _read_manifest(self) -> Any:
        try:
            info = self.zip.getinfo(MANIFEST)
        except KeyError as error:
            raise BackupError(f"{self.path} is no {self.what} of Wordkeeper.") from error
        if info.file_size > LONGEST_MANIFEST:
            raise BackupError(
                f"The manifest of this {self.what} is larger than any that was made."
            )
        return self.manifest_type.from_json(b"".join(self._blocks(MANIFEST)))

    def _compare_contents(self) -> None:
        """What is in the file is what its manifest says, by name and size; nothing is unpacked.

        A reader stops at the size that the ZIP's directory declares, so a part that would unpack
        to more is found out here or by its checksum.
        """
        inside = [info for info in self.zip.infolist() if info.filename != MANIFEST]
        sizes = {info.filename: info.file_size for info in inside}
        if len(sizes) != len(inside):
            raise BackupError(f"This {self.what} names a part twice.")
        if sizes != {name: part.size for name, part in self.manifest.parts.items()}:
            raise BackupError(f"What is in this {self.what} is not what its manifest says.")
        if not all(map(self.is_part, sizes)):
            raise BackupError(f"This {self.what} holds a part with a name that none may have.")
        if {info.compress_type for info in inside} - PACKED:
            raise BackupError(f"This {self.what} is packed in a way that none is.")
        if self.total > MAY_ALWAYS_BE + MOST_TIMES_LARGER * self.size:
            raise BackupError(f"This {self.what} would unpack to more than any that was made.")

    @property
    def total(self) -> int:
        """Bytes once unpacked."""
        return sum(part.size for part in self.manifest.parts.values())

    @property
    def files(self) -> list[str]:
        """The paths of the uploaded files, below their folder."""
        names = self.manifest.parts
        return [name.removeprefix(FILES) for name in names if name.startswith(FILES)]

    def _blocks(self, name: str) -> Iterator[bytes]:
        try:
            with self.zip.open(name) as entry:
                yield from blocks_of(entry)
        except (OSError, *BROKEN) as error:  # a place in the file that is none, for one
            raise BackupError(
                f"This {self.what} is damaged: {name} cannot be unpacked."
            ) from error

    def read(self, name: str) -> Generator[bytes]:
        """The bytes of a part. At their end raises `BackupError` if they are not the right ones."""
        digest = hashlib.sha256()
        for block in self._blocks(name):
            digest.update(block)
            yield block
        if digest.hexdigest() != self.manifest.parts[name].sha256:
            raise BackupError(f"This {self.what} is damaged: {name} is not what was put in.")

    def verify(self) -> None:
        """Read every part to its end; nothing is written. Raises `BackupError`."""
        for name in self.manifest.parts:
            for _block in self.read(name):
                pass

    def extract(self, name: str, target: Path) -> None:
        """Write a part to `target`, which must not exist yet: mode 600, and on the disk."""
        with new_file(target) as file:
            for block in self.read(name):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())


def _is_part(name: str) -> bool:
    if name in {DATABASE, KEY} or re.fullmatch(r"tables/[a-z0-9_]{1,63}\.copy", name):
        return True
    if not name.startswith(FILES):
        return False
    parts = PurePosixPath(name).parts
    # Joined again it is the same: no empty part, no slash at the end.
    return "/".join(parts) == name and all(PATH_PART.fullmatch(part) for part in parts)


def new_file(path: Path) -> IO[bytes]:
    """A file that is nobody else's to read from its first byte on; it must not exist."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def beside(path: Path, what: str) -> Iterator[Path]:
    """A name in the folder of `path` that nothing has; what stands there at the end is removed."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.{what}")
    try:
        yield draft
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def put_in_place(draft: Path, path: Path, *, replace: bool) -> None:
    """Give a finished draft its name. Raises `FileExistsError` unless it may replace what is there.

    A hard link takes a name only while it is free, so that of two backups to one name the second
    is refused; where the disk has none, the look beforehand has to do.
    """
    if replace:
        draft.replace(path)
    else:
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:
            if path.exists():
                raise FileExistsError from None
            draft.rename(path)
    sync_folder(path.parent)


def in_words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
