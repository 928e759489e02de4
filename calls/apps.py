from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from accounts.files import go_with_row
        from accounts.signals import changed_in_bulk
        from calls import documents
        from calls.last_calls import follow_bulk
        from calls.models import Call, Opportunity

        go_with_row(Opportunity)
        changed_in_bulk.connect(follow_bulk, sender=Call)
        documents.register_all()
