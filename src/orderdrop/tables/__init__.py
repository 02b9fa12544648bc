"""Tables: bytes become frames of text that keep the physical row number.

`open.open_table` opens a drop, `open.reopen` reads it again by its verdict, `plain` shows it to people. Nothing is
imported here: the child process that parses workbooks starts in this package and must start fast.
"""
