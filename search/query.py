"""What somebody typed, as what has to be there.

Every word is needed, by its beginning; “quoted words” stand together, whole. Digits are also a part
of a number, however that is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import phonenumbers

from search import words
from search.models import TITLE

# Of a whole sentence pasted in, the first words say enough.
MOST_WORDS = 8
# Quotes as they are typed, and as word processors make them.
QUOTED = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]')
# Digits with what people put between them, two or more together.
DIGITS = re.compile(r"(?<!\w)\+?\(?\d(?:[\s().\-/\u00a0\u2010-\u2013]{0,3}\d)+(?!\w)")
FEWEST_TO_CALL = 7
# What links to call or to write begin with, and what is dialled after the number.
LINK = re.compile(r"\b(?:tel|callto|sms|mailto):(?://)?", re.IGNORECASE)
EXTENSION = re.compile(
    r"((?:\d[\s().\-/]*+){6,}+)[,;]?\s*(?:ext(?:ension|n)?|x)[.:]?\s*\d{1,6}\b", re.IGNORECASE
)
# “Grace’s”, but not the name of whoever is called that.
OWNS = re.compile(r"(?<=\w{2})['’ʼ`´]s(?!\w)", re.IGNORECASE)
# “C.F.O.” is CFO.
INITIALS = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,}[^\W\d_]?(?![\w.])")


@dataclass(frozen=True)
class Term:
    """Words that stand together, the last of them perhaps a beginning; or a tag."""

    words: tuple[str, ...]
    is_beginning: bool = True
    is_tag: bool = False


# All of its terms have to be there.
Way = tuple[Term, ...]
# Any of its ways will do.
Group = tuple[Way, ...]


@dataclass(frozen=True)
class Query:
    """Every group has to be met. `phrases` and `numbers` are for marking what was found.

    `close` are tags of which one is there in all that is sought; none where that is not so.
    """

    groups: tuple[Group, ...] = ()
    single: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    close: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.groups)

    @property
    def forgivable(self) -> list[str]:
        """The words that may be names which are written a little otherwise."""
        found = (_word_of(group) for group in self.groups)
        return [word for word in found if words.slips_for(word)]

    def whole(self) -> Query | None:
        """The same with its single words whole; None if there is none of two letters or more, or
        if they need not be there as they were typed.
        """
        if self.close or not any(len(word) > 1 for word in self.single):
            return None
        groups = tuple(
            ((replace(group[0][0], is_beginning=False),),) if _word_of(group) else group
            for group in self.groups
        )
        return replace(self, groups=groups)

    def misspelled(self, guessed: Collection[str]) -> Query | None:
        """The same, where each of `guessed` may also be a name that is written a little otherwise.

        One of them is: as they were typed they were sought before. None if that makes no difference.
        """
        groups, close = [], []
        for group in self.groups:
            word = _word_of(group)
            if word and word in guessed:
                tags = [f"_m{left}" for left in sorted(words.shortened(word))]
                group = (*group, *((Term((tag,), False, is_tag=True),) for tag in tags))
                close += tags
            groups.append(group)
        if not close:
            return None
        return replace(self, groups=tuple(groups), close=tuple(dict.fromkeys(close)))

    def not_in_name(self, name: list[str]) -> list[str]:
        """The single words that neither begin one of these nor are close to one."""
        return [
            word
            for word in self.single
            if not any(one.startswith(word) for one in name)
            and not any(words.is_close(word, one, words.slips_for(word)) for one in name)
        ]


def _word_of(group: Group) -> str:
    """The word that the group asks for, where it is one that somebody typed by itself."""
    ((first, *_rest), *_others) = group
    is_word = first.is_beginning and len(group) == 1 and len(group[0]) == 1
    return first.words[0] if is_word else ""


def parse(typed: str, region: str) -> Query:
    """What `typed` asks for; `region` is where a number without a country code is."""
    groups: list[Group] = []
    phrases: list[tuple[str, ...]] = []
    numbers: list[str] = []
    typed = _as_spoken(typed)
    for quoted in QUOTED.findall(typed):
        if phrase := tuple(words.words_of(quoted)[:MOST_WORDS]):
            phrases.append(phrase)
            groups.append(((Term(phrase, is_beginning=False),),))
    rest = QUOTED.sub(" ", typed)
    for found in DIGITS.findall(rest):
        parts = words.words_of(found)
        if forms := _forms(found, region):
            numbers += forms
            as_words = tuple(Term((part,)) for part in dict.fromkeys(parts))
            groups.append((as_words, *((_number(form),) for form in forms)))
            rest = rest.replace(found, " ", 1)
    for found in INITIALS.findall(rest):
        letters = tuple(words.words_of(found))
        phrases += [letters, ("".join(letters),)]
        groups.append(((Term(("".join(letters),)),), (Term(letters, is_beginning=False),)))
        rest = rest.replace(found, " ", 1)
    single = list(dict.fromkeys(words.words_of(rest)))[:MOST_WORDS]
    for word in single:
        group: Group = ((Term((word,)),),)
        groups.append(group)
    kept = tuple(groups[:MOST_WORDS])
    return Query(kept, tuple(single), tuple(phrases), tuple(dict.fromkeys(numbers)))


def _as_spoken(typed: str) -> str:
    """`typed` without what is pasted or said around a word, and is no part of it."""
    typed = EXTENSION.sub(r"\1 ", OWNS.sub("", LINK.sub(" ", typed)))
    return QUOTED.sub(_without_quotes, typed)


def _without_quotes(quoted: re.Match[str]) -> str:
    """A number to call in quotes is a number; a year there is a word, and whole."""
    inside = quoted[1].strip()
    is_number = DIGITS.fullmatch(inside) and len(words.digits_of(inside)) >= FEWEST_TO_CALL
    return inside if is_number else quoted[0]


def _number(digits: str) -> Term:
    return Term((f"_n{digits}",), is_tag=True)


def _forms(written: str, region: str) -> list[str]:
    """The digits by which a number that is written so may be kept, those of its own first."""
    digits = words.digits_of(written)
    if len(digits) < words.FEWEST_DIGITS:
        return []
    forms = [digits]
    if digits.startswith("00"):
        forms.append(digits[2:])
    elif digits.startswith("0"):
        forms.append(digits[1:])
    if len(digits) >= FEWEST_TO_CALL:
        try:
            parsed = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            pass
        else:
            forms.append(f"{parsed.country_code}{parsed.national_number}")
            # As it may stand in a note, written at home.
            forms.append(str(parsed.national_number))
    return [form for form in dict.fromkeys(forms) if len(form) >= words.FEWEST_DIGITS]


def written(term: Term, *, in_title: bool) -> list[str]:
    """Its words as they stand in the index."""
    return [f"{TITLE}{word}" for word in term.words] if in_title else list(term.words)


@dataclass(frozen=True)
class Ask:
    """What an engine is asked for: the newest rows that meet a query.

    Those that are asked together are of one owner, and since one moment.
    """

    owner_id: int
    # None: of every kind.
    kind: str | None
    # Each has to be there: the owner's, of the kind, and about whom.
    tags: tuple[str, ...]
    query: Query
    limit: int
    # All words in the title.
    in_title: bool = False
    # The first place in time that counts.
    since: int = 0


def alike(numbered: Iterable[tuple[int, Ask]]) -> list[dict[str | None, tuple[int, Ask]]]:
    """The questions that differ by their kind alone, together: an engine can answer them as one."""
    groups: dict[tuple, dict[str | None, tuple[int, Ask]]] = defaultdict(dict)
    for number, ask in numbered:
        same = (
            ask.tags[1:],
            ask.query,
            ask.in_title,
            ask.limit,
            number if ask.kind is None else None,
        )
        groups[same][ask.kind] = number, ask
    return list(groups.values())


def tags_of(asks: Iterable[Ask]) -> list[list[str]]:
    """The tags of these, which are alike: one of each list has to be there."""
    tags = [ask.tags for ask in asks]
    first = [one[0] for one in tags if one]
    return [*([first] if first else []), *([tag] for tag in tags[0][1:])]
