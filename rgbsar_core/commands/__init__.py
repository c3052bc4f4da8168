"""The sub-commands of `rgbsar`: one file each, with `add(commands)`."""
