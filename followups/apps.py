from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from accounts import way_out
        from accounts.signals import going_for_good
        from followups import documents
        from followups.for_good import forget_mails
        from followups.models import Mailer

        way_out.ask = Mailer.server
        going_for_good.connect(forget_mails)
        documents.register_all()
