from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import archived
        from accounts.installation import make_cache_table

        archived.leave_out("accounts.SavedForm", "it guards a form for a day")
        archived.leave_out("accounts.TrashGroup", "it is made anew of what is in the trash")
        archived.look_at("accounts.Preferences", archived.look_at_preferences)
        post_migrate.connect(make_cache_table, sender=self)
