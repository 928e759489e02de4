"""What the checks of a firm say: is the call real, and what does nobody know yet.

A firm that is called back through its own switchboard, from a number that the caller did not give,
is the one test that a liar cannot arrange; the others make it likelier.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise as Words
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Firm, FirmCheck

Way, Result = FirmCheck.Way, FirmCheck.Result

# What stands when a check came out well, badly, and when nobody has tried.
RIGHT: dict[str, Words] = {
    Way.SWITCHBOARD: gettext_lazy("the switchboard knows them"),
    Way.DOMAIN: gettext_lazy("their mail comes from the firm's domain"),
    Way.LISTED: gettext_lazy("the firm lists the person"),
    Way.AESC: gettext_lazy("the AESC directory has the firm"),
    Way.REFERENCES: gettext_lazy("somebody who has worked with them vouches for them"),
}
WRONG: dict[str, Words] = {
    Way.SWITCHBOARD: gettext_lazy("the switchboard does not know them"),
    Way.DOMAIN: gettext_lazy("their mail does not come from the firm's domain"),
    Way.LISTED: gettext_lazy("the firm does not list the person"),
    Way.AESC: gettext_lazy("the AESC directory does not have the firm"),
    Way.REFERENCES: gettext_lazy("somebody who has worked with them warns of them"),
}
UNKNOWN: dict[str, Words] = {
    Way.SWITCHBOARD: gettext_lazy("whether the switchboard knows them"),
    Way.DOMAIN: gettext_lazy("whether their mail comes from the firm's domain"),
    Way.LISTED: gettext_lazy("whether the firm lists the person"),
    Way.AESC: gettext_lazy("whether the AESC directory has the firm"),
    Way.REFERENCES: gettext_lazy("what somebody says who has worked with them"),
}


@dataclass(frozen=True)
class Line:
    """One way of checking: the check that counts, if there is one, and the other tries."""

    way: str
    label: str
    counts: FirmCheck | None = None
    others: Sequence[FirmCheck] = ()
    # Nobody expects it of this firm: a contingent one is in no AESC directory.
    is_needless: bool = False

    @property
    def result(self) -> str:
        """“good”, “bad”, “open” where it was tried in vain, or "" where it was not."""
        return self.counts.result if self.counts else ""


@dataclass(frozen=True)
class Vetting:
    """The five ways, in the order in which they are worth trying."""

    lines: list[Line] = field(default_factory=list)

    @property
    def doubtful(self) -> list[Line]:
        return [line for line in self.lines if line.result == Result.BAD]

    @property
    def verified(self) -> list[Line]:
        return [line for line in self.lines if line.result == Result.GOOD]

    @property
    def open(self) -> list[Line]:
        """What is not known: not tried, or tried in vain."""
        return [
            line
            for line in self.lines
            if line.result in {"", Result.OPEN} and not (line.is_needless and not line.result)
        ]

    @property
    def last_on(self) -> dt.date | None:
        """The day of the newest check that counts."""
        return max((line.counts.checked_on for line in self.lines if line.counts), default=None)

    @property
    def sentences(self) -> list[str]:
        """The whole of it in plain words; what came out badly is said first."""
        said = []
        if self.doubtful:
            said.append(_("Doubtful: %(what)s.") % {"what": _listed(self.doubtful, WRONG)})
        if self.verified:
            said.append(_("Verified: %(what)s.") % {"what": _listed(self.verified, RIGHT)})
        elif not self.doubtful:
            said.append(_("Nothing is verified: the caller may not be who they say."))
        if self.open:
            said.append(_("Still unverified: %(what)s.") % {"what": _listed(self.open, UNKNOWN)})
        return said


def _listed(lines: list[Line], words: dict[str, Words]) -> str:
    return "; ".join(str(words[line.way]) for line in lines)


def vetting_of(firm: Firm, checks: Iterable[FirmCheck]) -> Vetting:
    """What `checks`, which are the firm's, come to.

    Of each way the newest check that told right from wrong counts: to have reached nobody since
    takes nothing back.
    """
    newest_first = sorted(
        checks, key=lambda check: (check.checked_on, check.pk or 0), reverse=True
    )
    lines = []
    for way in Way:
        tries = [check for check in newest_first if check.way == way]
        told = [check for check in tries if check.result != Result.OPEN]
        counts = next(iter(told or tries), None)
        lines.append(
            Line(
                way=way.value,
                label=capfirst(str(way.label)),
                counts=counts,
                others=[check for check in tries if check is not counts],
                is_needless=way == Way.AESC and _is_no_member(firm),
            )
        )
    return Vetting(lines)


def _is_no_member(firm: Firm) -> bool:
    return firm.kind == Firm.Kind.CONTINGENT or firm.aesc_member == Firm.Membership.NO
