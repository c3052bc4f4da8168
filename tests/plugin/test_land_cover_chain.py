"""The Model Designer model that comes with the plugin: from two layers to a map and its sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import LEGEND, Recorder, read

pytestmark = pytest.mark.qgis


def destination(name: str) -> str:
    """A model's output is called "step:NAME" in QGIS 3.22, "NAME" in later ones."""
    from qgis.core import QgsApplication

    chain = QgsApplication.processingRegistry().createAlgorithmById("rgbsar:landcoverchain")
    (found,) = (p.name() for p in chain.destinationParameterDefinitions() if p.name().rpartition(":")[2] == name)
    return found


def test_chain_writes_map_confidence_and_sample(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """The map is refined: a sieve of 99 pixels, just under a minimum mapping unit of one hectare, finds nothing."""
    import processing
    from osgeo import gdal
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject, QgsVectorLayer

    context, project = QgsProcessingContext(), QgsProject()
    context.setProject(project)
    outputs = {"MAP": "map.tif", "CONFIDENCE": "confidence.tif", "SAMPLE": "sample.gpkg"}
    named = {
        destination(name): QgsProcessingOutputLayerDefinition(str(tmp_path / file), project)
        for name, file in outputs.items()
    }
    inputs = {name: job[name] for name in ("OPTICAL", "SAR", "MODEL")}
    parameters = {**inputs, "MINIMUM_AREA": 1.0, **named}
    processing.run("rgbsar:landcoverchain", parameters, feedback=Recorder(), context=context)
    layers = {Path(path).name: details.name for path, details in context.layersToLoadOnCompletion().items()}
    assert layers == {"map.tif": "Refined map", "confidence.tif": "Confidence", "sample.gpkg": "Sample"}
    classes = read(str(tmp_path / "map.tif"))
    assert 0 < len(set(classes.ravel().tolist()) - {0}) and set(classes.ravel().tolist()) <= {0, *LEGEND.values}
    sieved = gdal.GetDriverByName("MEM").CreateCopy("", gdal.Open(str(tmp_path / "map.tif")))
    gdal.SieveFilter(sieved.GetRasterBand(1), None, sieved.GetRasterBand(1), 99, 4)
    assert (sieved.ReadAsArray() == classes).all()
    sample = QgsVectorLayer(str(tmp_path / "sample.gpkg"))
    assert sample.fields().lookupField("label") >= 0
    assert sample.featureCount() > 0


def test_chain_maps_one_layer_where_the_model_allows_it(
    provider: Any, job: dict[str, Any], dropout_model: str, tmp_path: Path
) -> None:
    import processing

    named = {destination(name): str(tmp_path / file) for name, file in {"MAP": "m.tif", "SAMPLE": "s.gpkg"}.items()}
    processing.run("rgbsar:landcoverchain", {"OPTICAL": job["OPTICAL"], "MODEL": dropout_model, **named})
    assert read(str(tmp_path / "m.tif")).shape == (90, 100)


def test_chain_refuses_what_its_first_step_refuses(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    import processing
    from qgis.core import QgsProcessingException

    named = {destination(name): str(tmp_path / file) for name, file in {"MAP": "m.tif", "SAMPLE": "s.gpkg"}.items()}
    with pytest.raises(QgsProcessingException, match="No SAR layer was given; the model 'Test ASANet' needs both"):
        processing.run("rgbsar:landcoverchain", {"OPTICAL": job["OPTICAL"], "MODEL": job["MODEL"], **named})
    assert list(tmp_path.iterdir()) == []


def test_chain_asks_for_a_model_as_classify_does(provider: Any) -> None:
    """With the list of installed models as its widget."""
    chain = provider.algorithm("landcoverchain")
    classify = provider.algorithm("classify")
    ours, theirs = (algorithm.parameterDefinition("MODEL") for algorithm in (chain, classify))
    assert ours.metadata() == theirs.metadata()
    assert ours.defaultValue() == theirs.defaultValue()


def test_listed_chain_has_its_outputs(provider: Any) -> None:
    """Not only the copies that QGIS makes of it: scripts ask the listed one."""
    names = {output.name().rpartition(":")[2] for output in provider.algorithm("landcoverchain").outputDefinitions()}
    assert names == {"MAP", "CONFIDENCE", "SAMPLE"}
