"""Tables for spreadsheet programs, out and in, and the numbers that people fill into them."""
