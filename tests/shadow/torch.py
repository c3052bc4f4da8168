"""Stands before the real torch on the path: proves that what is tested never imports it."""

raise ImportError("tests/shadow hides torch")
