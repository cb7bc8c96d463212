"""The migrations: one file for each version of the tables, run in order by upgrade.py."""
