"""Names that differ in the kind of an apostrophe, a dash or a space are one from now on.

A firm or an employer is the only one of its name. Where two rows become namesakes, both stay: the
one that was written with the odd sign is called “O’Brien (2)”, so that it can be opened, edited
and merged; an employer keeps the spelling as another name, so that it still counts as the same
company. See docs/decisions/0015-one-apostrophe.md.
"""

import unicodedata
from itertools import count

from django.db import migrations

PART = 500
NAME_LENGTH = 200

# As contacts.names folded on that day: what it does later is another migration's.
MOST_LETTERS = 400
SAME_SIGN = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼʻʽʹʾʿ′‵`´\u1ffd\u1fbd\u1fbf\u1ffe\u055a\ua78c", "'"),
        **dict.fromkeys("‐‑‒–—―−⁃﹘\u058a\u05be\u30a0", "-"),
    }
)


def fold(name):
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(SAME_SIGN))
    seen = (
        letter
        for letter in decomposed
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )
    bare = "".join(seen).casefold().translate(SAME_SIGN)
    return " ".join(bare.split())[:MOST_LETTERS].rstrip()


def fold_anew(apps, schema_editor):
    for name, is_unique in (
        ("Firm", True),
        ("Employer", True),
        ("Person", False),
        ("Recruiter", False),
    ):
        model = apps.get_model("contacts", name)
        for part in parts_of(model):
            changed = [row for row in part if row.folded_name != fold(row.name)]
            if is_unique:
                for row in changed:
                    fold_one(row)
                continue
            for row in changed:
                row.folded_name = fold(row.name)
            model._base_manager.bulk_update(changed, ["folded_name"])


def parts_of(model):
    """All rows by primary key, `PART` at a time: a change on the way moves none of them."""
    rows = model._base_manager.order_by("pk")
    last = 0
    while part := list(rows.filter(pk__gt=last)[:PART]):
        yield part
        last = part[-1].pk


def fold_one(row):
    """Fold one that has to be the only one of its name."""
    rows = type(row)._base_manager
    values = {"folded_name": fold(row.name)}
    namesakes = rows.filter(owner_id=row.owner_id, trashed_at=None).exclude(pk=row.pk)
    if row.trashed_at is None and namesakes.filter(**values).exists():
        values = {"name": free_name(row.name, namesakes), "version": row.version + 1}
        values["folded_name"] = fold(values["name"])
        if hasattr(row, "other_names"):
            values["other_names"] = f"{row.other_names}\n{row.name}".strip()
    rows.filter(pk=row.pk).update(**values)


def free_name(name, namesakes):
    for number in count(2):
        end = f" ({number})"
        found = name[: NAME_LENGTH - len(end)] + end
        if not namesakes.filter(folded_name=fold(found)).exists():
            return found


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_dossier")]

    operations = [migrations.RunPython(fold_anew, migrations.RunPython.noop)]
