from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The highest room: it joins what the lower ones must not know of each other."""

    name = "desk"

    def ready(self) -> None:
        from accounts import archived, last_backup, resume_holders
        from accounts.signals import going_for_good, preferences_changed
        from desk import final_merges, holders
        from desk.backup import daily
        from desk.joins import empty_trash_while_delivering, replan_after_preferences
        from desk.models import look_at_draft
        from followups.signals import looked

        going_for_good.connect(final_merges.forget)
        preferences_changed.connect(replan_after_preferences)
        looked.connect(empty_trash_while_delivering)
        resume_holders.register(holders.count)
        last_backup.ask = daily.last_made
        archived.look_at("desk.Draft", look_at_draft)
        archived.leave_out("desk.ImportRun", "what it brought in goes along as rows of its own")
        archived.leave_out("desk.ImportRow", "it stands in a file that is not brought in yet")
