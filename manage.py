#!/usr/bin/env python3
"""Wordkeeper's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Somebody who mistyped a variable needs the line that names it, not a traceback.
        sys.exit(f"Wordkeeper cannot start: {error}")


if __name__ == "__main__":
    main()
