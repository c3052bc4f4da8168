"""What is done with a finished map: refine it, compare it with another."""
