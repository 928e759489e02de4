"""Files made wrong on purpose, for as long as one likes: `python -m tests.fuzz` (CONTRIBUTING.md)."""
