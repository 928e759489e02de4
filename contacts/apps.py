from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from accounts import archived
        from contacts import documents
        from contacts.models import Employer, Firm, Person, Recruiter
        from contacts.names import refold

        documents.register_all()
        for model in (Employer, Firm, Person, Recruiter):
            archived.look_at(model._meta.label, refold)
        archived.leave_out("contacts.Merge", "it names rows by ids that are of this database")
        archived.leave_out("contacts.NotTheSame", "it names rows by ids that are of this database")
