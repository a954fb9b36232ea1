"""The page, live: served to this machine alone, anew when files change, with what is saved written to one.

In: a model's file. Out: the page at an address, until it is interrupted. Nobody else's page, and no other
machine, gets an answer; and nothing is written but worldviews of the map, each whole or not at all.
"""
