"""What was thrown away before the trash had a list stands in it, too.

What went together is one thing, under the name of what most likely took the rest along; what was
thrown away when there were no groups is a thing of its own.
"""

import uuid

from django.db import migrations

PART = 500
TITLE_LENGTH = 300
# What can be thrown away, by `app.model`: each before what it takes along.
KINDS = [
    "contacts.firm",
    "contacts.recruiter",
    "contacts.employer",
    "contacts.person",
    "calls.opportunity",
    "accounts.resume",
    "calls.call",
    "followups.promise",
    "calls.submission",
    "calls.disclosure",
    "calls.referral",
    "accounts.compensation",
    "contacts.offlimits",
    "contacts.firmcheck",
    "contacts.employment",
    "contacts.email",
    "contacts.phone",
    "calls.stagechange",
    "desk.draft",
    "followups.mail",
    "followups.calendarfeed",
    "followups.usedlink",
    "accounts.kit",
    "accounts.preferences",
    "accounts.savedform",
]
NAMED_BY = ("name", "title", "what", "label", "address", "number")


def list_what_is_there(apps, schema_editor):
    groups = apps.get_model("accounts", "TrashGroup")._base_manager
    made = {}
    for label in KINDS:
        model = apps.get_model(label)
        give_groups(model)
        for part in parts_of(model):
            list_part(groups, label, part, made)
    for group in made.values():
        group.save()


def give_groups(model):
    rows = model._base_manager.filter(trash_group=None).exclude(trashed_at=None)
    while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:PART]):
        for pk in pks:
            model._base_manager.filter(pk=pk).update(trash_group=uuid.uuid4())


def parts_of(model):
    """All rows in the trash by primary key, `PART` at a time."""
    rows = model._base_manager.exclude(trashed_at=None).order_by("pk")
    last = 0
    while part := list(rows.filter(pk__gt=last)[:PART]):
        yield part
        last = part[-1].pk


def list_part(groups, label, part, made):
    """Make a group of each that has none, and count in it. `made` are the new ones, by `group`."""
    wanted = {row.trash_group for row in part} - made.keys()
    listed = set(groups.filter(group__in=wanted).values_list("group", flat=True))
    for row in part:
        if row.trash_group in listed:
            continue
        group = made.get(row.trash_group)
        if group is None:
            group = made[row.trash_group] = groups.create(
                owner_id=row.owner_id,
                group=row.trash_group,
                kind=label,
                head=row.pk,
                title=title_of(row),
                thrown_at=row.trashed_at,
            )
        group.counts[label] = group.counts.get(label, 0) + 1


def title_of(row):
    names = (getattr(row, field, "") for field in NAMED_BY)
    kind = str(row._meta.verbose_name)
    name = next((name for name in names if name), kind[:1].upper() + kind[1:])
    return str(name)[:TITLE_LENGTH]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_trash"),
        ("calls", "0006_what_is_in_the_trash"),
        ("contacts", "0005_recruiters_by_firm"),
        ("desk", "0001_initial"),
        ("followups", "0007_what_is_in_the_trash"),
    ]

    operations = [migrations.RunPython(list_what_is_there, migrations.RunPython.noop)]
