"""All that one account holds in one file, and its way into another account: docs/export.md."""

from desk.archive.reading import bring_back
from desk.archive.writing import archive_to, write

__all__ = ["archive_to", "bring_back", "write"]
