"""Whether an optical and a SAR layer lie on top of each other, and by how much they do not."""
