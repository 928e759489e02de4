"""Bringing in what somebody has elsewhere: address books, connections, logs of calls.

A file is recognised and read into entries (`reading`), each of which is compared with what is
there; what would come of it is shown, and only then is anything written.
"""
