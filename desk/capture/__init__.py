"""One typed line read into a call with its promises: `parse`. It writes nothing.

How lines are written, and what is not understood: docs/capture.md.
"""

from desk.capture.line import parse
from desk.capture.parts import Capture, ParsedPromise, Unclear

__all__ = ["Capture", "ParsedPromise", "Unclear", "parse"]
