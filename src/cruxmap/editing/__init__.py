"""Help for whoever edits files: a language server for editors, and a watch on a model's files."""
