"""Who called, and from which firm, as far as one segment of the line says."""

import dataclasses
import re

from desk.capture import words
from desk.capture.segments import STARTER

PREFIX = re.compile(
    r"(?:(?:(?:just\s+)?(?:got\s+|had\s+|took\s+|received\s+)?(?:an?\s+|another\s+|"
    r"the\s+)?(?:new\s+|quick\s+|cold\s+|short\s+|intro\s+|first\s+|phone\s+|unexpected\s+|"
    r"missed\s+)*"
    r"(?:call|calls|chat|conversation|talk|vm|voice ?mail|message|msg|word|ring|callback|text|"
    r"email|e-mail|linkedin message|inmail)\s+(?:from|with|by|w/)"
    r"|(?:just\s+)?(?:I\s+)?(?:just\s+)?(?:have\s+)?(?:spoke|spoken|talked|talking|chatted|"
    r"speaking|met)\s+(?:briefly\s+)?(?:to|with|w/)"
    r"|(?:I\s+)?missed(?:\s+a\s+call\s+(?:from|by))?|(?:was\s+)?(?:rung|called|phoned|contacted|"
    r"approached|headhunted)\s+by|"
    r"(?:I\s+)?(?:will\s+|must\s+|have to\s+|need to\s+|to\s+|please\s+)?(?:call|ring|"
    r"phone)\s+back(?:\s+to)?|return\s+call\s+to|heard\s+from|new|from|caller|contact|"
    r"(?:exec(?:utive)?\s+|search\s+|the\s+|a\s+|another\s+|female\s+|agency\s+)*(?:recruiter|"
    r"headhunter|search\s+consultant|researcher|consultant)(?:\s+(?:called|named))?"
    r"|(?:ph(?:one)?\s+)?(?:in|out)bound|(?:tel(?:ephone)?|call)(?=:)|vm|voice ?mail|"
    r"missed\s+call|(?:just\s+)?(?:got\s+|came\s+)?off\s+the\s+phone\s+with|"
    r"(?:was\s+)?on\s+the\s+phone\s+with)\s*:?\s+)+",
    re.IGNORECASE,
)
# “call Jane back”, “ring Jane Doe (Hartwell Search) back”
NAME_BACK = re.compile(
    r"(?:(?:I|i|I['’]ll|I['’]m|will|must|have to|need to|to|please|should|and|then)\s+)*"
    r"(?:[Cc]all|[Rr]ing|[Pp]hone|[Cc]alling|[Rr]inging|[Pp]honing)\s+"
    r"(?P<name>(?!(?:her|him|them|me|back|the|my|a|"
    r"it)\b)[^\W\d_][\w'’.-]*(?: [A-Z][\w'’.-]*){0,3})"
    r"(?:\s*(?:\(|@ ?|\bat |\bfrom |\bof )(?P<firm>[^()@|]{1,60}?)\)?)?\s+back\b",
)
# “Ring Jane Doe @ Hartwell Search”, “call Jane Doe on +44 …”
TO_CALL = re.compile(
    r"(?:(?:I|I['’]ll|I['’]m|will|must|have to|need to|to|please|pls|should|remember to|todo:?)\s+)*"
    r"(?:call|ring|phone|calling|ringing|phoning|dial)\s+(?:up\s+)?"
    r"(?=[^\W\d_])(?!(?:her|him|them|me|us|back|the|my|a|an|it|from|with|about|re|by|"
    r"again|on|at|for|to|in)\b)",
    re.IGNORECASE,
)
NOT_TO_CALL = re.compile(r"\b(?:permission|consent|approval|refer(?:ee|ence)|whether|if)\b", re.I)
NUMBER_FOLLOWS = re.compile(r"[\s,(:]*;{7,}")
# “Spencer Stuart's Paul Meyer”
FIRM_OWNS = re.compile(
    r"(?P<firm>[A-Z][^,;|()@]{1,40}?)['’]s (?P<name>[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){0,3})"
)
CALLS_BACK = re.compile(r"\b(?:call|ring|phone)\s+back|return\s+call", re.IGNORECASE)
TOKEN = re.compile(r"@|[()]|[^\s@()]+")
MARKERS = {"@", "from", "at", "of", "with", "(", "bei", "von", "chez", "de", "van"}
# Where a name or a firm ends because a sentence goes on.
STOPS = set(
    "called calls calling rang ring rings phoned phones telephoned left reached got contacted pinged "
    "messaged emailed wants want needs need asked asks asking will would won't wont promised promises "
    "sends send is was has had have said says about re regarding concerning for on looking who to "
    "just again today this yesterday tried tries offered offers pitching pitched hiring works working "
    "recruiting recruits w/ back callback cb can should must might and i in she he they it i'll "
    "she'll he'll they'll wanted needed expects texted wrote rep via due cold by before until tel "
    "mobile cell phone - expecting also then re: may that which because if call sent gave mentioned "
    "discussed representing seeks seeking searching owes handling filling speaking spoke talked not "
    "whose next here there when where rief hat ruft wegen über appelé au pour sobre por per over "
    "introduced introducing seemed seems sounds sounded pitches checking following tomorrow "
    "left-vm vm voicemail unclear trying wondering reached-out regards saying says: ringing could".split()
) - {"de"}  # fmt: skip
# “Jane called from Hartwell Search”, “Jane is from Hartwell”
SPEAKS_FROM = {"is", "works", "calling", "calls", "called", "rang", "phoned", "rings"}
THEIR_ROLE = re.compile(
    r"(?:senior|managing|executive|associate|research)?\s*(?:recruiter|headhunter|consultant|"
    r"partner|"
    r"researcher|associate|principal|director)\s+(?:at|of|from|with|@)\s+(?P<firm>[^|(),]{2,60})",
    re.IGNORECASE,
)
FIRM_UNSAID = re.compile(
    rf"\(\s*(?:{words.FIRM_NOT_SAID.pattern.replace('.*', '[^()]*')})\s*\)", re.I
)
# “Said he was from Robert Walters”, “calling from Boyden”
SAYS_FROM = re.compile(
    r"(?:(?:a |the )?(?:guy|man|lady|woman|caller|person|voice)\s+)?(?:(?P<said>said|"
    r"says|claims|claimed|claiming|saying)\s+(?:that\s+)?)?(?:s?he|they|it)?\s*"
    r"(?:was|is|were|are|['’]s|['’]re)?\s*(?P<calls>calling|ringing|"
    r"phoning)?\s*(?:from|with|of|to be (?:from|with))\s+"
    r"(?P<firm>[^|(),]{2,60})",
    re.IGNORECASE,
)
NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’‘`·\u200c\u200d\u00ad-])*,?", re.UNICODE)
IN_DOUBT = re.compile(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2} ?\?+\s*")
GREETING = re.compile(
    r"(?:(?:hi|hello|hey)[ ,!]+)?(?:it['’]s|this is|it was|this was)\s+(?=[A-Z])|"
    r"(?:hi|hello|hey)[ ,!]+(?=[A-Z])",
    re.IGNORECASE,
)
EMOJI = re.compile(r"^[^\w(@]+")


@dataclasses.dataclass
class Caller:
    """Spans of the line: who, of which firm, and where the words about them end."""

    recruiter: tuple[int, int] | None = None
    firm: tuple[int, int] | None = None
    rest: int = 0
    prefixed: bool = False
    somebody: bool = False
    tentative: bool = False  # only a name, or one in small letters: other signs must agree
    calls_back: bool = False
    by_at: bool = False
    in_doubt: tuple[int, int] | None = None  # a name and a firm with nothing between them


def read(line: str, start: int, end: int, *, to_call: bool = True) -> Caller | None:
    """The caller in line[start:end], None when the segment does not begin with one."""
    if (noise := EMOJI.match(line[start:end])) and noise.end() < end - start:
        start += noise.end()
    if greeting := GREETING.match(line, start, end):
        start = greeting.end()
    caller = Caller()
    at = start
    if found := NAME_BACK.match(line, start, end):
        of_firm = found.span("firm") if found["firm"] else None
        return Caller(found.span("name"), of_firm, end, prefixed=True, calls_back=True)
    if (
        to_call
        and (found := TO_CALL.match(line, start, end))
        and (called := _to_call(line, found.end(), end))
    ):
        return called
    if found := PREFIX.match(line, start, end):
        caller.prefixed = True
        caller.calls_back = bool(CALLS_BACK.search(found[0]))
        at = found.end()
    if (owned := FIRM_OWNS.match(line, at, end)) and is_firm(owned["firm"]):
        firm_start = owned.start("firm")
        if before := re.match(r".*\b(?:for|from|to|with|by|re)\s+(?=[A-Z])", owned["firm"]):
            firm_start += before.end()
        firm_span = (firm_start, owned.end("firm"))
        return Caller(owned.span("name"), firm_span, owned.end(), prefixed=True)
    found_tokens = list(TOKEN.finditer(line, at, min(end, at + 300)))[:24]
    tokens = [(m[0], m.start(), m.end()) for m in found_tokens]
    name_end = _until(tokens, 0, MARKERS, 6)
    name = tokens[:name_end]
    caller.rest = tokens[name_end][1] if name_end < len(tokens) else end
    marker = tokens[name_end][0].lower() if name_end < len(tokens) else ""
    if _speaks_from(tokens, name_end):
        name_end += 1
        marker = tokens[name_end][0]
    if marker in MARKERS:
        if marker == "(" and (unsaid := FIRM_UNSAID.match(line, tokens[name_end][1], end)):
            caller.rest = unsaid.end()
            return _judged(line, caller, name, "")
        if (role := THEIR_ROLE.match(line, tokens[name_end][2], end)) and marker == "(":
            while name_end + 1 < len(tokens) and tokens[name_end + 1][1] < role.start("firm"):
                name_end += 1
        firm_end = _firm_until(tokens, name_end + 1)
        firm = tokens[name_end + 1 : firm_end]
        if firm and firm[0][0].lower() in MARKERS - {"de", "van", "von"}:
            return None
        if firm:
            caller.firm = (firm[0][1], firm[-1][2])
            caller.by_at = marker == "@"
            closes = firm_end < len(tokens) and tokens[firm_end][0] == ")"
            firm_end += closes
            caller.rest = tokens[firm_end][1] if firm_end < len(tokens) else end
    return _judged(line, caller, name, marker)


def _to_call(line: str, start: int, end: int) -> Caller | None:
    """Whom I mean to call, where a firm or a number says that it is no friend."""
    if NOT_TO_CALL.search(line, start, end):
        return None
    caller = read(line, start, end, to_call=False)
    if caller is None or not caller.recruiter or caller.prefixed:
        return None
    name = line[slice(*caller.recruiter)]
    firm = line[slice(*caller.firm)] if caller.firm else ""
    if words.HOUSEHOLD.search(f"{name} {firm}"):
        return None
    of_firm = firm and (caller.by_at or is_firm(firm))
    if not (of_firm or NUMBER_FOLLOWS.match(line, caller.rest)):
        return None
    caller.prefixed = caller.calls_back = True
    caller.tentative = False
    return caller


def _until(tokens: list[tuple[str, int, int]], first: int, ends: set[str], most: int) -> int:
    for n in range(first, min(len(tokens), first + most)):
        word = tokens[n][0].lower()
        # “de” and “van” belong to names more often than they mark a firm.
        if _speaks_from(tokens, n):
            return n
        if (
            word in ends
            and not (word in ("de", "van", "von", "of") and n == first)
            and not (word in ("de", "van", "von") and n + 1 < len(tokens))
        ):
            return n
        if word.startswith("|") or (
            word.rstrip(":") in STOPS
            and not (tokens[n][0] in ("Will", "May") and _names_somebody(tokens, n, first))
        ):
            return n
        if word == ")" or word.endswith(":"):
            return n + (word != ")")
    return min(len(tokens), first + most)


def _names_somebody(tokens: list[tuple[str, int, int]], n: int, first: int) -> bool:
    """“Will Smith” and “April May @ …” against “Jane. Will call back.”"""
    following = tokens[n + 1][0] if n + 1 < len(tokens) else ""
    return following[:1].isupper() if n == first else following.lower() in MARKERS


def _speaks_from(tokens: list[tuple[str, int, int]], n: int) -> bool:
    if n + 1 >= len(tokens) or tokens[n][0].lower() not in SPEAKS_FROM:
        return False
    following = tokens[n + 1][0]
    in_brackets = following == "(" and n + 2 < len(tokens) and tokens[n + 2][0][0].isupper()
    return following in ("from", "at", "of") or in_brackets


def _firm_until(tokens: list[tuple[str, int, int]], first: int) -> int:
    for n in range(first, min(len(tokens), first + 9)):
        text, lower = tokens[n][0], tokens[n][0].lower()
        if lower in ("and", "&", "+", "for", "in", "de") and n > first:
            following = tokens[n + 1][0] if n + 1 < len(tokens) else ""
            if lower in ("&", "de") or (
                lower == "and" and following[:1].isupper() and not re.match(STARTER, following)
            ):
                continue
            if (
                lower == "and"
                and following
                and not re.match(STARTER, following)
                and following.lower() not in STOPS
            ):
                continue
            return n
        if lower in STOPS or text in ("@", ")", "(") or text.startswith("|"):
            return n
        if lower == "at" and n > first:
            return n
        if (
            n > first
            and words.TITLE.fullmatch(text)
            and lower not in ("partner", "partners", "principal", "chief")
            and _is_role(tokens, n)
        ):
            return n
        if text.endswith(":"):
            return n + 1
    return min(len(tokens), first + 9)


def _is_role(tokens: list[tuple[str, int, int]], n: int) -> bool:
    """“@ Hartwell Search CFO at Acme”: a position without a comma before it."""
    text = tokens[n][0]
    later = [token[0].lower() for token in tokens[n + 1 : n + 6]]
    return text.isupper() or bool({"at", "@", "role", "position", "job", "for"} & set(later))


def _judged(
    line: str, caller: Caller, name: list[tuple[str, int, int]], marker: str
) -> Caller | None:
    if caller.firm and words.FIRM_NOT_SAID.fullmatch(line[slice(*caller.firm)].strip(" .,:")):
        caller.firm = None
    while name and name[-1][0] in ("-", "–", "/", "|"):
        name = name[:-1]
    text = " ".join(token[0] for token in name)
    if "/" in text and not caller.firm and (both := _by_slash(line, name)):
        caller.recruiter, caller.firm = both
        return caller
    sure = caller.by_at or caller.prefixed
    if not name:
        # “@ Hartwell Search” goes on about somebody named before.
        return caller if caller.firm and (marker == "@" or caller.prefixed) else None
    if words.SOMEBODY.match(text):
        caller.somebody = True
        return caller
    if not _is_name(text, name, sure):
        return None
    span = (name[0][1], name[-1][2])
    looks_like_a_firm = is_firm(text)
    if caller.firm is None and looks_like_a_firm:
        caller.firm = span
        if not caller.prefixed and len(name) > 3 and _starts_with_a_name(name):
            known = words.KNOWN_FIRMS.search(line, name[2][1], span[1])
            if known and known.start() in (name[2][1], name[3][1]):
                # “Kate Smith Korn Ferry”
                caller.recruiter, caller.firm = (span[0], known.start()), (known.start(), span[1])
            else:
                caller.in_doubt = span
        return caller
    if (
        marker == "("
        and caller.firm
        and looks_like_a_firm
        and not is_firm(line[slice(*caller.firm)])
    ):
        # “Whitmore Search (Karen Bell)”
        caller.recruiter, caller.firm = caller.firm, span
        return caller
    caller.recruiter = span
    capital = not re.match(r"[a-zß-öø-ÿ]", text)
    if caller.firm and not capital and not sure and not words.FIRM_WORD.search(line, *caller.firm):
        return None
    firm_text = line[slice(*caller.firm)] if caller.firm else ""
    if words.NO_FIRM.fullmatch(firm_text.rstrip(" :.,")):
        return None
    if firm_text and not sure and marker != "(" and not is_firm(firm_text):
        caller.tentative = True
    if caller.firm is None:
        caller.tentative = not caller.prefixed
        if not capital and len(name) not in (2, 3):
            return None
    return caller


def _starts_with_a_name(name: list[tuple[str, int, int]]) -> bool:
    """Whether “Kate Smith MBS group” may begin with a person: two words of no firm, then two."""
    texts = [token[0] for token in name]
    return (
        all(text[0].isupper() and text[1:].islower() for text in texts[:2])
        and not is_firm(" ".join(texts[:2]))
        and not {"&", "and", "of", "und"} & set(texts)
    )


def _by_slash(
    line: str, name: list[tuple[str, int, int]]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """“Jane Doe/Hartwell Search”."""
    start, end = name[0][1], name[-1][2]
    slash = line.index("/", start, end)
    who, firm = line[start:slash], line[slash + 1 : end]
    if who.strip() and is_firm(firm) and not is_firm(who):
        return (start, slash), (slash + 1, end)
    return None


def is_firm(text: str) -> bool:
    return bool(words.FIRM_WORD.search(text) or words.KNOWN_FIRMS.search(text))


def _is_name(text: str, name: list[tuple[str, int, int]], sure: bool) -> bool:
    first = name[0][0].lower().strip(".,:'’")
    if first in words.NOT_A_NAME and not (
        first in ("will", "may", "mark", "bill", "watch")
        and name[0][0][0].isupper()
        and len(name) > 1
    ):
        return False
    if len(name) > 5 or len(text) > 80:
        return False
    if any(token[0].lower() in words.NOT_A_NAME and token[0].islower() for token in name):
        return False
    if words.HOUSEHOLD.search(text) or (words.TITLE.search(text) and not is_firm(text)):
        return False
    if not all(
        NAME_WORD.fullmatch(token[0].strip("\"'“”‘’()[]:")) or token[0] in ("&", "/")
        for token in name
    ):
        return is_firm(text) and any(c.isalpha() for c in text)
    # A sentence in small letters is none either: most words of a name begin with a capital.
    small = [
        t[0]
        for t in name
        if t[0][:1].islower()
        and t[0]
        not in (
            "de",
            "van",
            "von",
            "der",
            "den",
            "la",
            "di",
            "da",
            "le",
            "del",
            "bin",
            "al",
            "el",
            "ter",
            "zu",
            "y",
            "dos",
            "du",
            "e",
            "&",
            "and",
            "und",
        )
    ]
    return len(small) in (0, len(name)) or sure or is_firm(text)


def bare_firm(text: str) -> bool:
    """Whether a segment alone can be the firm of a name before it: “Jane Doe, Hartwell”."""
    tokens = text.split()
    if not 1 <= len(tokens) <= 6 or tokens[0].lower() in words.NOT_A_NAME:
        return False
    if any(token.lower() in STOPS for token in tokens):
        return False
    return is_firm(text) or bool(
        re.fullmatch(r"[A-Z][\w'’.&-]*(?: (?:[A-Z&][\w'’.&-]*|and|und|van|der|de|of))*", text)
    )
