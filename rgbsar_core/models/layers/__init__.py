"""Blocks shared by two or more networks, one topic a file."""
