"""What every reader raises of a file that it cannot read."""


class Unreadable(Exception):
    """A file that cannot be read. Its text ends a sentence that the file's name begins: "is empty: export it again"."""
