"""The log says where something failed, never with whose data or by which secret link."""

import logging
import re
import traceback
import urllib.parse
from types import TracebackType

ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


# What follows these opens something (DESIGN section 7, Logs); in a referrer, too.
SECRET = re.compile(r"(/(?:act|calendar)/+)[^/?#\"]+", re.IGNORECASE)
WORDS = re.compile(r"[^\s\"]+")


def masked(line: str) -> str:
    """`line` without the tokens and query strings of the addresses in it.

    Word by word, each looked at once: anybody may ask for an address of thousands of slashes.
    """
    return WORDS.sub(lambda word: _masked_word(word.group()), line)


def _masked_word(word: str) -> str:
    path, asks, query = word.partition("?")
    if "/" not in path:
        return word
    plain = urllib.parse.unquote(path)
    if SECRET.search(plain):
        # What was written in code stays so, or an address could write lines of its own here.
        path = "".join(c if c.isprintable() else "�" for c in SECRET.sub(r"\1…", plain))
    # Of a query string nothing is told.
    return f"{path}?…" if asks and query else path + asks


class DiscreetFormatter(logging.Formatter):
    """Writes tracebacks without the errors' own words, and addresses without their secrets.

    Errors quote what was typed: PostgreSQL names the row that broke a constraint, Django the text
    that it could not make an address of. Django writes down the path of whatever it answers with
    400 or more, and gunicorn the first line of a request that it cannot read.
    """

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 (logging's own name)
        error = ei[1]
        if error is None:
            return ""
        lines = ["Traceback (without the errors' own words):"]
        while error is not None:
            lines += traceback.format_list(traceback.extract_tb(error.__traceback__))
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n".join(line.rstrip() for line in lines)
