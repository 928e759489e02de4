"""A form that makes a row makes it once: a double press, or a post sent twice, leads to that row.

Every form for a new row carries a key of its own (`accounts.forms.OwnedForm`). The key is written
down in the transaction that makes the row, and who finds it there already makes none.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import SavedForm

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from accounts.forms import OwnedForm

FIELD = "form_key"
# Of every post anew, and no word of the user's.
NOT_SAID = {"csrfmiddlewaretoken", FIELD}


class Once:
    """One post of `form`, which is bound and not cleaned yet."""

    def __init__(self, form: OwnedForm) -> None:
        self.form = form
        self.model: Any = type(form.instance)
        self.key = self._read_key()
        # Now: cleaning may put something else into the form's data.
        self.said = self._digest_of_what_was_typed() if self.key else None

    def _read_key(self) -> uuid.UUID | None:
        """None for an edit, and for what a program posts without one: then each post counts."""
        if FIELD not in self.form.fields:
            return None
        try:
            posted = uuid.UUID(self.form.data.get(self.form.add_prefix(FIELD), ""))
        except ValueError:
            return None
        # The key of one kind of form is none of another's.
        return uuid.uuid5(posted, self.model._meta.label)

    def _digest_of_what_was_typed(self) -> uuid.UUID:
        data: Any = self.form.data
        fields = data.lists() if hasattr(data, "lists") else data.items()
        said = sorted((name, value) for name, value in fields if name not in NOT_SAID)
        uploads: Any = self.form.files
        files = sorted((name, one.name, _digest_of(one)) for name, one in uploads.items())
        # With the installation's own secret: a guess at what was typed cannot be tried.
        digest = salted_hmac("accounts.saved_once", repr((said, files)), algorithm="sha256")
        return uuid.UUID(bytes=digest.digest()[:16])

    def was_saved(self) -> bool:
        """Whether the form was saved before: then its instance is the row that came of it.

        One that says something else now, or whose row is gone, is refused with an error, and has
        another key, so that saving it again is meant.
        """
        if self.key is None:
            return False
        mark = SavedForm.objects.of(self.form.owner).filter(key=self.key).first()
        if mark is None:
            return False
        row = self.model.objects.of(self.form.owner).filter(pk=mark.object_id).first()
        if row is not None and mark.said == self.said:
            self.form.instance = row
            return True
        self._refuse(
            _("This was saved already, and says something else now. Save again to keep both.")
            if row is not None
            else _("This was saved already, and thrown away. Save again to have it anew.")
        )
        return False

    def _refuse(self, words: str) -> None:
        self.key = None
        self.form.add_error(None, words)
        data = self.form.data.copy()  # type: ignore[attr-defined]
        data[self.form.add_prefix(FIELD)] = str(uuid.uuid4())
        self.form.data = data

    def save(self) -> bool:
        """Save the valid form; False if the same one, sent at the same moment, was quicker.

        Raises `StaleVersion` as the form does.
        """
        if self.key is None:
            self.form.save()
            return True
        marks, now = SavedForm.objects.of(self.form.owner), timezone.now()
        with transaction.atomic():
            # First of all: on PostgreSQL the others wait here until this one is through.
            mark, is_new = marks.get_or_create(
                key=self.key, defaults={"said": self.said, "created_at": now}
            )
            if not is_new:
                return False
            row = self.form.save()
            marks.filter(pk=mark.pk).update(object_id=row.pk)
            SavedForm.forget_old(now=now, owner=self.form.owner)
        return True


def _digest_of(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)  # whoever saves it reads it from its beginning
    return digest.hexdigest()
