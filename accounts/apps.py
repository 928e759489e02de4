from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.installation import make_cache_table

        post_migrate.connect(make_cache_table, sender=self)
