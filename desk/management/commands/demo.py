"""A demo account with a believable year of calls, of any size."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.forms import known_time_zone
from accounts.models import User
from desk.demo import Demo, InUse

SEED = 2026
# From so many calls on, how far it has come is told.
MANY = 5_000


def addresses(email: str, users: int) -> list[str]:
    """`email`, then the same with +2, +3 … before the @."""
    name, _, domain = email.partition("@")
    return [email, *(f"{name}+{number}@{domain}" for number in range(2, users + 1))]


class Command(BaseCommand):
    help = (
        "Make a demo account with a year of calls: the same for the same seed and hour. An account "
        "that an earlier demo made is filled anew; one that holds anything else is left alone."
    )

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
        try:
            zone = known_time_zone(options["time_zone"])
        except ValidationError as error:
            raise CommandError(f"--time-zone: {error.messages[0]}") from error
        password = options["password"] or secrets.token_urlsafe(12)
        for number, email in enumerate(addresses(options["email"], options["users"])):
            with transaction.atomic():
                user = self.account(email, password, zone)
                self.fill(user, calls=options["calls"], seed=options["seed"] + number)
        given = "the password that was given" if options["password"] else f"password {password}"
        self.stdout.write(f"Sign in as {options['email']} with {given}")

    def account(self, email: str, password: str, zone: str) -> User:
        """The account of this address, made if there is none."""
        user = User.objects.filter(email__iexact=email).first()
        try:
            if user is None:
                return User.objects.create_user(email, password, time_zone=zone)
        except ValidationError as error:
            raise CommandError(f"--email: {'; '.join(error.messages)}") from error
        user.set_password(password)
        user.time_zone = zone
        user.save()
        return user

    def fill(self, user: User, *, calls: int, seed: int) -> None:
        def progress(done: int) -> None:
            if calls > MANY:
                self.stdout.write(f"{done} of {calls} calls", ending="\r")
                self.stdout.flush()

        try:
            Demo(user, calls=calls, seed=seed, now=timezone.now()).make(progress)
        except InUse as error:
            raise CommandError(
                f"The account {user.email} is in use, and demo data never goes into one that "
                "holds anything else. Choose another --email."
            ) from error
        self.stdout.write(f"{user.email}: {calls} calls")
