"""Names that people give to time zones, and the place whose clock they mean."""

import functools
import re
import zoneinfo

# A letter name means the clock on the wall there on that day: in July “4pm EST” is said in New
# York at four in the afternoon, whatever the letters say (docs/decisions/0010).
LETTERS = {
    "utc": "UTC",
    "gmt": "UTC",
    "bst": "Europe/London",
    "wet": "Europe/Lisbon",
    "west": "Europe/Lisbon",
    "cet": "Europe/Paris",
    "cest": "Europe/Paris",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "eet": "Europe/Athens",
    "eest": "Europe/Athens",
    "msk": "Europe/Moscow",
    "trt": "Europe/Istanbul",
    "sast": "Africa/Johannesburg",
    "gst": "Asia/Dubai",
    "pkt": "Asia/Karachi",
    "ict": "Asia/Bangkok",
    "wib": "Asia/Jakarta",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "pht": "Asia/Manila",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "awst": "Australia/Perth",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "aet": "Australia/Sydney",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
    "nzt": "Pacific/Auckland",
    "brt": "America/Sao_Paulo",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "mt": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "akst": "America/Anchorage",
    "akdt": "America/Anchorage",
    "hst": "Pacific/Honolulu",
}

# Two places or more use these letters, so they are asked.
DOUBTFUL_LETTERS = ("ist", "cst", "ast")

PLACES = {
    "ny": "America/New_York",
    "nyc": "America/New_York",
    "new york city": "America/New_York",
    "east coast": "America/New_York",
    "eastern": "America/New_York",
    "us eastern": "America/New_York",
    "boston": "America/New_York",
    "washington": "America/New_York",
    "dc": "America/New_York",
    "miami": "America/New_York",
    "atlanta": "America/New_York",
    "philadelphia": "America/New_York",
    "central": "America/Chicago",
    "us central": "America/Chicago",
    "dallas": "America/Chicago",
    "houston": "America/Chicago",
    "austin": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "us pacific": "America/Los_Angeles",
    "west coast": "America/Los_Angeles",
    "la": "America/Los_Angeles",
    "sf": "America/Los_Angeles",
    "san francisco": "America/Los_Angeles",
    "san diego": "America/Los_Angeles",
    "silicon valley": "America/Los_Angeles",
    "california": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "montreal": "America/Toronto",
    "uk": "Europe/London",
    "british": "Europe/London",
    "england": "Europe/London",
    "scotland": "Europe/London",
    "edinburgh": "Europe/London",
    "manchester": "Europe/London",
    "irish": "Europe/Dublin",
    "ireland": "Europe/Dublin",
    "french": "Europe/Paris",
    "france": "Europe/Paris",
    "german": "Europe/Berlin",
    "germany": "Europe/Berlin",
    "munich": "Europe/Berlin",
    "frankfurt": "Europe/Berlin",
    "hamburg": "Europe/Berlin",
    "cologne": "Europe/Berlin",
    "düsseldorf": "Europe/Berlin",
    "swiss": "Europe/Zurich",
    "switzerland": "Europe/Zurich",
    "geneva": "Europe/Zurich",
    "zürich": "Europe/Zurich",
    "basel": "Europe/Zurich",
    "milan": "Europe/Rome",
    "italian": "Europe/Rome",
    "barcelona": "Europe/Madrid",
    "spanish": "Europe/Madrid",
    "dutch": "Europe/Amsterdam",
    "central european": "Europe/Paris",
    "european": "Europe/Paris",
    "eastern european": "Europe/Athens",
    "indian": "Asia/Kolkata",
    "india": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata",
    "china": "Asia/Shanghai",
    "beijing": "Asia/Shanghai",
    "japan": "Asia/Tokyo",
    "abu dhabi": "Asia/Dubai",
    "tel aviv": "Asia/Jerusalem",
    "greenwich mean": "UTC",
    "coordinated universal": "UTC",
}

# The last word of a zone's name that is no place by itself, or names several.
NO_CITY = {"center", "central", "eastern", "easter", "general", "local", "zulu", "universal"}


@functools.cache
def cities() -> dict[str, str]:
    """“new york” → America/New_York, for every zone of the world that is named after a city."""
    found: dict[str, str] = {}
    for name in sorted(zoneinfo.available_timezones()):
        area, _, city = name.rpartition("/")
        if area and not area.startswith(("Etc", "SystemV", "posix", "right")):
            found.setdefault(city.replace("_", " ").lower(), name)
    return {city: name for city, name in found.items() if city not in NO_CITY} | PLACES


def named(text: str) -> str | None:
    """The IANA name for “EST”, “NY time”, “Paris”, “UTC+2”; None when it is not known."""
    words = " ".join(text.lower().split())
    words = re.sub(r"^(?:in )?(?:the )?|(?: standard| daylight| summer)?(?: time)?$", "", words)
    if words in LETTERS:
        return LETTERS[words]
    if offset := re.fullmatch(r"(?:utc|gmt)\s?([+-])\s?(\d{1,2})", words):
        # The sign of Etc/GMT+5 is turned round: it is five hours behind (tzdata, `etcetera`).
        sign = "-" if offset[1] == "+" else "+"
        hours = int(offset[2])
        return f"Etc/GMT{sign}{hours}" if hours <= 12 else None
    return cities().get(words)
