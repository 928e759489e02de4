"""Notes of a file beside such as stand there: what is not among them is added beneath."""

from __future__ import annotations


def missing(there: str, said: str) -> str:
    """The lines of `said` that `there` has not, whatever their case and white space.

    A file that comes again so adds nothing, also when somebody has written on meanwhile.
    """
    whole = _words(there)
    if not whole.strip():
        return said.strip()
    if _words(said) in whole:
        return ""
    lines = []
    for line in said.splitlines():
        if line.strip() and _words(line) not in whole:
            lines.append(line)
            whole += _words(line)
    return "\n".join(lines)


def joined(there: str, said: str) -> str:
    """`there` as it stands, and beneath it what of `said` it has not."""
    more = missing(there, said)
    if not more or not there:
        return there or more
    return f"{there}{'' if there.endswith('\n') else '\n'}{more}"


def _words(text: str) -> str:
    """Between blanks, so that a part of a word is not taken for the word."""
    return f" {' '.join(text.casefold().split())} "
