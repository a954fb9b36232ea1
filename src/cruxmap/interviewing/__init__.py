"""An interview with a reviewer: in a terminal or from a filled-in form, into a worldview's file.

`keeping` holds the file, which is whole after every answer; `answers` reads what is typed; `dialogue` asks;
`closing` says what came out.
"""
