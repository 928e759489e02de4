"""What is read out of a file, whatever its format: people, calls, and what could not be read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class ImportRefused(Exception):
    """The whole file cannot be brought in; the message says why, in words for its user."""


class Circle(StrEnum):
    """To whom a card says that somebody belongs."""

    UNSAID = ""
    RECRUITER = "recruiter"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A number or an address as it is written in the file, and what for: “work”, “mobile”."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody in an address book; without a name it is the firm itself."""

    at: int  # the line of a table, or the number of a card, from 1
    name: str = ""
    firm: str = ""
    title: str = ""
    phones: tuple[Labelled, ...] = ()
    emails: tuple[Labelled, ...] = ()
    notes: str = ""
    circle: Circle = Circle.UNSAID


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call as a telephone has it."""

    at: int
    number: str  # as written; empty when it was withheld
    name: str  # what the telephone called them, if it knew them
    moment: dt.datetime  # UTC
    seconds: int  # how long they talked
    direction: Direction
    was_missed: bool = False  # or rejected: nobody talked
    is_voicemail: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of which nothing can be made."""

    at: int
    text: str  # how it begins
    why: str  # in words for its user


type Entry = Contact | LoggedCall | Unreadable
