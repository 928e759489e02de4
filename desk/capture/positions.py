"""The position that is talked about, and the client, when it is named."""

import re

from desk.capture import words

LEAD = re.compile(
    r"(?:(?:wants? me (?:for|as)|(?:asked|asks|wants to know|wondered) if I know "
    r"(?:anyone|anybody|someone|somebody) for|"
    r"(?:wants?|wanted|would like) (?:a |to have a )?(?:quick )?(?:word|chat)(?: with me)?|"
    r"re|about|regarding|concerning|for|ref|subject|on behalf of|wants to (?:talk|speak|chat|"
    r"discuss) (?:with me |to me )?(?:about|re)?|"
    r"looking (?:for|to fill|to hire)|search(?:ing)? for|seeking|seeks|hiring|is hiring|"
    r"recruiting(?: for)?|filling|has|have|had|"
    r"pitch(?:ing|ed|es)?(?: me)?|offer(?:ing|ed|s)?(?: me)?|mentioned|with|called about|"
    r"discussed?|"
    r"(?:talk(?:ed|ing)?|spoke|speaking) about|to discuss|called|rang|phoned|emailed|"
    r"left (?:me )?(?:a )?(?:vm|voicemail|message)|"
    r"reached out|got in touch|contacted me|was|is|calling|calls|me|today|again|just|"
    r"this (?:morning|afternoon|evening)|yesterday|"
    r"working on|handling|(?:I )?said no to|no to|declined|turned down|wegen|über|(?:it|she|he|"
    r"they)['’](?:s|re)|an? new|two|couple of|on|to|back|new|they|she|he|i)\s*:?\s+)+",
    re.IGNORECASE,
)
ARTICLE = re.compile(
    r"(?:an?|the|their|his|her|some|possible|potential|interim|confidential|this|our|"
    r"my)\s+(?!\W)",
    re.IGNORECASE,
)
PUT_FIRST = re.compile(
    r"(?:position|role|job|post)(?: of| as)?\s+(?:an?\s+)?(?=\w)", re.IGNORECASE
)
KIND_OF_SEARCH = re.compile(
    r"(?:retained|contingen\w+|exclusive|executive|exec|own|new|same|first|second|their|job)",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"(?:role|position|job|opportunity|opp|title|post|mandate|search|assignment|vacancy)\s*:\s*",
    re.IGNORECASE,
)
CLIENT_LABEL = re.compile(
    r"(?:the |end |for )*(?:client|employer|company)\s*(?:is|:|=|-)\s*", re.IGNORECASE
)
FIRM_LABEL = re.compile(r"(?:firm|agency|search firm|from)\s*:\s*", re.IGNORECASE)
NAME_LABEL = re.compile(
    r"(?:rec(?:ruiter)?|name|caller|who|contact|headhunter|call(?:er)?(?: from)?)\s*:\s*",
    re.IGNORECASE,
)
NOTE_LABEL = re.compile(
    r"(?:notes?|nb|n\.b\.|comment|remark|fyi|ps|p\.s\.)\s*[:-]\s*", re.IGNORECASE
)
AT = re.compile(
    r"\s*(?:(?<!\w)@|\s(?:at|with|chez|bei))\s+(?=\S)|(?<=\w)@(?=\w)|\s@(?=\w)", re.IGNORECASE
)
# “CEO of Globex”; but “Head of Finance” and “VP of Engineering”
OF_CLIENT = re.compile(r"(?<=\bC[EFTOIM]O)\s+of\s+(?=[A-Z])|(?<=\bMD)\s+of\s+(?=[A-Z])")
FOR = re.compile(r"\s(?:for|within|inside|für)\s+(?=\S)", re.IGNORECASE)
TAIL = re.compile(
    r"\s+(?:in (?!case)|based|reporting|reports|paying|paid|pays|who|which|whose|that|to replace|"
    r"near|from|about|on|starting|salary|until|replacing|with|around|@|comp|base|outside|until|"
    r"via|because|and (?:she|he|I)|but|remote(?:ly)?\b|hybrid\b|full[- ]time|part[- ]time|is|"
    r"was|role|position|job|opening)\b.*$|\s*[(\[|].*$|\s+[-–—/]\s.*$",
)
ROLE_TAIL = re.compile(rf"\s+{words.ROLE_WORD}\s*$", re.IGNORECASE)
ROLE_ANY = re.compile(rf"\b{words.ROLE_WORD}\b", re.IGNORECASE)
WITHHELD_TAIL = re.compile(
    r"\s*[(\[-]*\s*\b(?:client|company|employer)\s+(?:name\s+)?(?:is\s+)?(?:withheld|"
    r"confidential|undisclosed|not|won|unknown|secret|unnamed|can|tbd).*$",
    re.IGNORECASE,
)

