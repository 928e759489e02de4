"""The days and times that a text speaks of, found but not yet placed in a calendar.

A phrase is a run of atoms (“tue”, “4pm”, “EST”); `followups.due` says which moment it means, or
why it must be asked.
"""

import dataclasses
import re
from collections.abc import Iterator

from followups.due import words as due_words
from followups.due import zones

DAYS = frozenset(
    "offset tonight weekday date numeric iso month_day in in_range week_of end end_of_month "
    "week_day week_on next_weekday month past vague".split()
)
TIMES = frozenset("time clock spoken bare window dotted".split())
# Two of these in one phrase describe the same day, and are checked against each other.
AGREEING = frozenset("offset weekday date numeric iso month_day in vague".split())
DEFINITE = frozenset(
    "weekday date numeric iso month_day time clock offset tonight end end_of_month week_day "
    "week_on next_weekday in dotted window".split()
)

WORD = re.compile(r"(?<![^\W_])(?:[^\W_]|@(?=\s?\d))")
JOIN = re.compile(r"\s*(?:(?P<dash>[-–])|/|\b(?:or|to|until|till|oder|ou|o)\b)\s*", re.IGNORECASE)
STARTS_LATER = re.compile(
    r"(?:\b(?:after|from|around|about|approx\.?|approximately|roughly|circa|since|between|past|"
    r"nach|ab|gegen|vers|après|no earlier than|not before)|~)\s*$",
    re.IGNORECASE,
)
DEADLINE = re.compile(
    r"\b(?:by|before|until|till|latest|than|due|bis|spätestens|vor|avant|ici|antes|entro|prima"
    r"|voor|uiterlijk)\b",
    re.IGNORECASE,
)
AT = re.compile(r"(?:\bat|@|\bum|à|\bà|\ba las|\balle|\bom)\s*$", re.IGNORECASE)
ON = re.compile(
    r"\b(?:by|on|before|until|till|due|than|latest|am|bis|le|avant|el|entro|op)\b(?:\s+the|\s+zum)?\s*$",
    re.IGNORECASE,
)
IN_MONTH = re.compile(r"(?:\b(?:in|by|before|until|early|mid|late|during)[ -]+)$", re.IGNORECASE)
# What may follow a lone number for it to be an hour, and a shy name for it to be a day.
CLAUSE_ENDS = re.compile(
    r"\s*(?:$|[,;.!?)\n|/–—]|-\s)|\s+(?:sharp|on|in|by|and|or|but|then|i|she|he|they|about|re|"
    r"with|for|to|at|today|tomorrow|tonight|latest|please|pls)(?!\w)",
    re.IGNORECASE,
)
ENDS = re.compile(
    r"\s*(?:$|[,;.!?)\n|/–—]|-\s)|\s+(?:and|or|but|then|I|she|he|they|at|by|@)(?!\w)"
)
NO_DAY_BEFORE = re.compile(
    r"\b(?:he|she|they|i|we|who|just|newly|mon|ma|and|to|be|was|were)\s+$", re.IGNORECASE
)
ORDINAL_OF = re.compile(
    r"\s+(?:interview|round|call|party|time|choice|candidate|floor|meeting|chat|one|name|email|"
    r"stage|contact|quarter|half|attempt|approach|search)",
    re.IGNORECASE,
)


