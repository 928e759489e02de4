"""A line cut where people cut: commas, semicolons, dashes, sentences, and before “she will …”."""

import dataclasses
import re
from collections.abc import Sequence

from desk.capture import words
from followups.due.phrases import Phrase

HARD = re.compile(
    r"[,;\n|•·→⇒、，；。：…]+|\s[-–]+>?\s|\s*—\s*|\s--+\s|\s/\s|[.!?]+(?=\s|$)|(?<=\w)\)\s(?=[A-Z])|"
    r"\s=+>\s|[\u2600-\u27bf\U0001f300-\U0001faff][\u200d\ufe0f\u2600-\u27bf\U0001f300-\U0001faff]*"
)
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|sr|jr|no|nr|tel|ext|mob|approx|ca|vs|dept|mt|e\.g|i\.e|"
    r"a\.m|p\.m|"
    r"[^\W\d_]|mme|mlle|hr|fr|ing|dipl|bzw|z\.b|incl|min|max)$",
    re.IGNORECASE,
)
STARTER = (
    r"(?:I|i|I['’](?:ll|m|ve|d)|she|he|they|we|(?:she|he|they)['’](?:ll|s|d|re)|wants?|needs?|"
    r"asked|asks|"
    r"will|won['’]t|said|says|call(?:ing)?|ring|phone|send(?:s|ing)?|e?mail|give|vet|check|ask|"
    r"decide|"
    r"let|tell|get|take|promised|might|may|maybe|must|have to|need to|to (?:call|send)|not|no|"
    r"declined|refused|expects?|promises|sent|called|rang|left|owes?|follow up)"
)
SOFT = re.compile(
    rf"(?:^|\s+)(?:and|but|so|then|&|plus|while|whereas|\+)(?:\s+(?:then|"
    rf"also))?\s+(?={STARTER}\b)"
)
PRONOUN = re.compile(
    r"\s+(?=(?:I|i|she|he|they|I['’]ll|she['’]ll|he['’]ll|they['’]ll|I['’]m)\s+(?:will|to|must|"
    r"have to|need|"
    r"needs|wants?|sends?|calls?|rings?|phones?|e?mails?|gives?|owes?|promised|said|asked|"
    r"expects?|"
    r"won['’]t|vets?|checks?|ask|decide|get|take|might|may|could|comes?|gets?|tells?|shares?|"
    r"forwards?)\b)"
    r"|\s+(?=(?:call(?:ing)?|ring) (?:(?:her|him|them) )?back\b|callback\b|cb\b)"
)
NO_BREAK_AFTER = re.compile(
    r"\b(?:if|whether|when|that|what|who|as|because|since|once|until|after|before|unless|say|"
    r"said|says|so|how|"
    r"where|why|hope|think|the|a|and|will|to|I|she|he|they|we|I['’]ll|['’]ll|must|should|would|"
    r"not|"
    r"please|pls|can|could|might|may|names|wants|my|her|his|need|needs|have|promised|promise|me|"
    r"don['’]t|won['’]t|maybe|agreed|today|or|about|of|for|sure|forget|no|now|just|asked|already|"
    r"never|shall|has|had|urgent|quick|did|let|remember|gonna|todo|do|do:|action:|todo:|"
    r"expects?|\w+['’]ll)$",
    re.IGNORECASE,
)


CONDITIONAL = re.compile(
    r"\s*(?:(?:and|but|so|then)\s+)?(?:if|unless|in case|should I)\b(?! not)", re.IGNORECASE
)


@dataclasses.dataclass(frozen=True)
class Segment:
    """[start, end) of the line. `joined`: by a mere “and” to the segment before."""

    start: int
    end: int
    joined: bool = False


def cut(line: str, phrases: Sequence[Phrase]) -> list[Segment]:
    """The segments of a line, whose moments (`phrases`) are never cut."""
    spans = _between(line, phrases)
    segments = []
    for start, end in spans:
        segments.extend(_softly(line, start, end, phrases))
    return [s for s in segments if line[s.start : s.end].strip(" \t\n,;.!?-–—/|()&+")]


