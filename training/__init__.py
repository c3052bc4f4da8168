"""Training of land-cover models: recipes, data sets, augmentation, losses and the Lightning task."""
