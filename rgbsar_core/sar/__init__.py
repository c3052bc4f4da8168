"""What is done with a SAR raster before it is classified: units, speckle, grid."""
