"""The networks, one file each; nothing is imported until a network is built."""
