"""What the program promises about time, measured. Run by `packaging/dev.py bench`, never with the tests."""
