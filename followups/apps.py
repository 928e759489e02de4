from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from accounts import archived, way_out
        from followups import archived as ours
        from followups.models import Mailer

        way_out.ask = Mailer.server
        archived.leave_out("followups.CalendarFeed", "the address is a secret")
        archived.leave_out("followups.UsedLink", "of links that are signed for here")
        archived.leave_out_fields("followups.Mail", ["token", "lease_until"])
        archived.look_at("followups.Mail", ours.look_at_mail)
        archived.look_at("followups.Promise", ours.look_at_promise)
