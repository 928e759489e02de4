"""The whole line, read segment by segment: `parse`. What it comes to is joined in joining.py."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping

from django.utils.translation import gettext as _

from desk.capture import callers, moments, positions, segments, signs, words, written
from desk.capture.joining import Joined
from desk.capture.parts import Capture, Draft, Unclear
from desk.capture.segments import Segment

LONGEST = 2000
COLON = re.compile(r"[^:;|]{1,60}:\s+(?=\w)")
RE = re.compile(r"\b(?:re|regarding|concerning)\b:?\s+", re.IGNORECASE)
ACTS = re.compile(
    r"\b(?:I['’]?ll|will|promise[ds]?|must|owes?|call(?:s|ing)? (?:me |her |him |them )?back|"
    r"sends?|send)\b",
    re.IGNORECASE,
)

POSITION_MAY_FOLLOW = re.compile(
    rf"(?:I )?(?:said no to|declined|turned down)\b|{words.CALL_WORD.pattern}", re.IGNORECASE
)


def parse(
    line: str,
    *,
    now: dt.datetime,
    zone: zoneinfo.ZoneInfo | str,
    locale: str,
    phone_region: str,
    times: Mapping[str, dt.time] | None = None,
) -> Capture:
    """The call and the promises in `line`, as typed at `now` (aware) by somebody in `zone`.

    Never raises on any text; writes nothing and asks no database. 1. Phone numbers, addresses and
    moments are found. 2. The rest is cut into segments. 3. Each is tried as a promise, as the
    caller, as the position. 4. What is left and speaks of a promise or a day is told as unclear.
    """
    if len(line) > LONGEST:
        reason = _("This is too long for one line. Use the call sheet.")
        return Capture(is_call=False, unclear=(Unclear(" ".join(line[:80].split()), reason),))
    reading = _Reading(written.prepare(line, locale, phone_region), now, zone, locale, times)
    return reading.capture()


class _Reading(Joined):
    """One line on its way from segments to a `Capture`."""

    def __init__(
        self,
        line: written.Line,
        now: dt.datetime,
        zone: zoneinfo.ZoneInfo | str,
        locale: str,
        times: Mapping[str, dt.time] | None,
    ) -> None:
        super().__init__(line)
        self.clock = moments.Clock(now, zone, locale, times)
        self.after_if = False
        self.message_taken = False

    def capture(self) -> Capture:
        self.walk(segments.cut(self.masked, self.phrases))
        phone = next((n.e164 for n in self.numbers if n.e164), None)
        if not self.is_call(phone):
            return Capture(is_call=False)
        for number in self.numbers:
            if number.e164 is None:
                reason = _("This is no phone number. Write it like +44 20 7946 0000.")
                self.unclear.append(Unclear(self.written(number.start, number.end), reason))
        if self.calls_back:
            self.call_back_of_caller()
        parsed = []
        dated = any(d.kind == "call_back" and d.phrase for d in self.drafts)
        for draft in self.drafts:
            if dated and self.only_says_the_number(draft):
                continue
            promise, unclear = self.clock.promised(draft, self.written, self.text)
            parsed.append(promise)
            self.unclear.extend(unclear)
        for segment in self.remarks:
            self.tell_if_it_matters(segment)
        return Capture(
            is_call=True,
            recruiter=self.text(self.recruiter),
            firm=self.text(self.firm),
            phone=phone,
            opportunity=self.text(self.opportunity),
            client=self.text(self.client),
            promises=tuple(parsed),
            unclear=tuple(dict.fromkeys(self.unclear)),
        )

    def only_says_the_number(self, draft: Draft) -> bool:
        """“Call her on +44 …” beside “call back Fri” is no second promise."""
        return (
            draft.kind == "call_back"
            and draft.phrase is None
            and not draft.several
            and any(0 <= number.start - draft.end < 3 for number in self.numbers)
        )

    def depends(self, segment: Segment) -> bool:
        """“If interested, call back by Fri”: what stands behind an “if” is asked."""
        before = self.after_if
        self.after_if = bool(segments.CONDITIONAL.match(self.masked, segment.start, segment.end))
        clause = self.reader.clause(segment.start, segment.end)
        if not before or not clause.drafts or segment.joined:
            return False
        reason = _("Is this promised? It stands behind an “if”.")
        self.unclear.append(Unclear(self.written(segment.start, segment.end), reason))
        return True

    def walk(self, cut: list[Segment]) -> None:
        if words.RECRUITER_WORD.search(self.masked):
            self.signs = True
        for segment in cut:
            said = self.recruiter or self.firm or self.opportunity or self.drafts or self.remarks
            self.segment(segment, first=not said)

    def segment(self, segment: Segment, *, first: bool) -> None:
        start, end = self.reader.trimmed(segment.start, segment.end)
        if start >= end or self.labelled(start, end):
            return
        if self.only_a_moment(segment, start, end) or self.of_the_call(start, end, first=first):
            return
        if self.of_a_message(start, end, first=first) or self.rings_after_it(start, end):
            return
        if self.calls_back and not self.drafts and not self.says_when(*self.calls_back):
            # “Call Jane on +44 … tomorrow 5pm re CFO at Acme”
            when = next((p for p in self.phrases if start <= p.start <= start + 3), None)
            if when and not self.masked[start : when.start].strip():
                self.calls_back = (self.calls_back[0], when.end)
                self.segment(Segment(when.end, end), first=False)
                return
        if self.tries_what_they_say(start, end) or self.tries_their_role(start, end):
            return
        if self.tries_caller(start, end, first=first):
            return
        colon = COLON.match(self.reader.body, start, end)
        if colon and not self.recruiter and callers.read(self.barred, colon.end(), end):
            self.segment(Segment(colon.end(), end), first=first)
            return
        clause = self.reader.clause(start, end)
        if self.depends(segment):
            return
        if self.takes(clause, segment):
            if (
                clause.settled
                and not self.opportunity
                and POSITION_MAY_FOLLOW.match(self.masked, start)
            ):
                self.signs = True
                self.position_was_last = self.about(start, end) or self.tries_position(start, end)
            elif (
                clause.drafts
                and not self.opportunity
                and (re_ := RE.search(self.reader.body, start, end))
            ):
                # “ring her tomorrow 11am re FD role”
                self.tries_position(re_.start(), end)
            return
        if self.tries_position(start, end):
            self.position_was_last = True
            return
        if self.tries_firm(start, end):
            return
        if words.WITHHELD.search(self.masked, start, end):
            return
        if colon := COLON.match(self.reader.body, start, end):
            # “A note: Karen Bell from …”
            self.segment(Segment(colon.end(), end), first=first)
            return
        self.perhaps_client(start, end)
        self.remarks.append(Segment(start, end))
        self.position_was_last = False

    def perhaps_client(self, start: int, end: int) -> None:
        """“CFO, Acme”: the client or a place? Nobody can tell, so it is asked."""
        text = self.masked[start:end]
        if self.position_was_last and not self.client and callers.bare_firm(text):
            reason = _("Is this the client? Then write “at” before it.")
            self.unclear.append(Unclear(self.written(start, end), reason))

    def labelled(self, start: int, end: int) -> bool:
        """“client: Acme”, “firm: Hartwell Search”, “notes: …”."""
        line = self.masked
        if found := positions.CLIENT_LABEL.match(line, start, end):
            self.client = positions.client(line, found.end(), end) or self.client
            return True
        if found := positions.FIRM_LABEL.match(line, start, end):
            self.firm = positions.trimmed(line, found.end(), end) or self.firm
            return True
        if found := positions.NAME_LABEL.match(line, start, end):
            return self.tries_caller(found.end(), end, first=True)
        if found := positions.LABEL.match(line, start, end):
            return self.tries_position(found.end(), end, labelled=True)
        return bool(positions.NOTE_LABEL.match(line, start, end))

    def only_a_moment(self, segment: Segment, start: int, end: int) -> bool:
        """“call back, tue 4pm”: a moment by itself belongs to the promise before it."""
        inside = [p for p in self.phrases if start <= p.start < end]
        if not inside or re.search(
            r"\w",
            re.sub(r"\b(?:by|on|at|latest|please|sharp|the)\b", "", self.reader.body[start:end]),
        ):
            return False
        if self.drafts and self.drafts[-1].phrase is None and len(inside) == 1:
            for draft in self.drafts:
                draft.phrase = draft.phrase or (inside[0] if draft is self.drafts[-1] else None)
        elif self.calls_back and not self.drafts and not self.says_when(*self.calls_back):
            # “Ring Jane Doe on +44 …, tomorrow at 5pm”
            self.calls_back = (self.calls_back[0], end)
        elif any(atom.values.get("o") != "0" for atom in inside[0].atoms):
            # “Today” by itself is when the call was.
            self.remarks.append(Segment(start, end))
        return True

    def says_when(self, start: int, end: int) -> bool:
        return any(start <= phrase.start < end for phrase in self.phrases)

    def of_the_call(self, start: int, end: int, *, first: bool) -> bool:
        """“Bad moment.”, “Missed call”: said before anybody is named."""
        text = self.masked[start:end].rstrip(" :-–—")
        if not first:
            return False
        if words.MISSED.fullmatch(text):
            self.signs = True
            return True
        return bool(words.BAD_MOMENT.fullmatch(text))

    def of_a_message(self, start: int, end: int, *, first: bool) -> bool:
        """“Msg taken by reception”, “Message taken: Jane Doe @ …”: how the call went."""
        found = words.MESSAGE_TAKEN.match(self.masked, start, end)
        if not found:
            return False
        self.signs = True
        self.message_taken = not found["theirs"]
        if found.end() < end:
            self.segment(Segment(found.end(), end), first=first)
        return True

    def rings_after_it(self, start: int, end: int) -> bool:
        """Whether who is to ring after a message had to be asked; “again” is who rang before."""
        found = words.RINGS_AGAIN.match(self.masked, start, end) if self.message_taken else None
        if not found:
            return False
        if found["again"]:
            self.reader.carried = "them"
            return False
        self.ask_who_calls(start, end)
        return True

    def is_call(self, phone: str | None) -> bool:
        found = signs.Signs(
            line=self.masked,
            firm=self.text(self.firm) or "",
            has_recruiter=self.recruiter is not None,
            is_tentative=self.tentative,
            is_said=self.signs,
            has_phone=phone is not None,
            has_number=bool(self.numbers),
            has_position=self.opportunity is not None,
            kinds=frozenset(draft.kind for draft in self.drafts),
        )
        return found.of_a_call()

    def tell_if_it_matters(self, segment: Segment) -> None:
        """A remark goes into the notes; one with a promise or a day in it is also pointed at."""
        body = self.masked[segment.start : segment.end]
        dated = any(p.is_definite for p in self.phrases if segment.start <= p.start < segment.end)
        if dated or ACTS.search(body):
            reason = _("Not understood: it goes into the notes.")
            self.unclear.append(Unclear(self.written(segment.start, segment.end), reason))
