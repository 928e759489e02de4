"""How many examples a property is tried with."""

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(number: int) -> settings:
    """That many in the suite, `EXAMPLES` times as many in `make audit`.

    A fixture may be made once for all of them: the database of a test is, and each makes an owner
    of its own.
    """
    return settings(max_examples=number * TIMES, suppress_health_check=[*HealthCheck])
