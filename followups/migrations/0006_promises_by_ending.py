from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0005_what_an_ending_is_judged_by"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["firm", "owner", "-ended_at", "due_utc"],
                name="promise_of_firm",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["recruiter", "owner", "-ended_at", "due_utc"],
                name="promise_of_recruiter",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["opportunity", "owner", "-ended_at", "due_utc"],
                name="promise_of_opportunity",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["call", "owner", "due_utc"],
                name="promise_of_call",
            ),
        ),
    ]
