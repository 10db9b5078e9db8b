"""Exports in every shape and every state known of, as files, with what each is to be read as beside it."""
