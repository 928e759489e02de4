from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from accounts import way_out
        from followups import documents
        from followups.models import Mailer

        way_out.ask = Mailer.server
        documents.register_all()
