"""Send what is due, without Celery: once, or again and again with --loop."""

import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from followups.delivery import dispatch_due, leaving, look
from followups.signals import looked


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
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, leave)
        while not leaving.is_set():
            look()
            looked.send_robust(Command)
            close_old_connections()
            leaving.wait(settings.TICK_SECONDS)


def leave(number: int, frame: FrameType | None) -> None:
    """Finish the mail in hand and go; asked a second time, at once."""
    signal.signal(number, signal.SIG_DFL)
    leaving.set()
