"""A second, independent verifier and opener, written from formats.md alone."""
