from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The highest room: it joins what the lower ones must not know of each other."""

    name = "desk"

    def ready(self) -> None:
        from accounts import archived, last_backup, resume_holders
        from accounts.signals import preferences_changed
        from desk import callers, holders
        from desk.backup import daily
        from desk.joins import replan_after_preferences
        from desk.models import look_at_draft
        from search.kinds import Found, register

        preferences_changed.connect(replan_after_preferences)
        resume_holders.register(holders.count)
        last_backup.ask = daily.last_made
        archived.look_at("desk.Draft", look_at_draft)
        # By number and last talk, too, which contacts knows nothing of.
        register(
            "recruiter",
            _("Recruiters"),
            lambda owner, text: [
                Found(one.name, one.firm.name if one.firm else "", one.get_absolute_url())
                for one in callers.find(owner, text)
            ],
        )
