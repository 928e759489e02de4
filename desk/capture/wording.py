"""In which words a promise is kept: the kind of thing, how many, and what is said of it."""

import dataclasses
import re

from desk.capture import things, words
from desk.capture.parts import Draft
from desk.capture.verbs import Opening

# No kind of promise: a call of which nobody says who makes it, until it is asked.
TALK = "talk"


@dataclasses.dataclass
class Wording:
    """The line, the same with its moments blanked out (`body`), and the names of the recruiter."""

    line: str
    body: str
    names: re.Pattern[str] | None = None

    def kind_of(self, text: str, who: str) -> str:
        if who == "them":
            return "send_information"
        if things.NAMES.search(text) and not things.NOT_NAMES.search(text):
            return "send_names"
        if things.RESUME.search(text):
            return "send_resume"
        if things.DECISION.search(text):
            return "give_decision"
        return "send_information"

    def who_rings(self, opening: Opening, call: re.Match[str]) -> str:
        """“I owe her a call” and “she owes me a call” say it; “names and a call” does not."""
        at = opening.at
        owes = opening.labelled or things.OWES.search(self.body[max(0, at - 24) : at])
        if owes and opening.subject == "them":
            return "take_their_call"
        is_mine = opening.subject == "me" if owes else opening.subject != "them" and call["back"]
        return "call_back" if is_mine else TALK

    def vetted(self, found: re.Match[str], rest: str) -> str:
        """“Check them out” is vetting; “check my calendar” and “look at the JD” are not."""
        if re.match(
            r"vet|verif|google|background|due|research|do |look \w+( \w+)? up",
            found[0],
            re.IGNORECASE,
        ):
            return "vet_firm"
        about = re.match(
            r"\s*(?:out |up |on )*(?:the |her |his |their )?(?:search )?(?:firm|agency|company|"
            r"them|her|him|"
            r"recruiter|credentials|background|reputation|track record|website)\b",
            rest,
            re.IGNORECASE,
        )
        named = self.names and self.names.match(re.sub(r"^\s*(?:out |up |on |the )*", "", rest))
        return "vet_firm" if about or named else "other"

    def how_many(self, start: int, end: int) -> int | None:
        """“Two names”, “names (2)”; between 1 and 99, as a promise holds it."""
        text = self.body[start:end]
        if after := things.NUMBER_AFTER.search(text):
            number = (after["n"] or after["of"]).lower()
        elif before := things.HOW_MANY.search(text):
            number = before["n"].lower()
        else:
            return None
        return (int(number) if number.isdecimal() else words.NUMBER_WORDS.get(number)) or None

    def describe(self, draft: Draft, start: int, end: int) -> None:
        text = self.line[start:end]
        if draft.kind == "send_names":
            draft.how_many = self.how_many(start, end)
        if draft.kind == "send_information" or (
            self.has_more(things.NAMES.sub("", things.RESUME.sub("", self.body[start:end])))
            and len(text) < 200
        ):
            draft.what = self.words_of(*self.without_person(start, end))

    def without_person(self, start: int, end: int) -> tuple[int, int]:
        person = re.compile(
            r"\s*(?:(?:to|with|for)?\s*(?:me|us|her|him|them|you)\b\s*(?:back\b\s*)?(?:with\b)?|"
            r"over\b|back\b|with\b|on\b)\s*",
            re.IGNORECASE,
        )
        while (found := person.match(self.body, start, end)) and found.end() > start:
            start = found.end()
        if self.names and (found := self.names.match(self.body, start, end)):
            start = found.end()
        tail = re.compile(
            r"\s+(?:to|over to|for)\s+(?:me|us|her|him|them)\s*$|\s+(?:over|too|back|again|"
            r"first)\s*$",
            re.IGNORECASE,
        )
        if found := tail.search(self.body[start:end].rstrip()):
            end = start + found.start()
        return start, end

    def has_more(self, rest: str) -> bool:
        """Whether more is said than the kind of promise says by itself."""
        if self.names:
            rest = self.names.sub(" ", rest)
        rest = re.sub(
            r"\b(?:\d{1,2}|a couple|couple|one|two|three|four|five|six|seven|eight|nine|ten|"
            r"both|few|whether|if|decision|answer|call|names?)\b",
            " ",
            rest,
            flags=re.IGNORECASE,
        )
        return bool(
            things.PRONOUNS.sub(" ", rest).strip(" ,.;:!()?-")
            and re.search(r"\w\w", things.PRONOUNS.sub(" ", rest))
        )

    def words_of(self, start: int, end: int) -> tuple[int, int] | None:
        """The longest run of the words in [start, end) that no moment interrupts."""
        best: tuple[int, int] | None = None
        for found in re.compile(r"\S+(?: ?\S+)*").finditer(self.body, start, end):
            if best is None or found.end() - found.start() > best[1] - best[0]:
                best = found.span()
        if best is None or not re.search(r"\w", self.body[best[0] : best[1]]):
            return None
        start, end = best
        dangling = re.compile(
            r"\s+(?:by|on|at|before|until|and|the|to|for|in|with|is)$", re.IGNORECASE
        )
        while found2 := dangling.search(self.body[start:end]):
            end = start + found2.start()
        return start, end
