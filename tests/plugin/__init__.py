"""Tests that drive the QGIS plugin through Processing."""
