"""The project: settings, addresses and the processes. It imports no app."""
