"""The GDAL side: lattices, reading, warping, writing. Needs ``osgeo`` and numpy, never torch."""
