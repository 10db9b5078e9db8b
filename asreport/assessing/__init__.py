"""From tables to verdicts and attainment."""
