"""Forms that ask the guard before they are saved."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import OwnedForm
from calls import collision_words
from calls.guard import IN_PROCESS, Collision
from calls.models import Submission
from contacts.models import Employer


class GuardedForm(OwnedForm):
    """A form that shows once what collides, and saves it when that was seen.

    The guard warns and never forbids: `warnings` are all collisions if one of them was not on the
    page that was posted (`seen`). With any nothing is saved, and the page that shows them carries
    their names along, so that pressing again is a knowing one.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: list[tuple[Submission, list[Collision]]] = []
        self.is_unseen = False

    def ask_guard(self) -> list[tuple[Submission, list[Collision]]]:
        """What collides with what is typed, by the submission it collides with."""
        raise NotImplementedError

    @property
    def warnings(self) -> list[collision_words.Said]:
        """What stands in the way of saving at once, in sentences; nothing when it was seen."""
        return collision_words.all_in_words(self.found) if self.is_unseen else []

    def is_valid(self) -> bool:
        """Whether it may be saved: without an error, and with no collision that was not seen."""
        if not super().is_valid():
            return False
        self.found = self.ask_guard()
        # What is for information stands in nobody's way.
        collisions = [one for _asked, found in self.found for one in found]
        names = {one.name for one in collisions if one.kind != IN_PROCESS}
        self.is_unseen = bool(names - set(self.cleaned_data["seen"].split()))
        if self.is_unseen:
            data = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("seen")] = " ".join(sorted(names))
            self.data = data
        return not self.is_unseen

    def client_typed(self, name: str) -> Employer | None:
        """The client of this name, to ask of: one not known yet is made only on saving."""
        if not name:
            return None
        known: list[Employer] = Employer.objects.of(self.owner).known_as(name, 1)
        return known[0] if known else Employer(owner=self.owner, name=name)
