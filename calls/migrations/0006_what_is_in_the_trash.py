from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0005_calls_by_whom"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)),
                fields=["owner", "trash_group"],
                name="call_in_trash",
            ),
        ),
        migrations.AddIndex(
            model_name="disclosure",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)),
                fields=["owner", "trash_group"],
                name="disclosure_in_trash",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)),
                fields=["owner", "trash_group"],
                name="referral_in_trash",
            ),
        ),
    ]
