"""What is known of the calls already made is written beside their recruiters."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    calls = apps.get_model("calls", "Call")._base_manager.filter(
        recruiter=OuterRef("pk"), trashed_at=None
    )
    last = Subquery(calls.order_by("-occurred_at").values("occurred_at")[:1])
    apps.get_model("contacts", "Recruiter")._base_manager.update(last_call_at=last)


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0001_initial"),
        ("contacts", "0002_recruiter_last_call"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
