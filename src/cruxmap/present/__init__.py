"""Answers come in; pictures, tables and pages go out.

Guarantee: nothing is decided here: every number shown is a field of an answer.
"""
