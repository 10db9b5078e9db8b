"""The charts, a file for each kind: in Altair, but for the bullets, which are HTML."""
