"""What the segments of a line say, joined: who called, about what, and what was promised.

A segment is understood by what was said before it: a bare name after the recruiter's is the firm,
“I'll send it by Fri” is the résumé that was asked for, and a refusal takes a promise back.
"""

import re

from django.utils.translation import gettext as _

from desk.capture import callers, moments, positions, promises, things, words, written
from desk.capture.parts import Draft, Unclear
from desk.capture.promises import Clause
from desk.capture.segments import Segment

Span = tuple[int, int]


class Joined:
    """The parts of a line as far as it has been read; each `tries_…` says whether it took its segment."""

    def __init__(self, line: written.Line) -> None:
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
        self.calls_back: Span | None = None
        self.drafts: list[Draft] = []
        self.unclear: list[Unclear] = []
        self.remarks: list[Segment] = []

    def text(self, span: Span | None) -> str | None:
        return " ".join(self.line[slice(*span)].split()) if span else None

    def written(self, start: int, end: int) -> str:
        return " ".join(self.line[start:end].split())[:200]

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

    # What was promised ------------------------------------------------------------------------------

    def takes(self, clause: Clause, segment: Segment) -> bool:
        """Keep what a clause promises, or let go of what it refuses."""
        if clause.settled:
            if clause.is_refusal:
                if clause.opening and self.reader.repeats(clause.opening, segment.end):
                    # “Wants my CV by Fri, won't send it”
                    clause.refused_kinds = set()
                self.drafts = [d for d in self.drafts if not self.is_refused(d, clause)]
            return True
        for start, end in clause.who_calls:
            self.ask_who_calls(*self.reader.trimmed(start, end))
        if not clause.drafts:
            return bool(clause.who_calls)
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

    def ask_who_calls(self, start: int, end: int) -> None:
        reason = _("Who calls? Write “I call” or “she calls”.")
        self.unclear.append(Unclear(self.written(start, end), reason))

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
