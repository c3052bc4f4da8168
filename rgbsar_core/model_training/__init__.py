"""Training a network of one's own from a folder of tiles, in a process that has torch."""
