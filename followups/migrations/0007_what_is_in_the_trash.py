from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0006_promises_by_ending"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)),
                fields=["owner", "trash_group"],
                name="promise_in_trash",
            ),
        ),
    ]
