"""The files that are handed out."""
