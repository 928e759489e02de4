"""When the last backup was made. The highest room makes them, and says here how to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable


def unknown() -> dt.datetime | None:
    return None


# Answers with the moment (UTC) of the last daily backup, or None; set by `desk.apps`.
ask: Callable[[], dt.datetime | None] = unknown
