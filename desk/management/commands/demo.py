"""A demo account with a believable year of calls, of any size."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from desk.demo import Demo

SEED = 2026


def addresses(email: str, users: int) -> list[str]:
    """`email`, then the same with +2, +3 … before the @."""
    name, _, domain = email.partition("@")
    return [email, *(f"{name}+{number}@{domain}" for number in range(2, users + 1))]


class Command(BaseCommand):
    help = "Make a demo account: the same data for the same seed and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default="demo@example.org")
        parser.add_argument("--password", help="one is made up and printed when it is left out")
        parser.add_argument("--calls", type=int, default=400)
        parser.add_argument("--users", type=int, default=1)
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--time-zone", default="Europe/London")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["calls"] < 1 or options["users"] < 1:
            raise CommandError("--calls and --users must be at least 1.")
        emails = addresses(options["email"], options["users"])
        if taken := User.objects.filter(email__in=emails).first():
            raise CommandError(
                f"There is an account {taken.email} already, and demo data never goes into one "
                "that is in use. Choose another --email."
            )
        password = options["password"] or secrets.token_urlsafe(12)
        for number, email in enumerate(emails):
            user = User.objects.create_user(email, password, time_zone=options["time_zone"])
            self.fill(user, calls=options["calls"], seed=options["seed"] + number)
        self.stdout.write(f"Sign in as {emails[0]} with the password {password}")

    def fill(self, user: User, *, calls: int, seed: int) -> None:
        def progress(done: int) -> None:
            if calls > 5_000:
                self.stdout.write(f"{done} of {calls} calls", ending="\r")

        Demo(user, calls=calls, seed=seed, now=timezone.now()).make(progress)
        self.stdout.write(f"{user.email}: {calls} calls")
