"""When two names are one company: its spelling, its legal form, and what the user has joined.

Nothing is guessed from likeness: “Northgate” and “Northgate Capital” may be two clients, and a
warning that cries wolf is soon not read. What no rule can know (a brand, a parent) the user says,
as other names of an employer, or as its parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from contacts.models import Employer
from contacts.names import fold

# Legal forms as they stand at a name's end, folded and without their dots: ISO 20275 (the list of
# entity legal forms) has thousands; these are the ones that searches meet.
FORMS = frozenset(
    """
    ab ag aktiengesellschaft aktiebolag as asa aps a/s bhd bv bvba cic co company corp
    corporation doo dooel eg ehf eirl eurl ev ezrt fzco fzllc fzc gesmbh ggmbh gie gmbh gp group
    groupe gruppe hf holding holdings inc incorporated jsc kft kg kgaa kk kommanditgesellschaft
    lda limited llc llp lp ltd ltda mbh nv nyrt oao og ohg ojsc ood oy oyj pao pc pjsc plc pllc
    pte pty publ pvt sa sab sac sal sapi sarl sas sasu sc scs sca se sdn sia slu sl slp snc sp
    spa spk spol sprl srl sro ste ug vof vzw zao zrt
    """.split()
)
# Words that join a legal form to another: “GmbH & Co. KG”, “Sp. z o.o.”, “S.A. de C.V.”.
JOINTS = frozenset("and de cv z oo o haftungsbeschraenkt haftungsbeschrankt".split())
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"})


# Employers are compared again and again, each with all others; names stay what they are.
@lru_cache(maxsize=5_000)
def keys_of(name: str) -> frozenset[str]:
    """What `name` is compared by: two names that share a key are one company.

    More than one where an umlaut may be written in two ways: “Müller” is “Muller” and “Mueller”.
    """
    folded, spelled = _key(name), _key(name.casefold().translate(GERMAN))
    return frozenset({folded, spelled} - {""})


def _key(name: str) -> str:
    name = re.sub("株式会社|有限公司|有限責任公司|股份", " ", name)  # written without a space
    # “A.C.M.E.” and “S.p.A.” are words, and so is “Co.”: the dot goes, and parts no word.
    bare = re.sub(r"(?<=\w)[.’'`](?=\w)|[.’'`]", "", fold(name).replace("&", " and "))
    words = re.sub(r"[^\w/]+", " ", bare).replace("a/s", "as").replace("/", " ").split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    kept = _without_forms(words)
    return "".join(word for word in kept if word != "and") or "".join(words)


def _without_forms(words: list[str]) -> list[str]:
    """`words` without the legal forms at their end; a form at the beginning is part of a name."""
    end = len(words)
    while end > 1 and (words[end - 1] in FORMS or words[end - 1] in JOINTS):
        end -= 1
    # “& Co. KG” leaves no joint behind, and “Marks and” would be no name.
    return words[:end] if any(word in FORMS for word in words[end:]) else words


def keys_of_employer(employer: Employer) -> frozenset[str]:
    """The keys of its name and of every other name the user knows it by."""
    names = [employer.name, *employer.other_names.splitlines()]
    return frozenset().union(*(keys_of(name) for name in names))


def spelled_alike(employer: Employer, others: Iterable[Employer]) -> list[Employer]:
    """Those of `others` that are one company with it by a spelling alone, without being joined."""
    keys = keys_of_employer(employer)
    return [row for row in others if row.pk != employer.pk and keys & keys_of_employer(row)]


class Companies:
    """All employers of one user, joined where they are one company.

    One query for any number of comparisons. Parents are followed through any number of levels; a
    ring of parents is one company, not an endless walk.
    """

    def __init__(self, employers: Iterable[Employer]) -> None:
        self.root: dict[int, int] = {}
        self.by_key: dict[str, int] = {}
        rows = list(employers)
        known = {row.pk for row in rows}
        for row in rows:
            # One in the trash is none of them, and joins nobody.
            if row.parent_id in known:
                self._join(row.pk, row.parent_id)
            for key in keys_of_employer(row):
                self._join(row.pk, self.by_key.setdefault(key, row.pk))

    @classmethod
    def of(cls, owner: object) -> Companies:
        return cls(Employer.objects.of(owner).only("name", "other_names", "parent"))

    def are_one(self, one: Employer | None, other: Employer | None) -> bool:
        """Whether two employers, saved or not, are one company; one not known is nobody's."""
        if one is None or other is None:
            return False
        return one is other or bool(self._which(one) & self._which(other))

    def _which(self, employer: Employer) -> set[int | str]:
        """By what it is compared: the company it is part of; the keys of one not saved yet."""
        if employer.pk is not None:
            return {self._find(employer.pk)}
        known = {self._find(pk) for pk in self._alike(employer)}
        if employer.parent_id is not None:
            known.add(self._find(employer.parent_id))
        return {*known, *keys_of_employer(employer)}

    def _alike(self, employer: Employer) -> list[int]:
        return [self.by_key[key] for key in keys_of_employer(employer) if key in self.by_key]

    def _find(self, pk: int) -> int:
        self.root.setdefault(pk, pk)
        while self.root[pk] != pk:
            self.root[pk] = self.root[self.root[pk]]
            pk = self.root[pk]
        return pk

    def _join(self, one: int, other: int) -> None:
        self.root[self._find(one)] = self._find(other)


def parents_above(owner: object, pk: int | None) -> list[int]:
    """The employer of this id and what it belongs to, upwards; a ring is walked once. One query."""
    above = dict(Employer.objects.of(owner).values_list("pk", "parent"))
    chain: list[int] = []
    while pk is not None and pk not in chain:
        chain.append(pk)
        pk = above.get(pk)
    return chain
