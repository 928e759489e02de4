"""What was found, with the words marked for which it was."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search import words
from search.query import Query

Span = tuple[int, int]

# Letters of a text that are shown, and of those how many before the first word that was meant.
AROUND, BEFORE = 180, 60


def marked(text: str, query: Query, *, forgiving: bool = False) -> SafeString:
    """All of `text` as HTML. `forgiving` also marks names that are close to what was typed."""
    text = unicodedata.normalize("NFC", text)
    return _as_html(text, sorted(_spans(text, query, forgiving)))


def extract(text: str, query: Query) -> SafeString:
    """As much of `text` as a row of a list has room for, from about where the words stand."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    first = min(_spans(text, query, False), default=(0, 0))[0]
    start = 0
    if first > AROUND - BEFORE:
        start = text.rfind(" ", 0, first - BEFORE) + 1
    end = start + AROUND
    if end < len(text):
        # At the end of a word, unless it has none for long.
        end = max(text.rfind(" ", start, end), start + AROUND // 2)
    part = text[start:end]
    html = _as_html(part, sorted(_spans(part, query, False)))
    return mark_safe(("… " if start else "") + html + (" …" if end < len(text) else ""))  # noqa: S308


def _spans(text: str, query: Query, forgiving: bool) -> Iterator[Span]:
    if query.single:
        yield from _single(text, query.single, forgiving)
    if query.phrases:
        yield from _phrases(text, query.phrases)
    for found in words.NUMBER.finditer(text) if query.numbers else ():
        if any(form in words.digits_of(found.group()) for form in query.numbers):
            yield found.span()


def _single(text: str, typed: tuple[str, ...], forgiving: bool) -> Iterator[Span]:
    for found in words.WORD.finditer(text):
        word = words.folded(found.group())
        if word.startswith(typed) or (
            forgiving and any(words.is_close(one, word, words.slips_for(one)) for one in typed)
        ):
            yield found.span()
    for pattern in (words.JOINED, words.THOUSANDS):
        for found in pattern.finditer(text):
            if "".join(words.words_of(found.group())).startswith(typed):
                yield found.span()


def _phrases(text: str, phrases: tuple[tuple[str, ...], ...]) -> Iterator[Span]:
    there = [(words.words_of(one.group()), one.span()) for one in words.WORD.finditer(text)]
    flat = [(word, span) for some, span in there for word in some]
    for phrase in phrases:
        for at in range(len(flat) - len(phrase) + 1):
            part = flat[at : at + len(phrase)]
            if tuple(word for word, _span in part) == phrase:
                yield part[0][1][0], part[-1][1][1]


def _as_html(text: str, spans: list[Span]) -> SafeString:
    parts, at = [], 0
    for start, end in spans:
        if end <= at:
            continue
        start = max(start, at)
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return mark_safe("".join([*parts, escape(text[at:])]))  # noqa: S308 (each part is escaped)
