"""Pages of what is owed, and of the engine that reminds of it."""
