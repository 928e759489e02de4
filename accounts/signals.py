"""What the account's room tells the rooms above it, within the same transaction."""

from django.dispatch import Signal

# Sent with `preferences`, whenever a user's preferences or time zone were saved.
preferences_changed = Signal()
