"""The pages of an account, one file a noun."""
