"""Tools for those who work on asreport: single mutations, and floors of branch coverage."""
