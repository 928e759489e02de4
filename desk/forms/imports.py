"""Handing in a file, and what is to be done with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.importing import own_tables
from desk.importing.intake import NAMES, columns_of
from desk.importing.reading import FIELDS
from desk.importing.run import ImportRun

IGNORED = "ignore"
SAMPLES = 3


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, vCard or a call log as XML, up to 20 MB, or an archive of Wordkeeper."),
        error_messages={
            "empty": _("This file is empty."),
            "required": _("Choose a file."),
            "missing": _("Choose a file."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.vcf,.vcard,.xml,.zip"}),
    )


class ChoicesForm(forms.Form):
    """Whom the file is about, and whether it knows better."""

    circle = forms.ChoiceField(
        label=_("Bring them in as"),
        choices=[
            (ImportRun.Circle.TITLES, _("By their title and firm")),
            (ImportRun.Circle.RECRUITERS, _("Recruiters")),
            (ImportRun.Circle.PEOPLE, _("People of my network")),
        ],
        widget=forms.RadioSelect,
    )
    overwrites = forms.BooleanField(label=_("Overwrite what differs"), required=False)

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        kwargs["initial"] = {"circle": run.circle, "overwrites": run.overwrites}
        super().__init__(*args, **kwargs)
        # Our own tables say it themselves.
        if run.shape in own_tables.CIRCLES:
            del self.fields["circle"]


class ColumnsForm(forms.Form):
    """What each column of a table holds."""

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, said = columns_of(run), run.recognised
        choices = [
            ("", "—"),
            *((name, label) for name, label in FIELDS.items() if name != IGNORED),
        ]
        width = max([len(said.get("headers", [])), *map(len, said.get("sample", []))], default=0)
        for at in range(width):
            headers = said.get("headers", [])
            header = headers[at].strip() if at < len(headers) else ""
            samples = [row[at] for row in said.get("sample", []) if at < len(row) and row[at]]
            self.fields[f"column-{at}"] = forms.ChoiceField(
                label=header[:80] or _("Column %(n)s") % {"n": at + 1},
                choices=choices,
                required=False,
                initial=known.get(at, ""),
                help_text=" · ".join(one[:40] for one in samples[:SAMPLES]),
            )

    def told(self) -> list[forms.BoundField]:
        """The columns in which something stands, or that are taken for something."""
        return [field for field in self if field.help_text or field.value()]

    def untold(self) -> list[forms.BoundField]:
        """The others, of which Outlook writes many."""
        told = {field.name for field in self.told()}
        return [field for field in self if field.name not in told]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not NAMES & set(cleaned.values()):
            self.add_error(None, _("Say which column holds the names, or the firms."))
        return cleaned

    @property
    def mapping(self) -> dict[str, str]:
        return {
            name.removeprefix("column-"): value
            for name, value in self.cleaned_data.items()
            if value and value != IGNORED
        }
