"""What deleted text leaves behind in the files of the database.

The rows are gone when these begin: a database that is busy by then is no reason to say that they
were not deleted. What could not be done is done with the next emptying of the trash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts import erasing
from followups.models import Heartbeat
from search import index

logger = logging.getLogger(__name__)

# There while something is left to drop from the file.
LEFT = "left in the file"


def drop_words() -> None:
    """Words that nothing is found by any more; the file itself waits for the daily `drop`.

    The deleted rows are overwritten already (`erasing.overwrite_what_goes`); what edits had left
    there before is not, and to write the file anew would keep everybody waiting.
    """
    _tried(_drop_words)
    _tried(_note)


def drop() -> None:
    """The words, and what earlier edits left in the file, which is written anew."""
    _tried(_drop_words)
    _tried(_note if not erasing.drop_what_is_left() else _forget)


def is_left() -> bool:
    """Whether something was deleted since the last `drop`."""
    return Heartbeat.last(LEFT) is not None


def _drop_words() -> None:
    index.leave_no_trace()


def _note() -> None:
    Heartbeat.beat(LEFT, timezone.now())


def _forget() -> None:
    Heartbeat.objects.filter(name=LEFT).delete()


def _tried(do: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            do()
    except OperationalError:
        logger.warning("the database was busy after something was deleted for good")
