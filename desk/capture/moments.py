"""Which moment of a clause belongs to which of its promises."""

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from desk.capture.parts import Draft, ParsedPromise, Unclear
from followups import due
from followups.due import reasons
from followups.due.phrases import Phrase


@dataclasses.dataclass(frozen=True)
class Clock:
    """The moment at which the line is read, and how its reader writes days."""

    now: dt.datetime
    zone: zoneinfo.ZoneInfo | str
    locale: str
    times: Mapping[str, dt.time] | None

    def promised(
        self,
        draft: Draft,
        written: Callable[[int, int], str],
        text: Callable[[tuple[int, int] | None], str | None],
    ) -> tuple[ParsedPromise, list[Unclear]]:
        """The promise with its day, or without one and with what must be asked."""
        moment, unclear = None, []
        if draft.several:
            unclear.append(Unclear(written(draft.start, draft.end), reasons.two_moments()))
        elif draft.phrase:
            said = written(draft.phrase.start, draft.phrase.end)
            try:
                moment = self.place(draft.phrase, said)
            except due.UnclearDue as asked:
                unclear.append(Unclear(asked.text, asked.reason))
        elif draft.owed_by == "me":
            reason = _("No day is said. Add one: “Thu 4pm”, “by Fri”.")
            unclear.append(Unclear(written(draft.start, draft.end), reason))
        promise = ParsedPromise(
            owed_by=draft.owed_by,
            kind=draft.kind,
            what=(text(draft.what) or "")[:200] or None,
            how_many=draft.how_many,
            due_on=moment.due_on if moment else None,
            due_time=moment.due_time if moment else None,
            time_zone=str(self.zone),
        )
        return promise, unclear

    def place(self, phrase: Phrase, text: str) -> due.Due:
        return due.place(
            phrase, now=self.now, zone=self.zone, locale=self.locale, times=self.times, text=text
        )


def attach(drafts: list[Draft], phrases: Sequence[Phrase], start: int, end: int) -> None:
    """Give each draft its moment; one said once at either end holds for all."""
    for draft in drafts:
        own = [p for p in phrases if draft.start <= p.start < draft.end]
        draft.phrase, draft.several = one_of(own)
    front = [p for p in phrases if start <= p.start < end]
    if drafts and front and all(front[0].start < draft.start for draft in drafts):
        for draft in drafts:
            own = [p for p in phrases if draft.start <= p.start < draft.end]
            draft.phrase, draft.several = one_of([front[0], *own])
    if drafts and drafts[-1].phrase:
        for draft in drafts[:-1]:
            draft.phrase = draft.phrase or drafts[-1].phrase


def one_of(own: list[Phrase]) -> tuple[Phrase | None, bool]:
    """The one moment of several phrases, and whether nobody can tell."""
    if len(own) < 2:
        return (own[0] if own else None), False
    if len(own) == 2 and (whole := joined(*own)):
        return whole, False
    by = [p for p in own if p.is_deadline]
    return (by[0], False) if len(by) == 1 else (own[0], True)


def joined(first: Phrase, second: Phrase) -> Phrase | None:
    """“On Thursday she calls me at 4pm”: a day and a time with words between them."""
    groups = [{atom.group for atom in phrase.atoms} for phrase in (first, second)]
    if groups in (
        [{"day"}, {"time"}],
        [{"time"}, {"day"}],
        [{"day"}, {"part"}],
        [{"part"}, {"day"}],
        [{"day"}, {"time", "zone"}],
    ):
        return dataclasses.replace(
            first, end=second.end, atoms=(*first.atoms, *second.atoms),
            is_window=first.is_window or second.is_window)  # fmt: skip
    return None
