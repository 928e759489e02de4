from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0004_fold_names_anew"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="recruiter",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["firm", "owner", "folded_name"],
                name="recruiter_by_firm",
            ),
        ),
    ]