def _inside(at: int, phrases: Sequence[Phrase]) -> bool:
    return any(phrase.start < at < phrase.end for phrase in phrases)


def _between(line: str, phrases: Sequence[Phrase]) -> list[tuple[int, int]]:
    spans = []
    start = 0
    for match in HARD.finditer(line):
        if _inside(match.start(), phrases) or not _is_cut(line, start, match):
            continue
        spans.append((start, match.end() if match[0][0] in "?)" else match.start()))
        start = match.end()
    spans.append((start, len(line)))
    return spans


def _is_cut(line: str, start: int, match: re.Match[str]) -> bool:
    before, after = line[start : match.start()], line[match.end() : match.end() + 120]
    if match[0].startswith(","):
        return _is_comma_cut(before, match, after, first=start == 0)
    if match[0].startswith("."):
        return _is_stop(before, after)
    if match[0].startswith(")"):
        return "(" in before
    return True


def _is_comma_cut(before: str, match: re.Match[str], after: str, *, first: bool) -> bool:
    if match[0] != ",":
        return True
    if before[-1:].isdigit() and re.match(r"\d{3}(?!\d)", after):
        return False
    if re.match(rf"\s*{words.LEGAL}\b\.?", after, re.IGNORECASE):
        return False
    name = re.search(r"(?:^|@|\b(?:at|from|of|with))\s*[^\W\d_][\w'’-]*$", before.strip())
    # “Smith, Jones & Partners LLC”
    if name and re.match(
        r"\s*[A-Z][\w'’-]*(?:,? [A-Z][\w'’-]*)? (?:&|and|und|et) (?:[A-Z]|cie\b|co\b)", after
    ):
        return False
    # “DOE, Jane @ Hartwell”
    alone = re.fullmatch(r"\s*[^\W\d_][\w'’-]*(?:[ -][A-Z][\w'’-]*)?", before)
    given = re.match(r"\s*[A-Z][\w'’.-]*(?: [A-Z]\.?)?\s*(@|\(|,|from\b|of\b|at\b|$|;)", after)
    if alone and given and first and not words.TITLE.search(before):
        return not (before.strip().isupper() or given[1] in ("@", "from", "of", "at"))
    return True


def _is_stop(before: str, after: str) -> bool:
    """Whether a full stop ends a sentence and not “Dr.”, “J.”, “3.” or “Inc.”."""
    if re.search(rf"\b{words.LEGAL}$", before, re.IGNORECASE):
        return bool(re.match(rf"\s*(?:$|{STARTER}\b|[A-Z]\w+ing\b|Call|Send|Will|Wants)", after))
    return not (ABBREVIATION.search(before) or re.search(r"(?:^|\s)\d{1,2}$", before))


def _softly(line: str, start: int, end: int, phrases: Sequence[Phrase]) -> list[Segment]:
    cuts: list[tuple[int, int, bool]] = []
    if CONDITIONAL.match(line, start, end):
        return [Segment(start, end)]
    for match in SOFT.finditer(line, start, end):
        if not _inside(match.end(), phrases):
            cuts.append((match.start(), match.end(), "and" in match[0] or "&" in match[0]))
    for match in PRONOUN.finditer(line, start, end):
        before = line[max(start, match.start() - 24) : match.start()].strip()
        dated = any(p.start <= start + 2 and p.end >= match.start() for p in phrases)
        if (
            before
            and not dated
            and not NO_BREAK_AFTER.search(before)
            and not _inside(match.end(), phrases)
        ):
            cuts.append((match.start(), match.end(), False))
    segments = []
    joined = False
    for cut_start, cut_end, is_and in sorted(cuts):
        if cut_start < start:
            continue
        segments.append(Segment(start, cut_start, joined))
        start, joined = cut_end, is_and
    segments.append(Segment(start, end, joined))
    return segments
