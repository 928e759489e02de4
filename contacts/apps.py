from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from accounts import archived
        from contacts import finding
        from contacts.models import Employer, Firm, Person, Recruiter
        from contacts.names import refold
        from search.kinds import Found, register

        register(
            "firm",
            _("Firms"),
            lambda owner, text: [
                Found(firm.name, firm.switchboard_display, firm.get_absolute_url())
                for firm in finding.firms(owner, text)
            ],
        )
        register(
            "person",
            _("People"),
            lambda owner, text: [
                Found(person.name, person.position, person.get_absolute_url())
                for person in finding.people(owner, text)
            ],
        )
        for model in (Employer, Firm, Person, Recruiter):
            archived.look_at(model._meta.label, refold)
