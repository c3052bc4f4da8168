"""How good a map is: samples to be labelled, and the accuracies and areas that a reference says."""
