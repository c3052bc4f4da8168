"""A model saved from the Model Designer, loaded again and run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Recorder, read

pytestmark = pytest.mark.qgis


def design() -> Any:
    """A model with two rasters as inputs, our algorithm, and its map, sieved by GDAL, as output."""
    from qgis.core import (
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingModelParameter,
        QgsProcessingParameterFile,
        QgsProcessingParameterRasterLayer,
    )

    model = QgsProcessingModelAlgorithm("landcover chain", "tests")
    source = QgsProcessingModelChildParameterSource
    for name in ("OPTICAL", "SAR"):
        model.addModelParameter(QgsProcessingParameterRasterLayer(name, name), QgsProcessingModelParameter(name))
    model.addModelParameter(QgsProcessingParameterFile("MODEL", "MODEL"), QgsProcessingModelParameter("MODEL"))
    classify = QgsProcessingModelChildAlgorithm("rgbsar:classify")
    classify.setChildId("classify")
    for name in ("OPTICAL", "SAR", "MODEL"):
        classify.addParameterSources(name, [source.fromModelParameter(name)])
    confidence = QgsProcessingModelOutput("confidence", "confidence")
    confidence.setChildOutputName("CONFIDENCE")
    classify.setModelOutputs({"confidence": confidence})
    model.addChildAlgorithm(classify)
    sieve = QgsProcessingModelChildAlgorithm("native:reclassifybytable")
    sieve.setChildId("water")
    sieve.addParameterSources("INPUT_RASTER", [source.fromChildOutput("classify", "OUTPUT")])
    sieve.addParameterSources("RASTER_BAND", [source.fromStaticValue(1)])
    sieve.addParameterSources("TABLE", [source.fromStaticValue([0, 1, 1, 1, 254, 2])])
    output = QgsProcessingModelOutput("water", "water")
    output.setChildOutputName("OUTPUT")
    sieve.setModelOutputs({"water": output})
    model.addChildAlgorithm(sieve)
    return model


def test_saved_model_runs_with_our_algorithm_inside(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """Its map goes on to the next step; its confidence is an output of the model."""
    import processing
    from qgis.core import QgsProcessingModelAlgorithm

    path = str(tmp_path / "chain.model3")
    assert design().toFile(path)
    model = QgsProcessingModelAlgorithm()
    assert model.fromFile(path)
    inputs = {name: job[name] for name in ("OPTICAL", "SAR", "MODEL")}
    # a model's output is called "child:output" in QGIS 3.22, "output" in later ones
    destinations = [entry.name() for entry in model.destinationParameterDefinitions()]
    outputs = {name.rpartition(":")[2]: str(tmp_path / f"{name.rpartition(':')[2]}.tif") for name in destinations}
    named = {name: outputs[name.rpartition(":")[2]] for name in destinations}
    processing.run(model, {**inputs, **named}, feedback=Recorder())
    assert read(outputs["water"]).shape == (90, 70)
    confidence = read(outputs["confidence"])
    assert (confidence[:10] == 255).all()
    assert (confidence[10:] <= 100).all()
