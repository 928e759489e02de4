"""The whole line: who called, about what, and what was promised."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping

from django.utils.translation import gettext as _

from desk.capture import (
    callers,
    moments,
    positions,
    promises,
    segments,
    signs,
    things,
    words,
    written,
)
from desk.capture.parts import Capture, Draft, Unclear
from desk.capture.promises import Clause
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

Span = tuple[int, int]


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


class _Reading:
    def __init__(
        self,
        line: written.Line,
        now: dt.datetime,
        zone: zoneinfo.ZoneInfo | str,
        locale: str,
        times: Mapping[str, dt.time] | None,
    ) -> None:
        self.clock = moments.Clock(now, zone, locale, times)
        self.line, self.masked, self.barred = line.text, line.masked, line.barred
        self.phrases, self.numbers = line.phrases, line.numbers
        self.reader = promises.Reader(line.masked, line.body, phrases=line.phrases)
        self.recruiter: Span | None = None
        self.firm: Span | None = None
        self.opportunity: Span | None = None
        self.client: Span | None = None
        self.signs = False  # of a recruiter's call, besides names
        self.tentative = False
        self.position_was_last = False
        self.after_if = False
        self.calls_back: Span | None = None
        self.drafts: list[Draft] = []
        self.unclear: list[Unclear] = []
        self.remarks: list[Segment] = []

    def text(self, span: Span | None) -> str | None:
        return " ".join(self.line[slice(*span)].split()) if span else None

    # The walk --------------------------------------------------------------------------------------

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

    def written(self, start: int, end: int) -> str:
        return " ".join(self.line[start:end].split())[:200]

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

    # Who -------------------------------------------------------------------------------------------

    def tries_caller(self, start: int, end: int, *, first: bool) -> bool:
        """Take the segment's beginning as the caller, and its rest as more of the line."""
        if self.recruiter and self.firm:
            return False
        if callers.IN_DOUBT.fullmatch(self.barred, start, end) and not self.recruiter:
            # “Missed call +44 …, Anna?”
            if not self.tries_caller(start, self.barred.rindex("?", start, end), first=first):
                return False
            reason = _("Is this who called? Then write it without the question mark.")
            self.unclear.append(Unclear(self.written(start, end), reason))
            return True
        caller = callers.read(self.barred, start, end)
        if caller is None or not self.fits(caller, start, end, first):
            return False
        if not self.recruiter and caller.recruiter:
            self.recruiter = positions.trimmed(self.masked, *caller.recruiter)
            self.tentative = caller.tentative
        if not self.firm and caller.firm:
            self.firm = positions.trimmed(self.masked, *caller.firm)
        self.name_them()
        if caller.in_doubt and self.firm:
            reason = _("Where does the name end and the firm begin? Write “@” between them.")
            self.unclear.append(Unclear(self.written(*caller.in_doubt), reason))
        if caller.prefixed or caller.somebody:
            self.signs = True
        rest = self.masked[caller.rest : end]
        if words.CALL_WORD.match(rest.lstrip()):
            self.signs = True
        if caller.calls_back:
            self.calls_back = (start, end)
            if re.search(r"\b(?:re|about|regarding|concerning)\b", rest, re.IGNORECASE):
                self.position_was_last = self.about(caller.rest, end)
            return True
        if re.search(r"\w", self.reader.body[caller.rest : end]):
            self.after_caller(caller.rest, end)
        elif caller.somebody:
            self.reader.carried = "them"
        return True

    def tries_their_role(self, start: int, end: int) -> bool:
        """“Jane Doe, partner at Hartwell Search”: hers, and not the position she fills."""
        found = callers.THEIR_ROLE.match(self.barred, start, end)
        if (
            not found
            or not self.recruiter
            or self.firm
            or not callers.bare_firm(found["firm"].strip())
        ):
            return False
        self.firm = positions.trimmed(self.masked, *found.span("firm"))
        self.signs = True
        self.name_them()
        return True

    def tries_what_they_say(self, start: int, end: int) -> bool:
        """“Unknown caller, said he was from Robert Walters”."""
        found = callers.SAYS_FROM.fullmatch(self.barred, start, end)
        if not found or self.firm or not (self.signs or self.recruiter):
            return False
        firm = found["firm"].strip()
        if not callers.bare_firm(firm) or not (
            found["said"] or found["calls"] or callers.is_firm(firm)
        ):
            return False
        self.firm = positions.trimmed(self.masked, *found.span("firm"))
        self.reader.carried = "them"
        self.name_them()
        return True

    def fits(self, caller: callers.Caller, start: int, end: int, first: bool) -> bool:
        if caller.recruiter is None and self.recruiter is None and not first and not caller.firm:
            return False
        if self.recruiter and caller.recruiter and caller.firm is None:
            return False
        if self.recruiter and caller.recruiter and caller.firm:
            known = (self.text(self.recruiter) or "").split()
            return bool(set(known) & set((self.text(caller.recruiter) or "").split()))
        if caller.recruiter and not caller.firm and not caller.prefixed:
            # A lone name counts where nothing was said before it, or only the firm.
            named_first = self.firm is not None and self.opportunity is None
            return (first or named_first) and self.name_stands_alone(caller, end)
        return True

    def name_stands_alone(self, caller: callers.Caller, end: int) -> bool:
        rest = self.reader.body[caller.rest : end].strip(" .,:;-–—()")
        if not rest:
            return True
        return bool(
            words.CALL_WORD.match(rest)
            or self.reader.clause(caller.rest, end).drafts
            or re.match(
                r"(?:will|wants?|needs?|asked|has|is|about|re|left|reached|expects?|promised|"
                r"calls?|sends|says|said|would|owes)\b",
                rest,
            )
        )

    def after_caller(self, start: int, end: int) -> None:
        """“… called about a CFO role at Acme”, “… wants my CV by Wed”."""
        self.reader.carried = "them"
        clause = self.reader.clause(start, end)
        if self.takes(clause, Segment(start, end)):
            if clause.settled and not self.opportunity:
                self.position_was_last = self.about(start, end) or self.tries_position(start, end)
            return
        if self.about(start, end) or self.tries_position(start, end):
            self.position_was_last = True
            return
        if self.tries_firm(start, end):
            return
        self.remarks.append(Segment(start, end))

    def about(self, start: int, end: int) -> bool:
        found = re.search(
            r"\b(?:about|re|regarding|concerning|for|on|with|wegen|no to|declined|"
            r"turned down)\b:?\s+",
            self.masked[start:end],
            re.IGNORECASE,
        )
        return bool(found) and self.tries_position(start + found.start(), end) if found else False

    def name_them(self) -> None:
        """Let promises know the recruiter by any of their names: “Jane sends the JD”."""
        known = [self.text(self.recruiter), self.text(self.firm)]
        parts = [
            part for text in known if text for part in (text, *text.replace(",", " ").split())
        ]
        parts = [
            p
            for p in parts
            if len(p) > 2 and p.lower() not in ("the", "and", "will", "may", "mark", "search")
        ]
        if parts:
            each = "|".join(re.escape(p) for p in sorted(set(parts), key=len, reverse=True))
            self.reader.names = re.compile(
                rf"(?:{each})(?:['’]s (?:assistant|office|pa|colleague))?(?!\w)\s*"
            )

    # What ------------------------------------------------------------------------------------------

    def tries_position(self, start: int, end: int, *, labelled: bool = False) -> bool:
        if self.opportunity:
            return False
        found = positions.read(self.barred, start, end, labelled=labelled)
        if found is None:
            return False
        self.opportunity = found[0]
        self.client = self.client or found[1]
        return True

    def tries_firm(self, start: int, end: int) -> bool:
        """“Jane Doe, Hartwell, …”: a bare name after the recruiter's is taken for the firm."""
        if self.firm or not self.recruiter or self.opportunity or self.drafts:
            return False
        span = positions.trimmed(self.masked, start, end)
        if span and callers.bare_firm(self.masked[slice(*span)]):
            self.firm = span
            self.name_them()
            return True
        return False

    def takes(self, clause: Clause, segment: Segment) -> bool:
        """Keep what a clause promises, or let go of what it refuses."""
        if clause.settled:
            if clause.is_refusal:
                if clause.opening and self.reader.repeats(clause.opening, segment.end):
                    # “Wants my CV by Fri, won't send it”
                    clause.refused_kinds = set()
                self.drafts = [d for d in self.drafts if not self.is_refused(d, clause)]
            return True
        if clause.who_calls and any(segment.start <= p.start < segment.end for p in self.phrases):
            self.unclear.append(
                Unclear(
                    self.written(segment.start, segment.end),
                    _("Who calls? Write “I call” or “she calls”."),
                )
            )
            return True
        if not clause.drafts:
            return False
        if clause.opening and clause.opening.subject:
            self.reader.carried = (
                clause.opening.subject if clause.opening.subject == "them" else None
            )
        if self.says_again(clause, segment):
            return True
        self.share_back(clause.drafts, segment)
        self.drafts.extend(clause.drafts)
        self.reader.asked = self.drafts[-1].demanded and self.drafts[-1].owed_by == "me"
        return True

    def says_again(self, clause: Clause, segment: Segment) -> bool:
        """“Wants my CV, I'll send it by Fri” is one promise, due when I said."""
        last = self.drafts[-1] if self.drafts else None
        if (
            not last
            or last.owed_by != "me"
            or last.kind not in things.TO_SHARE
            or not clause.opening
        ):
            return False
        [draft, *more] = clause.drafts
        if more or draft.owed_by != "me" or draft.demanded:
            return False
        found = self.reader.repeats(clause.opening, segment.end)
        if not found or not (last.demanded or (found["it"] and last.phrase is None)):
            return False
        if not draft.phrase:
            return True
        for earlier in reversed(self.drafts):
            # “Wants my CV and two names, I'll send them by Fri”
            if earlier is not last and (earlier.phrase or not earlier.demanded):
                break
            earlier.phrase, earlier.several = draft.phrase, draft.several
        return True

    def is_refused(self, draft: Draft, clause: Clause) -> bool:
        if draft.owed_by != "me" or not draft.demanded:
            return False
        return draft.kind in clause.refused_kinds or (
            not clause.refused_kinds and draft is self.drafts[-1]
        )

    def share_back(self, drafts: list[Draft], segment: Segment) -> None:
        """“send names, CV and salary info by Fri”, “call back and send my CV Wed”."""
        last = self.drafts[-1] if self.drafts else None
        if (
            last is None
            or last.phrase
            or not drafts[0].phrase
            or last.owed_by != drafts[0].owed_by
        ):
            return
        bare = drafts[0].kind in things.TO_SHARE and last.kind in things.TO_SHARE
        adjacent = drafts[0].start - last.end < 8
        if adjacent and (segment.joined or bare):
            last.phrase = drafts[0].phrase

    def call_back_of_caller(self) -> None:
        """“call back Jane Doe at Hartwell Search tue 4pm”."""
        start, end = self.calls_back or (0, 0)
        draft = Draft("me", "call_back", start, end)
        moments.attach([draft], self.phrases, start, end)
        self.drafts.insert(0, draft)

    # Whether it is a call at all, and what is left ---------------------------------------------------

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
