"""What follows from an assessment: where we are short, which cases, and what to do."""
