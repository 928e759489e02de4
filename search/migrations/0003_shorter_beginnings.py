from django.db import migrations


class Migration(migrations.Migration):
    """Names are looked up by fewer of their letters: their documents are made anew after this
    (search/upkeep.py). Going back takes them away in the same way."""

    dependencies = [("search", "0002_hidden_group")]

    FORGET = (
        "DELETE FROM search_searchdocument "
        "WHERE kind IN ('recruiter', 'firm', 'person', 'employer')"
    )
    operations = [migrations.RunSQL(FORGET, FORGET)]
