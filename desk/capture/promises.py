"""One clause of a line read into promises: “I send 2 names and my CV by Fri”."""

import dataclasses
import re
from collections.abc import Sequence

from desk.capture import moments, things, verbs, words
from desk.capture.parts import Draft
from desk.capture.verbs import Opening
from desk.capture.wording import TALK, Wording
from followups.due.phrases import Phrase


@dataclasses.dataclass
class Clause:
    """What one segment came to. `settled`: it is done, refused or thought, and no promise."""

    drafts: list[Draft] = dataclasses.field(default_factory=list)
    settled: bool = False
    refused_kinds: set[str] = dataclasses.field(default_factory=set)
    is_refusal: bool = False
    # Of each call of which nobody says who makes it.
    who_calls: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    opening: Opening | None = None


@dataclasses.dataclass
class Reader(Wording):
    """A reader of clauses, one after the other."""

    phrases: Sequence[Phrase] = ()
    asked: bool = False  # the promise before is mine and was asked for, without more
    carried: str | None = None  # the subject of the clause before, for “… and will send the JD”

    def clause(self, start: int, end: int) -> Clause:
        """The promises of line[start:end]."""
        start, end = self.trimmed(start, end)
        opening = verbs.opening(self.body, start, end, self.names)
        if (
            opening.subject is None
            and opening.promised
            and self.asked
            and self.repeats(opening, end)
        ):
            opening = dataclasses.replace(opening, subject="me")
        if (
            opening.subject is None
            and not opening.labelled
            and self.carried
            and (opening.demanded or things.CARRIES_ON.match(self.body, start, end))
            and not (things.RESUME.search(self.body[start:end]) and opening.promised)
        ):
            opening = dataclasses.replace(opening, subject=self.carried)
        if opening.subject is None and things.OWED_ME.search(self.body, start, opening.at):
            opening = dataclasses.replace(opening, subject="them")
        if opening.subject is None and things.TO_ME.match(self.body, opening.at, end):
            opening = dataclasses.replace(opening, subject="them")
        clause = Clause(opening=opening)
        body = self.body[start:end]
        if verbs.NO_AFTER.search(body) and not re.search(r"said no problem", body, re.IGNORECASE):
            clause.is_refusal = True
        clause.drafts = self.drafts(opening, end)
        past = verbs.PAST.match(self.body, opening.at, end)
        if past and not clause.drafts and not opening.promised:
            clause.settled = True
        done = opening.done or (past and not opening.demanded) or verbs.ALREADY.search(body)
        if opening.refused or opening.thought or done or clause.is_refusal:
            clause.settled = True
            clause.refused_kinds = (
                {draft.kind for draft in clause.drafts}
                if (opening.refused or clause.is_refusal)
                else set()
            )
            clause.is_refusal = clause.is_refusal or opening.refused
            clause.drafts = []
            return clause
        if not clause.drafts and self.is_talk(opening, end) and self.phrase_in(start, end):
            clause.who_calls = [(start, end)]
        moments.attach(clause.drafts, self.phrases, start, end)
        self.leave_calls_open(clause)
        return clause

    def leave_calls_open(self, clause: Clause) -> None:
        """Take the calls out that nobody says who makes; their moment holds for them alone."""
        calls = [one for one in clause.drafts if one.kind == TALK]
        clause.who_calls += [(one.start, one.end) for one in calls]
        clause.drafts = [one for one in clause.drafts if one.kind != TALK]
        own = [
            one.phrase for one in calls if one.phrase and one.start <= one.phrase.start < one.end
        ]
        for draft in clause.drafts:
            if draft.phrase in own:
                draft.phrase = None

    def repeats(self, opening: Opening, end: int) -> re.Match[str] | None:
        """“Will send it by Fri”, “will do by Fri”: of what was said before."""
        said = re.sub(r"\s+", " ", self.body[opening.at : end]).strip(" ,.;!")
        return things.REPEATS.fullmatch(said)

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        while start < end and self.line[start] in " \t\n,;:.!":
            start += 1
        while end > start and self.line[end - 1] in " \t\n,;!":
            end -= 1
        if (
            end > start
            and self.line[end - 1] == "."
            and not things.ENDS_WITH_DOT.search(self.line, start, end)
        ):
            end -= 1
        return start, end

    def is_talk(self, opening: Opening, end: int) -> bool:
        found = verbs.TALK.match(self.body, opening.at, end)
        return bool(found or things.A_CALL.match(self.body, opening.at, end))

    # From a clause to drafts ----------------------------------------------------------------------

    def drafts(self, opening: Opening, end: int, depth: int = 0) -> list[Draft]:
        at = opening.at
        if opening.demanded and not opening.demands_act:
            asked_to = re.search(
                r"(?:\bme|\bus|\bI)\s+(?:to |should )?$", self.body[max(0, at - 14) : at]
            )
            if not asked_to or not self.verb(at, end):
                return self.demanded(at, end)
            opening = dataclasses.replace(opening, subject="me")
        if opening.demands_act:
            opening = dataclasses.replace(opening, subject="them")
        verb = self.verb(at, end)
        if verb is None:
            return self.without_verb(opening, end)
        name, found = verb
        drafts = self.of_verb(name, found, opening, end)
        for draft in drafts:
            draft.demanded = opening.demanded
        return drafts

    def verb(self, at: int, end: int) -> tuple[str, re.Match[str]] | None:
        for name, pattern in verbs.VERBS:
            if (found := pattern.match(self.body, at, end)) is not None:
                if name == "send_with" and self.names and self.names.match(self.body, found.end()):
                    continue
                return name, found
        return None

    def of_verb(self, name: str, found: re.Match[str], opening: Opening, end: int) -> list[Draft]:
        who = "them" if opening.subject == "them" else "me"
        start, after = opening.at, found.end()
        first_end, more = self.more_verbs(opening, after, end)
        if name in ("send", "send_with"):
            return [*self.sent(who, start, after, first_end, opening), *more]
        if name == "talk":
            return more
        if who == "them":
            theirs = self.their_act(name, found, start, after, first_end, opening)
            return [*theirs, *more]
        kind = {"call": "call_back", "take": "take_their_call", "decide": "give_decision",
                "vet": "vet_firm", "ask": "ask_permission"}[name]  # fmt: skip
        rest = self.body[after:first_end]
        if name in ("call", "vet") and words.HOUSEHOLD.search(rest):
            return more
        if name == "vet":
            kind = self.vetted(found, rest)
        if name == "call" and re.match(r"\s*(?:(?:her|him|them|me)\s+)?with\s+\S", rest):
            kind = "call_back"
        if name == "call" and (
            things.DECISION.search(rest) and re.match(r"get", found[0], re.IGNORECASE)
        ):
            kind = "give_decision"
        if name == "call" and self.somebody_else(rest):
            kind = "other"
        if kind == "other" and not (
            opening.promised or opening.subject == "me" or self.phrase_in(start, first_end)
        ):
            return more
        what = None
        if kind == "ask_permission":
            what = self.words_of(start, first_end)
        elif kind == "other" or self.has_more(rest):
            what = self.words_of(start, first_end)
            if (
                kind != "other"
                and what
                and (what[0] > after or not self.has_more(self.body[after : what[1]]))
            ):
                what = None
        return [Draft("me", kind, start, first_end, what), *more]

    def somebody_else(self, rest: str) -> bool:
        other = things.OTHER_PERSON.match(rest.lstrip())
        if other and other["who"].split()[0].lower() in things.PRONOUN_WORDS:
            return False
        return bool(other and not (self.names and self.names.match(other["who"])))

    def more_verbs(self, opening: Opening, after: int, end: int) -> tuple[int, list[Draft]]:
        """Where the words of the first verb end, and the drafts of those that follow by “and”."""
        for match in things.AND.finditer(self.body, after, end):
            following = verbs.opening(self.body, match.end(), end, self.names)
            if self.verb(following.at, end) and match.end() > after:
                if following.subject is None:
                    following = dataclasses.replace(
                        following, subject=opening.subject, promised=opening.promised
                    )
                return match.start("word"), self.drafts(following, end)
        return end, []

    def sent(self, who: str, start: int, after: int, end: int, opening: Opening) -> list[Draft]:
        """What is sent, given or named, one draft an object."""
        drafts: list[Draft] = []
        for piece_start, piece_end in self.pieces(after, end):
            if call := things.A_CALL.fullmatch(self.body, piece_start, piece_end):
                draft = Draft("me", self.who_rings(opening, call), piece_start, piece_end)
                drafts.append(draft)
                continue
            kind = self.kind_of(self.body[piece_start:piece_end], who)
            if drafts and kind == drafts[-1].kind == "send_information":
                drafts[-1].end = piece_end
                drafts[-1].what = self.words_of(
                    drafts[-1].what[0] if drafts[-1].what else piece_start, piece_end
                )
                continue
            draft = Draft(who, kind, piece_start, piece_end)
            self.describe(draft, piece_start, piece_end)
            drafts.append(draft)
        if drafts and drafts[0].kind != TALK:
            drafts[0].start = start
        verb = self.body[start:after].lower().split()
        loose = verb[:1] and re.match(
            r"get|find|arrange|name|think|come|be|update|prepare|put|drop|ping|confirm|clarif|post|"
            r"introduc|refer",
            verb[0],
        )
        if len(drafts) == 1 and drafts[0].kind == "send_information" and loose:
            return self.loosely(drafts[0], who, opening, start, end)
        return drafts

    def loosely(
        self, draft: Draft, who: str, opening: Opening, start: int, end: int
    ) -> list[Draft]:
        """“Get”, “find”, “prepare” are promises of something else unless a thing is sent."""
        rest = self.body[start:end]
        if who == "them" and re.match(r"get|find|arrange|put|introduc", rest, re.IGNORECASE):
            draft.kind, draft.what = "other", self.words_of(start, end)
            return [draft]
        if who == "them" or re.match(
            r"(?:get|come|revert|be|follow)\w* .*\bwith\b|confirm|clarif|ping|drop",
            rest,
            re.IGNORECASE,
        ):
            return (
                [draft]
                if (who == "them" or draft.what or opening.promised or re.match("ping|drop", rest))
                else []
            )
        if not opening.promised and opening.subject is None:
            return []
        draft.kind, draft.what = "other", self.words_of(start, end)
        return [draft]

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The objects of a verb, cut at “and” where each is a thing by itself."""
        spans = []
        begin = start
        for match in things.AND.finditer(self.body, start, end):
            if (
                match.start("word") > begin
                and self.body[begin : match.start("word")].strip()
                and match.end() < end
            ):
                spans.append((begin, match.start("word")))
                begin = match.end()
        spans.append((begin, end))
        return spans

    # Theirs, demanded, and without a verb ---------------------------------------------------------

    def their_act(
        self, name: str, found: re.Match[str], start: int, after: int, end: int, opening: Opening
    ) -> list[Draft]:
        rest = self.body[after:end]
        back = re.match(r"get|com|report|circl|hear|be ", found[0], re.IGNORECASE)
        if name in ("call", "take") and not back:
            if not re.match(r"\s*(?:the |her |his |their |with )?(?:client|company|boss)\b", rest):
                return [Draft("me", "take_their_call", start, end)]
            return [Draft("them", "other", start, end, self.words_of(start, end))]
        if name == "call" or (
            name == "decide" and re.search(r"\bme\b|respond|reply", found[0] + rest)
        ):
            return [Draft("them", "send_information", start, end, self.words_of(start, end))]
        return [Draft("them", "other", start, end, self.words_of(start, end))]

    def demanded(self, at: int, end: int) -> list[Draft]:
        """“Wants my CV”, “needs two names”, “expects my answer”."""
        drafts: list[Draft] = []
        for start, stop in self.pieces(at, end):
            text = re.sub(r"^\s*(?:the |a |an )?|\s*$", "", self.body[start:stop])
            if things.THEIR_THINGS.match(text):
                drafts.append(
                    Draft("them", "send_information", start, stop, self.words_of(start, stop))
                )
                continue
            kind = self.kind_of(text, "me")
            if things.CALL_NOUN.match(text) or re.match(
                r"(?:to )?(?:hear )?(?:back|from me)\b", text
            ):
                kind = "call_back"
            elif kind == "send_information":
                if re.match(r"(?:who|what|why|how|a )", text) and not re.search(r"\bmy\b", text):
                    continue
                if not things.MINE.search(text):
                    continue
            elif (
                kind == "send_names"
                and words.TITLE.search(text)
                and not re.search(r"\bnames?|referrals?\b", text)
            ):
                continue
            draft = Draft("me", kind, start, stop, demanded=True)
            self.describe(draft, start, stop)
            drafts.append(draft)
        return drafts

    def without_verb(self, opening: Opening, end: int) -> list[Draft]:
        """“2 names by Fri”, “CV Wed”, “JD to follow”, “I promised her a list by Monday”."""
        at = opening.at
        text = self.body[at:end].strip()
        phrase = self.phrase_in(at, end)
        who = "them" if opening.subject == "them" else "me"
        if not text:
            return []
        if opening.labelled and who == "them":
            return self.sent(who, at, at, end, opening)
        owes = things.OWES.search(self.body[max(0, at - 24) : at])
        if opening.subject is None and not opening.promised and things.THEIR_THINGS.match(text):
            follows = re.search(
                r"\s+(?:is |are )?(?:to (?:follow|come)|coming|on its way|will follow|follows)\b",
                self.body[at:end],
            )
            if phrase or follows:
                said = at + follows.start() if follows else end
                return [Draft("them", "send_information", at, end, self.words_of(at, said))]
            return []
        if opening.subject is None and not opening.labelled and phrase is None and not owes:
            return []
        kinds = [self.kind_of(self.body[s:e], who) for s, e in self.pieces(at, end)]
        nouns = (
            set(kinds) - {"send_information"}
            or owes
            or (who == "me" and things.MINE.search(text) and phrase)
        )
        if (
            nouns
            and not re.match(r"(?:interview|meeting|lunch|coffee)", text, re.IGNORECASE)
            and (owes or opening.subject is None or opening.promised)
        ):
            if (
                things.NAMES.search(text) is None
                and things.RESUME.search(text) is None
                and len(text.split()) > 8
                and not owes
            ):
                return []
            return self.sent(who, at, at, end, opening)
        return self.anything(opening, who, at, end, phrase)

    def anything(
        self, opening: Opening, who: str, at: int, end: int, phrase: Phrase | None
    ) -> list[Draft]:
        """A promise of another kind: it must be put as one, or be a meeting with a moment."""
        text = self.body[at:end].strip()
        if things.A_CALL.match(self.body, at, end) or re.match(
            r"(?:be|is|was|are|in|on|at|busy|interested|happy|looking|based|hiring|open|not|"
            r"free|away|out|ok|fine|keen|very)\b",
            text,
            re.IGNORECASE,
        ):
            return []
        said = opening.promised and (opening.subject is not None or opening.labelled)
        meets = re.match(
            r"(?:interview|meeting|meet|lunch|coffee|breakfast|dinner|drinks|visit|video call|"
            r"zoom|teams)\b",
            text, re.IGNORECASE)  # fmt: skip
        if re.search(r"\bcan\s*$", self.body[max(0, at - 6) : at]):
            return []
        acts = opening.subject == "them" and phrase and re.match(r"[a-z]+s\b", text)
        i_act = opening.subject == "me" and phrase and re.match(r"[a-z]+\b", text)
        if not (said or (meets and phrase) or acts or i_act) or words.HOUSEHOLD.search(text):
            return []
        return [Draft(who, "other", at, end, self.words_of(at, end))]

    # Moments --------------------------------------------------------------------------------------

    def phrase_in(self, start: int, end: int) -> Phrase | None:
        return next((p for p in self.phrases if start <= p.start < end), None)
