"""What the engine tells the rooms above it."""

from django.dispatch import Signal

# Sent after each look of `deliver --loop`, where no beat comes that others could go by.
looked = Signal()
