"""When something is due, read from plain words (docs/capture.md lists the rules)."""

from followups.due.reading import DEFAULT_TIMES, Due, UnclearDue, place, read

__all__ = ["DEFAULT_TIMES", "Due", "UnclearDue", "place", "read"]
