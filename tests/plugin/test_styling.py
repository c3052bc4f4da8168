"""Results in a project: class names and colours of the card, layer names, group."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .conftest import LEGEND, Recorder

pytestmark = pytest.mark.qgis


def run_and_load(job: dict[str, Any]) -> None:
    """Run the algorithm and load what it made, as the toolbox does."""
    from processing.core.Processing import Processing
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    outputs = {
        name: QgsProcessingOutputLayerDefinition(job[name], QgsProject.instance())
        for name in ("OUTPUT", "CONFIDENCE", "PROBABILITIES")
        if name in job
    }
    Processing.runAlgorithm("rgbsar:classify", {**job, **outputs}, onFinish=handleAlgorithmResults, feedback=Recorder())


def test_loaded_map_shows_names_and_colours_of_the_card(provider: Any, job: dict[str, Any], project: Any) -> None:
    """Values, names and colours stand in the legend as in the card."""
    run_and_load(job)
    (layer,) = project.mapLayers().values()
    classes = layer.renderer().classes()
    assert [(entry.value, entry.label) for entry in classes] == [(c.value, c.name) for c in LEGEND.classes]
    assert [entry.color.name() for entry in classes] == [c.hex_color for c in LEGEND.classes]
    assert layer.name() == "Land cover: optical image"


def test_several_results_are_named_styled_and_put_in_one_group(
    provider: Any, job: dict[str, Any], project: Any, tmp_path: Path
) -> None:
    """Confidence and probabilities get a ramp from 0 to 100 percent."""
    more = {"CONFIDENCE": str(tmp_path / "c.tif"), "PROBABILITIES": str(tmp_path / "p.tif")}
    run_and_load({**job, **more})
    group = project.layerTreeRoot().findGroup("Land cover of optical image")
    names = [node.layer().name() for node in group.findLayers()]
    assert names[0] == "Land cover: optical image"
    assert set(names[1:]) == {"Confidence (%)", "Class probabilities (%), band 1: water"}
    assert len(project.layerTreeRoot().findLayers()) == 3
    (confidence,) = project.mapLayersByName("Confidence (%)")
    assert confidence.renderer().type() == "singlebandpseudocolor"
    assert (confidence.renderer().classificationMin(), confidence.renderer().classificationMax()) == (0, 100)


def test_map_replaced_by_a_second_run_is_shown_anew(provider: Any, job: dict[str, Any], project: Any) -> None:
    """QGIS takes the layer it has of that file; the second map has larger pixels and less ground."""
    run_and_load(job)
    (layer,) = project.mapLayers().values()
    assert (layer.width(), layer.height()) == (70, 90)
    run_and_load({**job, "GSD": 20, "EXTENT": "500400,500800,4999400,4999800 [EPSG:32633]"})
    assert list(project.mapLayers().values()) == [layer]
    assert (layer.width(), layer.height()) == (20, 20)
    assert layer.extent().toString(0) == "500400,4999400 : 500800,4999800"
    assert [entry.label for entry in layer.renderer().classes()] == [entry.name for entry in LEGEND.classes]


def test_every_layer_of_a_replaced_map_is_shown_anew(provider: Any, job: dict[str, Any], project: Any) -> None:
    """QGIS takes one as the result's; a second has an older map's classes, a third is grey, as its user chose."""
    from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsRasterLayer, QgsSingleBandGrayRenderer

    from qgis_plugin.styling import paletted_renderer

    run_and_load(job)
    project.addMapLayers([QgsRasterLayer(job["OUTPUT"], name) for name in ("second", "third")])
    context = QgsProcessingContext()
    context.setProject(project)
    taken = QgsProcessingUtils.mapLayerFromString(job["OUTPUT"], context)
    second, third = (layer for layer in project.mapLayers().values() if layer != taken)
    second.setRenderer(paletted_renderer(second.dataProvider(), [replace(LEGEND.classes[0], name="old")]))
    third.setRenderer(QgsSingleBandGrayRenderer(third.dataProvider(), 1))
    names = {second.name(), third.name()}
    run_and_load({**job, "GSD": 20, "EXTENT": "500400,500800,4999400,4999800 [EPSG:32633]"})
    assert [(layer.width(), layer.height()) for layer in project.mapLayers().values()] == [(20, 20)] * 3
    assert [entry.label for entry in second.renderer().classes()] == [entry.name for entry in LEGEND.classes]
    assert third.renderer().type() == "singlebandgray"
    assert {second.name(), third.name()} == names


def test_styles_do_not_pile_up(provider: Any, job: dict[str, Any], project: Any) -> None:
    """What was kept alive for QGIS is let go once used."""
    from qgis_plugin import when_loaded

    when_loaded.forget_changes()  # of results that other tests never loaded
    run_and_load(job)
    assert when_loaded._alive == {}


def test_map_opened_from_disk_has_names_and_colours_too(provider: Any, job: dict[str, Any], qgis: Any) -> None:
    """No style file needed: QGIS reads the file's colour table and category names."""
    import processing
    from qgis.core import QgsRasterLayer

    layer = QgsRasterLayer(processing.run("rgbsar:classify", job, feedback=Recorder())["OUTPUT"], "map")
    shown = {entry.value: (entry.label, entry.color.name()) for entry in layer.renderer().classes()}
    for entry in LEGEND.classes:
        assert shown[entry.value] == (entry.name, entry.hex_color)