DATE_ELSEWHERE = re.compile(
    r"(?P<day>\d{1,2})\.? (?:de |di )?(?P<word>[^\W\d_]{3,14})\.?"
    r"(?: (?:de )?(?P<year>(?:19|20|21)\d\d))?(?!\w)"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Atom:
    kind: str
    start: int
    end: int
    values: dict[str, str]
    lead: str  # the words just before it

    @property
    def group(self) -> str:
        return "day" if self.kind in DAYS else "time" if self.kind in TIMES else self.kind


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """A run of atoms: text[start:end], with the words that lead in (“by the …”)."""

    start: int
    end: int
    atoms: tuple[Atom, ...]
    is_window: bool = False
    is_deadline: bool = False

    def of_kind(self, *kinds: str) -> list[Atom]:
        return [atom for atom in self.atoms if atom.kind in kinds]

    @property
    def is_definite(self) -> bool:
        """Whether it names a day or a clock time, and not only “soon” or “over lunch”."""
        return any(atom.kind in DEFINITE for atom in self.atoms)


def _fits(kind: str, match: re.Match[str], text: str, lead: str, before: list[Atom]) -> bool:
    """Whether words that could be a day or a time are meant so here: “sun”, “may”, “pt”, “4”."""
    last = before[-1] if before else None
    after_day = last is not None and last.group == "day"
    match kind:
        case "weekday":
            return _is_weekday(match, text, lead, after_day)
        case "month":
            return bool(IN_MONTH.search(lead)) and not re.match(
                r"\s+[A-Z]", text[match.end() :][:3]
            )
        case "month_day":
            meant = ON.search(lead) or (last is not None and last.kind == "weekday")
            meant = meant or (match[0].lower().startswith("the") or lead.lower().endswith("the "))
            if not ON.search(lead) and not _goes_on(text, match.end()):
                return False
            return bool(meant) and not ORDINAL_OF.match(text, match.end())
        case "bare":
            in_part = re.match(
                r"\s+in the (?:morning|afternoon|evening)\b", text[match.end() :][:20], re.I
            )
            near = (
                in_part
                or AT.search(lead)
                or after_day
                or (last is not None and last.kind == "part")
            )
            return bool(near) and bool(_goes_on(text, match.end()))
        case "dotted":
            return bool(AT.search(lead) or ON.search(lead)) or after_day
        case "numeric":
            a, b = int(match["a"]), int(match["b"])
            return a <= 31 and b <= 31 and (match[0] != "24/7")
        case "zone":
            return last is not None and last.group in ("time", "part")
        case "part":
            return _is_part(match, text, lead, last)
        case "time":
            # “2h” by itself is how long something takes.
            spare = re.fullmatch(r"[0-6]\s?h", match[0], re.IGNORECASE)
            return not spare or bool(before) or bool(AT.search(lead))
    return True


def _goes_on(text: str, end: int) -> bool:
    """Whether the clause ends here, or goes on with a small word and no noun."""
    return bool(CLAUSE_ENDS.match(text, end))


def _is_weekday(match: re.Match[str], text: str, lead: str, after_day: bool) -> bool:
    name = match[0].rstrip(".").lower()
    if name not in due_words.SHY or after_day:
        return True
    if NO_DAY_BEFORE.search(text[max(0, match.start() - 12) : match.start()]):
        return False
    if lead.strip() and lead.strip().lower() != "the":
        return not re.match(r"\s+(?!(?:I|She|He|They)\b)[A-Z][a-z]", text[match.end() :][:8])
    rest = text[match.end() :]
    return bool(
        ENDS.match(rest)
        or re.match(
            r"[\s,]*\d|\s+(?:noon|lunch|eod|cob|morning|afternoon|evening|half)|[/-]", rest, re.I
        )
    )


def _is_part(match: re.Match[str], text: str, lead: str, last: Atom | None) -> bool:
    name = next(key for key, found in match.groupdict().items() if found)
    if name in ("noon", "eod", "midnight") or last is not None:
        return True
    if match[0].lower().startswith("in the") or (lead.strip() and lead.strip().lower() != "the"):
        return True
    return name == "lunch" and bool(re.match(r"\s*(?:$|[,;.!?)])", text[match.end() :]))


def _atom(
    text: str, at: int, lead: str, before: list[Atom], words: due_words.Vocabulary
) -> Atom | None:
    for kind, pattern in words.atoms:
        found = pattern.match(text, at)
        if found and _fits(kind, found, text, lead, before):
            return Atom(kind, at, found.end(), due_words.values(found), lead)
    if words.own not in due_words.WEEKDAYS and (
        elsewhere := _date_elsewhere(text, at, lead, words)
    ):
        return elsewhere
    if before and before[-1].group == "time":
        return _place(text, at)
    return None


def _date_elsewhere(text: str, at: int, lead: str, words: due_words.Vocabulary) -> Atom | None:
    """“3 grudnia”, “3 de dezembro de 2026”: a day and a word that may be a month there."""
    found = DATE_ELSEWHERE.match(text, at)
    month = found and due_words.month_elsewhere(words.own, found["word"].lower())
    if not found or not month:
        return None
    values = {"day": found["day"], "m": str(month - 1)}
    if found["year"]:
        values["year"] = found["year"]
    return Atom("date", at, found.end(), values, lead)


def _place(text: str, at: int) -> Atom | None:
    """A city straight after a clock time and at the end of its clause: “4pm London”."""
    found = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?(?=\s*(?:$|[,;.)]))").match(text, at)
    if found and found[0].lower() in zones.cities():
        return Atom("zone", at, found.end(), {"bare_place": found[0]}, "")
    return None


