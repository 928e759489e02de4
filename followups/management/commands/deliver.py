"""Send what is due, without Celery: once, or again and again with --loop."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from followups.delivery import dispatch_due

log = logging.getLogger("followups.deliver")


class Command(BaseCommand):
    help = "Send the reminders that are due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--loop",
            action="store_true",
            help=f"go on, with a look every {settings.TICK_SECONDS} seconds, until stopped",
        )

    def handle(self, *args: Any, loop: bool, **options: Any) -> None:
        if not loop:
            self.stdout.write(f"{dispatch_due()} sent")
            return
        while True:
            try:
                dispatch_due()
            except DatabaseError:
                # A database that restarts must not end the loop that keeps promises.
                log.exception("this look failed; the next is in %s s", settings.TICK_SECONDS)
            close_old_connections()
            time.sleep(settings.TICK_SECONDS)
