"""A job description goes with its opportunity, once that is really deleted."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import User
from tests.factories import OpportunityFactory


def test_its_file_goes_with_its_row(user: User, django_capture_on_commit_callbacks: Any) -> None:
    opportunity = OpportunityFactory(owner=user)
    opportunity.jd_file.save("jd.txt", ContentFile(b"What is asked for."))
    name = opportunity.jd_file.name
    opportunity.refresh_from_db()
    opportunity.trash()
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        opportunity.delete()
    assert not default_storage.exists(name)
