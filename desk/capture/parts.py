"""What a line is read into."""

import dataclasses
import datetime as dt

from followups.due.phrases import Phrase


@dataclasses.dataclass(frozen=True)
class ParsedPromise:
    """A promise of the line, in the words of `followups.models.Promise`.

    `due_on` and `due_time` are local to `time_zone` (IANA). `due_on` is None when the line names
    no day, or one that must be asked; then an `Unclear` says so if the promise is mine.
    """

    owed_by: str
    kind: str
    what: str | None
    how_many: int | None
    due_on: dt.date | None
    due_time: dt.time | None
    time_zone: str


@dataclasses.dataclass(frozen=True)
class Unclear:
    """Words as they were written, and a sentence that says what to write instead."""

    text: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Capture:
    """A line read: texts as written or None, `phone` in E.164."""

    is_call: bool
    recruiter: str | None = None
    firm: str | None = None
    phone: str | None = None
    opportunity: str | None = None
    client: str | None = None
    promises: tuple[ParsedPromise, ...] = ()
    unclear: tuple[Unclear, ...] = ()


@dataclasses.dataclass
class Draft:
    """A promise without its day: [start, end) is where its moment may stand."""

    owed_by: str
    kind: str
    start: int
    end: int
    what: tuple[int, int] | None = None
    how_many: int | None = None
    phrase: Phrase | None = None
    several: bool = False  # more than one moment, and nobody can tell which is meant
    demanded: bool = False
