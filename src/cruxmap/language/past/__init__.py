"""What a map's files said before.

In: a map's files, a path and a revision of git. Out: models, files and commits of the past, and the
judgements that were given about something else than what the map says now. Nothing is written.
"""
