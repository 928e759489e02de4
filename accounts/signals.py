"""What the account's room tells the rooms above it, within the same transaction."""

from django.dispatch import Signal

# Sent with `preferences`, whenever a user's preferences or time zone were saved, and with
# `changed`, the names of the fields (of either) that are no longer what they were.
preferences_changed = Signal()

# Sent with `owner` and `rows` (ids by model), before these rows are deleted for good.
going_for_good = Signal()

# Sent by a model with `pks`, within the transaction, where rows of it were changed by one statement
# and not saved one by one: to or from the trash, or without what went there.
changed_in_bulk = Signal()