Span = tuple[int, int]


def trimmed(line: str, start: int, end: int, more: str = "") -> Span | None:
    """[start, end) without what stands round words, None when nothing is left."""
    strip = " \t\n,;:!?-–—|\"“”'’‘·•*" + more
    while start < end and line[start] in strip:
        start += 1
    while end > start and line[end - 1] in strip:
        end -= 1
    if (
        end > start
        and line[end - 1] == "."
        and not re.search(rf"(?:\b{words.LEGAL}|\b[A-Z])\.$", line[start:end], re.IGNORECASE)
    ):
        end -= 1
    if end > start and line[end - 1] == ")" and "(" not in line[start:end]:
        end -= 1
    return (start, end) if any(c.isalnum() for c in line[start:end]) else None


def is_client_name(text: str) -> bool:
    """“Acme” and “The Home Depot” are names; “a PE-backed retailer” and “big bank” are not."""
    if words.WITHHELD.search(text) and len(text.split()) < 5:
        return False
    return (
        bool(re.search(r"\w", text)) and not words.GENERIC_CLIENT.search(text) and len(text) <= 80
    )


def client(line: str, start: int, end: int) -> Span | None:
    """The client in line[start:end], without “in Zurich” and the like behind it."""
    if tail := TAIL.search(line[start:end]):
        end = start + tail.start()
    span = trimmed(line, start, end)
    return span if span and is_client_name(line[slice(*span)]) else None


def read(
    line: str, start: int, end: int, *, labelled: bool = False
) -> tuple[Span, Span | None] | None:
    """The position in line[start:end] and its client; None when it speaks of no position."""
    led = LEAD.match(line, start, end)
    if led:
        start = led.end()
    if found := LABEL.match(line, start, end):
        start, labelled = found.end(), True
    while found := ARTICLE.match(line, start, end):
        start = found.end()
    if (found := PUT_FIRST.match(line, start, end)) and words.TITLE.search(line, found.end(), end):
        start = found.end()
    text = line[start:end]
    if len(text) > 160 or not text.strip():
        return None
    parted = AT.search(text)
    title_end, named = end, None
    if (parted and parted.start() > 0) or (parted := OF_CLIENT.search(text) or FOR.search(text)):
        title_end = start + parted.start()
        named = client(line, start + parted.end(), end)
    title = line[start:title_end]
    if tail := WITHHELD_TAIL.search(title):
        title_end = start + tail.start()
    is_role = bool(ROLE_ANY.search(line[start:title_end]))
    title_end = _without_tail(line, start, title_end)
    span = trimmed(line, start, title_end)
    if span is None:
        return None
    words_of_title = line[slice(*span)]
    titled = words.TITLE.search(words_of_title)
    at_somebody = named and AT.search(line[span[1] : named[0]])
    if not (labelled or titled or is_role or (at_somebody and _looks_like_title(words_of_title))):
        return None
    if re.match(
        r"(?:my|me|names?|cv|résumé|resume|salary|her|his)\b", words_of_title, re.IGNORECASE
    ):
        return None
    if KIND_OF_SEARCH.fullmatch(words_of_title):
        return None
    if len(words_of_title.split()) > 10:
        return None
    return span, named


def _without_tail(line: str, start: int, end: int) -> int:
    changed = True
    while changed:
        changed = False
        for pattern in (ROLE_TAIL, TAIL):
            found = pattern.search(line[start:end].rstrip())
            if found and found.start() > 0:
                end = start + found.start()
                changed = True
    return end


def _looks_like_title(text: str) -> bool:
    """A short thing before “at Acme”, with no verb of ours in it."""
    tokens = text.split()
    return (
        len(tokens) <= 4
        and tokens[0].lower() not in words.NOT_A_NAME
        and not re.search(r"\d", text)
    )
