"""What the preview says of a row, and a run of itself, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import phones
from accounts.models.trash_group import in_words
from calls.models import Call
from desk.importing import own_tables
from desk.importing.run import ImportRow, ImportRun

FIELDS: dict[str, Any] = {
    "firm": gettext_lazy("firm"),
    "title": gettext_lazy("title"),
    "position": gettext_lazy("position"),
    "notes": gettext_lazy("notes"),
}
FORMATS: dict[str, str | Lazy] = {
    "csv": gettext_lazy("a table"),
    "vcard": gettext_lazy("cards"),
    "call_log": gettext_lazy("calls of a telephone"),
    "archive": gettext_lazy("an archive of Wordkeeper"),
}
SHAPES: dict[str, str | Lazy] = {
    "linkedin": gettext_lazy("LinkedIn connections"),
    "google": gettext_lazy("Google contacts"),
    "outlook": gettext_lazy("Outlook contacts"),
    **own_tables.LABELS,
}
# What one calls oneself one does not miss.
UNANSWERED = (Call.Direction.OUTGOING, Call.Outcome.MISSED)
# Of notes the beginning says enough.
SHOWN = 80
# Of columns that are left out, by name.
MOST_COLUMNS = 6


@dataclass(frozen=True)
class Difference:
    """A field that the file has another word for than we do."""

    label: str
    old: str
    new: str
    is_kept: bool = False
    is_beneath: bool = False  # of notes, which are added to


def what_it_is(run: ImportRun) -> str:
    return capfirst(str(SHAPES.get(run.shape) or FORMATS.get(run.kind, "")))


def left_out(run: ImportRun) -> str:
    """Which columns would be lost, such as “Left out: Work (12 cells are filled), Hats (1).”"""
    said, headers = run.recognised.get("left_out", {}), run.recognised.get("headers", [])
    told: list[str] = []
    for place, n in list(said.items())[:MOST_COLUMNS]:
        header = headers[int(place)][:80] or _("Column %(n)s") % {"n": int(place) + 1}
        words = (
            ngettext("%(n)s cell is filled", "%(n)s cells are filled", n) if not told else "%(n)s"
        )
        told.append(f"{header} ({words % {'n': n}})")
    more = len(said) - len(told)
    columns = ", ".join(told)
    if more:
        return ngettext(
            "Left out: %(columns)s, and %(n)s more.",
            "Left out: %(columns)s, and %(n)s more.",
            more,
        ) % {"columns": columns, "n": more}
    return _("Left out: %(columns)s.") % {"columns": columns} if told else ""


def ways(row: ImportRow) -> str:
    """Numbers and addresses that would come in with it."""
    # A number is not broken at the end of a line.
    numbers = (
        phones.display(number).replace(" ", "\u00a0")
        for number, _label in row.data.get("phones", [])
    )
    addresses = (address for address, _label in row.data.get("emails", []))
    return " · ".join([*numbers, *addresses])


def differences(row: ImportRow, *, overwrites: bool) -> list[Difference]:
    found = [Difference(_label(name), "", _short(new)) for name, _old, new in row.fills]
    is_new = row.verdict == ImportRow.Verdict.NEW or row.twin_of is not None
    if is_new and (notes := row.data.get("notes")):
        found.append(Difference(_label("notes"), "", _short(notes)))
    found += [
        Difference(_label(name), _short(old), _short(new), not overwrites, name == "notes")
        for name, old, new in row.differs
    ]
    return found


def _label(name: str) -> str:
    return capfirst(str(FIELDS.get(name, name)))


def _short(text: str) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def moment(row: ImportRow) -> dt.datetime | None:
    """When a call was, UTC."""
    said = row.data.get("moment")
    return dt.datetime.fromisoformat(said) if said else None


def call_words(row: ImportRow) -> str:
    """Such as “they called, talked, 12 minutes”."""
    data = row.data
    outcome = str(dict(Call.Outcome.choices).get(data.get("outcome"), ""))
    if (data.get("direction"), data.get("outcome")) == UNANSWERED:
        outcome = _("not answered")
    parts = [str(dict(Call.Direction.choices).get(data.get("direction"), "")), outcome]
    if minutes := data.get("minutes"):
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return ", ".join(filter(None, parts))


def outcome(run: ImportRun) -> str:
    """What came of it, in one sentence."""
    state = ImportRun.State
    if run.state in (state.DONE, state.UNDOING):
        brought = {label: n for label, n in run.brought.items() if label != "changed"}
        words = in_words({label: n for label, n in brought.items() if label not in WAYS})
        if changed := run.brought.get("changed"):
            words.append(ngettext("%(n)s changed", "%(n)s changed", changed) % {"n": changed})
        if not words:
            words = in_words(brought)
        return ", ".join(words) if words else _("nothing new")
    if run.state == state.UNDONE and run.stayed:
        return ngettext(
            "taken back; %(n)s stays, for it has been used since",
            "taken back; %(n)s stay, for they have been used since",
            run.stayed,
        ) % {"n": run.stayed}
    return _what_waits(run) if run.is_waiting else str(run.get_state_display())


def _what_waits(run: ImportRun) -> str:
    """By which it is told from others like it: its file's name is not kept."""
    if run.state == ImportRun.State.COLUMNS:
        named = filter(None, (header.strip() for header in run.recognised.get("headers", [])))
        return f"{run.get_state_display()} {_short(', '.join(named))}".strip()
    if run.kind == "archive":
        return _("all of it to bring back")
    rows, taken = sum(run.counts.values()), sum(run.counts.get(one, 0) for one in ImportRow.TAKEN)
    words = ngettext("%(rows)s row, %(n)s to bring in", "%(rows)s rows, %(n)s to bring in", rows)
    return words % {"rows": rows, "n": taken}


# What hangs on those who are counted.
WAYS = frozenset({"contacts.phone", "contacts.email"})
