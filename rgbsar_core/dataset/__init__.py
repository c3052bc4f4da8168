"""Training data: made from layers and labels, and checked before an hour is lost."""
