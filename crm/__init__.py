"""The project: settings, addresses and the processes. It imports no app."""

__version__ = "0.1.0"  # as in pyproject.toml, which no image or package carries along
