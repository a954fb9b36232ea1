"""Argdown, in and out.

Argdown has statements, arguments, premise-conclusion structures, and relations between all of these. A
claim is a statement, an argument is an argument, and what Argdown has no words for stands in the data
behind them, under the keys of a map's file. `argument_graph` says how relations are read that a map does
not have.
"""
