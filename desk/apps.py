from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The highest room: it joins what the lower ones must not know of each other."""

    name = "desk"

    def ready(self) -> None:
        from accounts import resume_holders
        from accounts.signals import preferences_changed
        from desk import holders
        from desk.joins import replan_after_preferences

        preferences_changed.connect(replan_after_preferences)
        resume_holders.register(holders.count)
