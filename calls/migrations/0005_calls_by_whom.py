from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0004_named_with_a_decline"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["firm", "owner", "-occurred_at", "-id", "recruiter"],
                name="call_of_firm",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["recruiter", "owner", "-occurred_at", "-id", "firm"],
                name="call_of_recruiter",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["opportunity", "owner", "-occurred_at", "-id"],
                name="call_of_opportunity",
            ),
        ),
    ]
