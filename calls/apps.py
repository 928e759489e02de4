from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from accounts.files import go_with_row
        from calls import documents
        from calls.models import Opportunity

        go_with_row(Opportunity)
        documents.register_all()
