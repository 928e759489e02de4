"""What desk keeps of its own: sheets that are not saved yet."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Self

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
from calls.models import Call

# A sheet with every field full and eight promises has about 60,000; more is no sheet.
MOST_CHARACTERS = 100_000
LATELY = dt.timedelta(days=30)
MOST_OFFERED = 20
KEPT_FOR = dt.timedelta(days=90)


class DraftQuerySet(OwnedQuerySet):
    def unsaved(self) -> Self:
        """Those of which no call came, newest first.

        A sheet's last words may arrive after it was saved; they must not be offered again.
        """
        saved = Call.across_owners.filter(
            owner=OuterRef("owner"), client_key=OuterRef("client_key")
        )
        return self.filter(~Exists(saved)).order_by("-typed_at", "-pk")

    def on_offer(self, now: dt.datetime) -> Self:
        """Those that somebody may still want to go on with at `now` (UTC)."""
        return self.unsaved().filter(kept_at__gte=now - LATELY)[:MOST_OFFERED]


class Draft(OwnedModel):
    """A call sheet as it is being typed, field for field and unchecked."""

    # Of the call that it will be.
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    # The fields as a browser posts them: a list of values for every name.
    data = models.JSONField(default=dict)
    # Made of a captured line; what that left open: pairs of what was written and what to do.
    is_captured = models.BooleanField(default=False)
    unclear = models.JSONField(default=list)
    # By the browser's own clock, in milliseconds: of two that cross on the way the later counts.
    typed_at = models.BigIntegerField(default=0)
    kept_at = models.DateTimeField(default=timezone.now)

    objects = OwnedManager.from_queryset(DraftQuerySet)()

    class Meta(OwnedModel.Meta):
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = [models.Index(fields=["owner", "-typed_at"], name="draft_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "client_key"], name="one_draft_a_sheet")
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    def get_absolute_url(self) -> str:
        return f"{reverse('desk:call_sheet')}?draft={self.client_key}"

    @property
    def query(self) -> QueryDict:
        """The fields as if they had just been posted."""
        fields = QueryDict(mutable=True)
        for name, values in self.data.items():
            fields.setlist(name, values)
        return fields

    @property
    def trash_title(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        """Whom or what it is about, in the first words that were typed."""
        fields = self.query
        for name in ("who", "firm", "position", "notes", "phone"):
            if words := fields.get(name, "").strip():
                return words[:80]
        return str(_("A call"))

    @classmethod
    def keep(
        cls, owner: User, client_key: uuid.UUID, fields: QueryDict, *, typed_at: int
    ) -> Draft | None:
        """Keep `fields` as the sheet's newest state, unless a newer one is kept already.

        None when there is nothing to keep: the sheet is saved, or a later keystroke came first.
        Raises `ValueError` for more than a sheet can hold.
        """
        data = {
            name: [value.replace("\x00", "") for value in values]  # PostgreSQL has no NUL
            for name, values in fields.lists()
            if name not in NOT_KEPT
        }
        if sum(len(value) for values in data.values() for value in values) > MOST_CHARACTERS:
            raise ValueError("more than a call sheet holds")
        if Call.across_owners.filter(owner=owner, client_key=client_key).exists():
            return None
        now = timezone.now()
        new = {"data": data, "typed_at": typed_at, "kept_at": now, "trashed_at": None}
        rows = cls.across_owners.filter(owner=owner, client_key=client_key)
        # From the trash it comes back if somebody types on, not if old words arrive late.
        older = Q(typed_at__lt=typed_at) | Q(typed_at=typed_at, trashed_at=None)
        if rows.filter(older).update(**new):
            draft = rows.get()
            if draft.trash_group:
                draft.forget_trash()
            return draft
        cls.forget_old(owner, now=now)
        try:
            with transaction.atomic():
                return cls.objects.create(owner=owner, client_key=client_key, **new)
        except IntegrityError:
            return None

    @classmethod
    def forget(cls, owner: User, client_key: uuid.UUID) -> None:
        """Its call is saved, or nothing is left on the sheet."""
        cls.across_owners.filter(owner=owner, client_key=client_key).delete()

    @classmethod
    def forget_old(cls, owner: User, *, now: dt.datetime) -> None:
        """Those that nobody touched for 90 days before `now` (UTC), thrown away or not.

        Whenever a sheet is begun: who begins none gathers none.
        """
        cls.across_owners.filter(owner=owner, kept_at__lt=now - KEPT_FOR).delete()


# Never of the sheet itself.
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "client_key", "typed_at", "owner", "ends", "add"})
# What a sheet posts that nobody has touched.
ALWAYS_FILLED = frozenset({"occurred_at", "direction", "outcome"})


def holds_something(fields: Any) -> bool:
    """Whether anything was typed or chosen that is worth offering again."""
    return any(
        value.strip()
        for name, value in fields.items()
        if name not in NOT_KEPT | ALWAYS_FILLED and not name.endswith(("_FORMS", "-owed_by"))
    )


def look_at_draft(draft: Draft) -> None:
    """Raises `ValueError` for what no sheet has posted: an archive is believed in nothing."""
    fields, unclear = draft.data, draft.unclear
    if not isinstance(fields, dict) or not isinstance(unclear, list):
        raise ValueError("no sheet")
    values: list[Any] = []
    for some in fields.values():
        values += some if isinstance(some, list) else [None]
    if not all(isinstance(value, str) for value in values):
        raise ValueError("no fields of a sheet")
    if sum(len(value) for value in values) > MOST_CHARACTERS:
        raise ValueError("more than a call sheet holds")
    for pair in unclear:
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
        ):
            raise ValueError("no words that were unclear")


# In a file of their own; Django looks for them here.
from desk.importing.run import ImportRow, ImportRun  # noqa: E402

__all__ = ["Draft", "ImportRow", "ImportRun", "holds_something", "look_at_draft"]
