"""The version, which the receipt of every result carries."""

__version__ = "0.1.0"
