"""One file for each version of the tables; tests hold the sum of them against tables.py."""
