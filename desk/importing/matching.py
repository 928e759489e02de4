"""Whom a card means: somebody known, somebody earlier in the file, or nobody yet.

1. By e-mail address. Of another name altogether: that is not clear, and left to the user.
2. By number, if the names may be one person's: whole offices share a switchboard.
3. By name: of recruiters with the same firm, or where either firm is not said.
4. By the name of somebody who was merged into them.

Then in the same way among the rows before it in the file, so that nobody is made twice. Whoever was
thrown away stays out unless their user says otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from contacts.companies import keys_of
from contacts.models import NOTES_LENGTH
from desk.importing import notes
from desk.importing.cleaned import Card, Unusable, card_of, fold, line_of, may_be_one, share_a_word
from desk.importing.entries import Circle, Contact, Unreadable
from desk.importing.known import FIRM, PERSON, RECRUITER, Key, Known
from desk.importing.my_firms import MyFirms
from desk.importing.put_away import PutAway
from desk.importing.run import ImportRow, ImportRun

Verdict = ImportRow.Verdict


class NotClear(Exception):
    """More than one could be meant; the message says why."""


@dataclass
class Earlier:
    """A card that stands earlier in the file and is new."""

    what: str
    folded: str
    firm: str
    ways: set[str]
    notes: str = ""


@dataclass
class Matcher:
    """Judges the cards of one file, part by part, in their order."""

    owner: User
    circle: str
    overwrites: bool
    put_away: PutAway
    firms: MyFirms
    # Who their user says that single ones are, by their place in the file.
    chosen: dict[int, Circle] = field(default_factory=dict)
    earlier: dict[int, Earlier] = field(default_factory=dict)
    by_way: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    # Of people who are known by name alone: the firm that a row of this file says they are at.
    meant: dict[Key, str] = field(default_factory=dict)
    # What earlier rows already give to somebody known.
    given: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    # Their notes, with what earlier rows say beneath.
    noted: dict[Key, str] = field(default_factory=dict)

    def judge(self, run: ImportRun, entries: Iterable[Contact | Unreadable]) -> list[ImportRow]:
        cards: list[Card | ImportRow] = []
        for entry in entries:
            row = ImportRow(owner_id=run.owner_id, run=run, at=entry.at)
            if isinstance(entry, Unreadable):
                cards.append(unreadable(row, entry.text, entry.why))
                continue
            try:
                said = replace(entry, circle=self.chosen.get(entry.at, entry.circle))
                card = card_of(said, circle=self.circle, region=self.owner.phone_region)
            except Unusable as error:
                cards.append(unreadable(row, entry.notes, str(error)))
            else:
                card.firm = self.put_away.firm(card.firm)
                cards.append(card)
        of_people = [one for one in cards if isinstance(one, Card)]
        self.firms.tell(of_people)
        heirs = {key for card in of_people for key in self.put_away.heirs(card)}
        known = Known.of(self.owner, of_people, heirs)
        return [one if isinstance(one, ImportRow) else self._row(run, one, known) for one in cards]

    def _row(self, run: ImportRun, card: Card, known: Known) -> ImportRow:
        row = ImportRow(
            owner_id=run.owner_id,
            run=run,
            at=card.at,
            what=card.what,
            name=card.name,
            hint=card.hint,
        )
        try:
            key = self._known(card, known)
            twin = None if key else self._twin(card)
        except NotClear as error:
            row.verdict, row.why = Verdict.UNCLEAR, str(error)[:500]
            return row
        if key is not None:
            self._against(row, card, key, known)
        elif twin is not None:
            self._again(row, card, twin)
        else:
            row.verdict, row.data = Verdict.NEW, _data(card, card.numbers, card.addresses)
            row.why = self._namesake(card, known)
            if self.put_away.is_thrown(card):
                row.is_left_out = True
                row.why = _("Somebody of this name is in your trash, so it stays out at first.")
            self._remember(card)
        return row

    # Somebody known ------------------------------------------------------------------------------

    def _known(self, card: Card, known: Known) -> Key | None:
        heirs = sorted(key for key in self.put_away.heirs(card) if key in known.rows)
        if card.what == FIRM:
            return next(iter([*known.named(str(FIRM), card.folded), *heirs]), None)
        found = _people_of(known, known.by_address, (one.lower() for one, _l in card.addresses))
        if found:
            close = [
                key
                for key in found
                if key in heirs or share_a_word(known.rows[key].folded_name, card.folded)
            ]
            if not close:
                raise NotClear(
                    _("Its address is that of “%(name)s”, and its name is another.")
                    % {"name": known.rows[found[0]].name}
                )
            return _the_one(close, card, known)
        found = _people_of(known, known.by_number, (one for one, _l in card.numbers))
        close = [key for key in found if may_be_one(known.rows[key].folded_name, card.folded)]
        if close:
            return _the_one(close, card, known)
        named = self._by_name(card, known)
        return _the_one(heirs, card, known) if named is None and heirs else named

    def _by_name(self, card: Card, known: Known) -> Key | None:
        if card.what == PERSON and (found := known.named(str(PERSON), card.folded)):
            return self._namesake_of(found, card, known)
        # Of many, nothing but the title says who recruits: they may have come in as recruiters.
        found, firm = known.named(str(RECRUITER), card.folded), fold(card.firm)
        same = [key for key in found if known.firm_of(key) == firm]
        same = same or [key for key in found if _are_one(known.firm_of(key), firm)]
        open_ = [key for key in found if not firm or not known.firm_of(key)]
        if len(same) == 1:
            return same[0]
        if len(same) > 1 or len(open_) > 1:
            raise NotClear(_several(same or open_, known))
        if open_ and len(found) == 1:
            return open_[0]
        return self._of_my_network(card, known) if card.is_guess else None

    def _of_my_network(self, card: Card, known: Known) -> Key | None:
        """Somebody of my network who came in before their firm was known for one that searches."""
        found = [
            key
            for key in known.named(str(PERSON), card.folded)
            if _may_hold(known.rows[key].position, card)
        ]
        return self._namesake_of(found, card, known) if found else None

    def _namesake_of(self, found: list[Key], card: Card, known: Known) -> Key | None:
        """Of the people of this name the one who is meant; none, if another row means the only one.

        A file that has two of one name, at different firms, means two.
        """
        same = [key for key in found if fold(known.rows[key].position) == fold(card.position)]
        if len(found) > 1 and same:
            found = same[:1]
        key, firm = _the_one(found, card, known), fold(card.firm)
        if key in same:
            self.meant[key] = firm
            return key
        if firm and self.meant.get(key, firm) not in {firm, ""}:
            return None
        self.meant.setdefault(key, firm)
        return key

    def _namesake(self, card: Card, known: Known) -> str:
        """Somebody of the same name who is not taken for them."""
        if card.what == PERSON and known.named(str(PERSON), card.folded):
            return _("You know somebody of this name, whom another row means.")
        if card.what == RECRUITER and known.named(str(RECRUITER), card.folded):
            return _("You know somebody of this name at another firm.")
        if card.what == RECRUITER and known.named(str(PERSON), card.folded):
            return _("You know somebody of this name in your network.")
        return ""

    def _against(self, row: ImportRow, card: Card, key: Key, known: Known) -> None:
        """What the card would add to, or change in, somebody known."""
        target = known.rows[key]
        row.what, row.target, row.target_version = key[0], target.pk, target.version
        has = known.ways[key] | self.given[key]
        numbers = [one for one in card.numbers if one[0] not in has]
        addresses = [one for one in card.addresses if one[0].lower() not in has]
        for name, old, new in _fields(card, key[0], target):
            if not new or f"field {name}" in has:
                continue
            if not old:
                row.fills.append([name, "", new])
                self.given[key].add(f"field {name}")
            elif fold(old) != fold(new):
                row.differs.append([name, old, new])
        self._note(row, card, key, target)
        self.given[key] |= {one for one, _l in numbers}
        self.given[key] |= {one.lower() for one, _l in addresses}
        row.data = _data(card, numbers, addresses)
        gives = bool(numbers or addresses or row.fills)
        row.only_differs = bool(row.differs) and not gives
        is_change = gives or (self.overwrites and row.differs)
        row.verdict = Verdict.CHANGES if is_change else Verdict.SAME
        row.name = target.name
        if card.folded != target.folded_name:
            _tell(row, _("The file calls them “%(name)s”.") % {"name": card.name})

    def _note(self, row: ImportRow, card: Card, key: Key, target: Any) -> None:
        """What its notes would add to those of somebody known, or to those of rows before it."""
        there = self.noted.get(key, target.notes)
        if more := _more_notes(row, there, card):
            (row.differs if there else row.fills).append(["notes", there, more])
            self.noted[key] = notes.joined(there, more)

    # Somebody in the same file -------------------------------------------------------------------

    def _twin(self, card: Card) -> int | None:
        by_address = [(one.lower(), share_a_word) for one, _l in card.addresses]
        by_number = [(one, may_be_one) for one, _l in card.numbers]
        for way, is_close in [*by_address, *by_number] if card.what != FIRM else ():
            for at in self.by_way.get(way, ()):
                if is_close(self.earlier[at].folded, card.folded):
                    return at
        firm = fold(card.firm)
        found = self.by_name.get((card.what, card.folded), [])
        if card.what != FIRM and not card.is_said:
            both = (self.by_name.get((str(what), card.folded), []) for what in (RECRUITER, PERSON))
            found = sorted(at for some in both for at in some)
        if card.what == FIRM:
            return found[0] if found else None
        for at in found:
            other = self.earlier[at].firm
            if other == firm or not (other and firm):
                return at
        return None

    def _again(self, row: ImportRow, card: Card, twin: int) -> None:
        first = self.earlier[twin]
        numbers = [one for one in card.numbers if one[0] not in first.ways]
        addresses = [one for one in card.addresses if one[0].lower() not in first.ways]
        row.twin_of, row.what = twin, first.what
        row.why = _("The same as number %(at)s of this file.") % {"at": twin}
        card.notes = _more_notes(row, first.notes, card)
        first.notes = notes.joined(first.notes, card.notes)
        row.data = _data(card, numbers, addresses)
        gives = numbers or addresses or card.notes
        row.verdict = Verdict.CHANGES if gives else Verdict.SAME
        self._learn(twin, numbers, addresses)

    def _remember(self, card: Card) -> None:
        self.earlier[card.at] = Earlier(
            str(card.what), card.folded, fold(card.firm), set(), card.notes
        )
        self.by_name[str(card.what), card.folded].append(card.at)
        self._learn(card.at, card.numbers, card.addresses)

    def _learn(self, at: int, numbers: Any, addresses: Any) -> None:
        for way in (*(one for one, _l in numbers), *(one.lower() for one, _l in addresses)):
            self.earlier[at].ways.add(way)
            # Of a number that a whole office has, some are enough.
            if len(self.by_way[way]) < 20:
                self.by_way[way].append(at)


def unreadable(row: ImportRow, text: str, why: str) -> ImportRow:
    row.verdict, row.name, row.why = Verdict.UNREADABLE, line_of(text), why[:500]
    return row


def _tell(row: ImportRow, more: str) -> None:
    row.why = " ".join(filter(None, (row.why, more)))[:500]


def _more_notes(row: ImportRow, there: str, card: Card) -> str:
    """What its notes have beyond `there`; nothing is cut, so that too much of it stays out."""
    if len(notes.joined(there, card.notes)) > NOTES_LENGTH:
        _tell(row, _("Its notes stay out: with those that stand there they are too long."))
        return ""
    return notes.missing(there, card.notes)


def _people_of(known: Known, by: dict[str, set[Key]], ways: Iterable[str]) -> list[Key]:
    found = {key for way in ways for key in by.get(way, ()) if key in known.rows}
    return sorted(key for key in found if key[0] != FIRM)


def _the_one(found: list[Key], card: Card, known: Known) -> Key:
    """The only one, or the only one of exactly this name."""
    if len(found) > 1:
        found = [key for key in found if known.rows[key].folded_name == card.folded] or found
    if len(found) > 1:
        found = [key for key in found if key[0] == card.what] or found
    if len(found) > 1:
        raise NotClear(_several(found, known))
    return found[0]


def _are_one(firm: str, other: str) -> bool:
    """Whether two folded names are one firm's, but for its legal form: “Acme” and “Acme Ltd”."""
    return bool(keys_of(firm) & keys_of(other))


