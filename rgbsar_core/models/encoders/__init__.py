"""Feature pyramids shared by two or more networks, one family a file."""
