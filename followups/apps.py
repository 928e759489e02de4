from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from accounts import archived, way_out
        from accounts.signals import going_for_good
        from followups import archived as ours
        from followups import documents
        from followups.for_good import forget_mails
        from followups.models import Mailer

        way_out.ask = Mailer.server
        going_for_good.connect(forget_mails)
        documents.register_all()
        archived.leave_out("followups.CalendarFeed", "the address is a secret")
        archived.leave_out("followups.UsedLink", "of links that are signed for here")
        archived.leave_out_fields("followups.Mail", ["token", "lease_until"])
        archived.look_at("followups.Mail", ours.look_at_mail)
        archived.look_at("followups.Promise", ours.look_at_promise)
