"""Maps that live elsewhere: what other programs write becomes a map, and a map what they read.

Readers return what map files would say, as plain values; `importing` writes these as files and reads them
back before anything is on disk. Whatever one side cannot say is listed as `Lost`, never left out in
silence.
"""
