"""What every reader raises of a file that it cannot read."""


class Unreadable(Exception):
    """A file that cannot be read. Its text ends a sentence that the file's name begins: "is empty: export it again"."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.row = row  # as Excel numbers it, where one row is to blame
