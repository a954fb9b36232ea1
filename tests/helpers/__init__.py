"""What the tests, and some benchmarks, share: tests/README.md says what is where."""