def _may_hold(position: str, card: Card) -> bool:
    """Whether somebody who holds this position may be the one of the card."""
    held, firm = fold(position), fold(card.firm)
    if not held or not card.position or held == fold(card.position):
        return True
    return bool(firm) and f", {held}".endswith(f", {firm}")


def _several(found: list[Key], known: Known) -> str:
    names = ", ".join(dict.fromkeys(known.rows[key].name for key in found[:3]))
    return _("%(count)s of yours could be meant: %(names)s.") % {
        "count": len(found),
        "names": names,
    }


def _fields(card: Card, what: str, target: Any) -> list[tuple[str, str, str]]:
    """Each line that a card has a word for: its name, what stands there, what the card says."""
    if what == RECRUITER:
        firm = target.firm.name if target.firm else ""
        return [
            ("firm", firm, firm if _are_one(fold(firm), fold(card.firm)) else card.firm),
            ("title", target.title, card.title),
        ]
    return [("position", target.position, card.position)] if what == PERSON else []


def _data(card: Card, numbers: Any, addresses: Any) -> dict[str, Any]:
    """What is needed to bring it in; numbers and addresses only as far as they are not known."""
    said = {
        "name": card.name,
        "firm": card.firm,
        "title": card.title,
        "notes": card.notes,
        "phones": [list(one) for one in numbers],
        "emails": [list(one) for one in addresses],
    }
    return {name: value for name, value in said.items() if value}
