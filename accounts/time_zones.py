"""The zones that a form suggests."""

import functools
import zoneinfo


@functools.cache
def time_zone_names() -> list[str]:
    """Zones people live in, as “Region/City”, sorted; no aliases such as “Etc/GMT+3”."""
    return sorted(
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    )


def place_of(name: str) -> str:
    """The place that a zone is named after, as people write it: “Asia/Tokyo” is Tokyo."""
    return name.rpartition("/")[2].replace("_", " ")