def _may_follow(new: Atom, before: list[Atom]) -> bool:
    same = [atom for atom in before if atom.group == new.group]
    if not same:
        return True
    if new.group == "day":
        return new.kind in AGREEING and all(
            atom.kind in AGREEING and (atom.kind != new.kind) for atom in same
        )
    return False


def _grow(text: str, first: Atom, words: due_words.Vocabulary) -> tuple[list[Atom], bool]:
    """The atoms that follow `first`, and whether they make a window (“Tue or Wed”)."""
    atoms, window = [first], False
    while len(atoms) < 8:
        end = atoms[-1].end
        joined = JOIN.match(text, end)
        if joined and (new := _after(text, joined.end(), atoms, words)):
            spaced = joined["dash"] and joined[0] != joined["dash"]
            if new.group == atoms[-1].group or (not spaced and new.group in ("day", "time")):
                atoms.append(new)
                window = True
                continue
        new = _after(text, end, atoms, words) or _after_comma(text, end, atoms, words)
        if new is None or not _may_follow(new, atoms):
            break
        atoms.append(new)
    return atoms, window


def _after(text: str, end: int, atoms: list[Atom], words: due_words.Vocabulary) -> Atom | None:
    glue = words.glue.match(text, end)
    at = glue.end() if glue else end
    if at >= len(text) or (at == end and text[end - 1 : end + 1].isalnum()):
        return None
    new = _atom(text, at, text[end:at], atoms, words)
    if new is None and at > end and (blank := re.compile(r"\s+").match(text, end)):
        new = _atom(text, blank.end(), "", atoms, words)
    return new


def _after_comma(
    text: str, end: int, atoms: list[Atom], words: due_words.Vocabulary
) -> Atom | None:
    """“Tuesday, 24 Nov” and “Tue, 4pm” are one; “by Wed, 4pm call” is not."""
    comma = re.compile(r"\s*,\s*").match(text, end)
    if not comma or atoms[-1].group != "day":
        return None
    new = _after(text, comma.end(), atoms, words)
    if new is None:
        return None
    if new.group == "day":
        return (
            new
            if atoms[-1].kind in ("weekday", "offset") and new.kind not in ("weekday", "vague")
            else None
        )
    return new if re.match(r"\s*(?:$|[,;.\n)])", text[new.end :]) or new.group != "time" else None


def phrases(text: str, locale: str) -> Iterator[Phrase]:
    """Every phrase of `text`, from left to right."""
    words = due_words.vocabulary(due_words.language(locale))
    done = 0
    for word in WORD.finditer(text):
        start = word.start()
        if start < done:
            continue
        lead = words.lead.match(text, start)
        at = lead.end() if lead else start
        first = _atom(text, at, lead[0] if lead else "", [], words)
        if first is None and lead:
            first = _atom(text, start, "", [], words)
        if first is None:
            continue
        atoms, window = _grow(text, first, words)
        late = STARTS_LATER.search(text[max(0, start - 16) : start])
        begin = start
        if late:
            begin = max(0, start - 16) + late.start()
        done = atoms[-1].end
        # The stop of a sentence is not the dot of “Fri.”.
        done -= text[done - 1] == "."
        yield Phrase(
            begin,
            done,
            tuple(atoms),
            window or bool(late),
            bool(DEADLINE.search(text[start : atoms[0].start])),
        )
