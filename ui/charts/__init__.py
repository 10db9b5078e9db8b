"""The charts, in Altair, a file for each kind."""
