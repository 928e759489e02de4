"""The log says where something failed, never with whose data."""

import logging
import traceback
from types import TracebackType

ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class DiscreetFormatter(logging.Formatter):
    """Writes tracebacks without the errors' own words.

    They quote what was typed: PostgreSQL names the row that broke a constraint, Django the text
    that it could not make an address of.
    """

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
