"""A pytest plugin (`-p tests.engines.isolation`): each of the parallel workers has its own Redis.

The cache and the broker would otherwise be one for all: one worker would count the other's failed
sign-ins and take its tasks. It must be loaded before Django's settings are.
"""

import os

from tests.engines.servers import redis_database

if url := os.environ.get("REDIS_URL"):
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["REDIS_URL"] = redis_database(url, 1 + number % 7)
