"""The model's widget in Processing's dialogs, and the plugin's page in the options."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import write_tiff
from .test_models import card_only, folder  # noqa: F401 (a fixture)

pytestmark = pytest.mark.qgis


@pytest.fixture
def layers(qgis: Any, scene: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The scene's two layers in the project."""
    from qgis.core import QgsProject, QgsRasterLayer

    found = {name: QgsRasterLayer(path, name.lower()) for name, path in scene.items()}
    QgsProject.instance().addMapLayers(list(found.values()))
    yield found
    QgsProject.instance().removeMapLayers([layer.id() for layer in found.values()])


@pytest.fixture
def installed(folder: Path) -> dict[str, str]:  # noqa: F811
    """Two models in the models folder: path by title."""
    towns = card_only(folder / "towns.safetensors", name="towns", title="Towns")
    fields = card_only(folder / "fields.safetensors", name="fields", title="Fields", gsd=0.5)
    return {"Towns": str(towns), "Fields": str(fields)}


def dialog(layers: dict[str, Any], **parameters: Any) -> Any:  # noqa: F811
    """The dialog of ``rgbsar:classify`` with the layers chosen."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.core import QgsApplication

    window = AlgorithmDialog(QgsApplication.processingRegistry().createAlgorithmById("rgbsar:classify"))
    window.setParameters({**{name: layer.id() for name, layer in layers.items()}, **parameters})
    return window


def model_widget(window: Any) -> Any:
    """Our widget in a dialog."""
    return window.mainWidget().wrappers["MODEL"].widget


def test_dialog_lists_installed_models_by_title_and_gives_the_algorithm_a_path(
    layers: dict[str, Any], installed: dict[str, str]
) -> None:
    """Titles are for people, paths for the history of Processing."""
    window = dialog(layers, MODEL="fields")
    choice = model_widget(window).choice
    titles = [choice.itemText(index) for index in range(choice.count())]
    assert titles[:2] == ["Fields", "Towns"] or {"Fields", "Towns"} <= set(titles)
    assert choice.currentText() == "Fields"
    assert window.mainWidget().createProcessingParameters()["MODEL"] == installed["Fields"]
    choice.setCurrentIndex(choice.findText("Towns"))
    assert window.mainWidget().createProcessingParameters()["MODEL"] == installed["Towns"]
    window.close()


def test_description_changes_with_the_model_and_says_which_bands_will_be_taken(
    layers: dict[str, Any], installed: dict[str, str]
) -> None:
    """Until the user chooses bands himself."""
    window = dialog(layers, MODEL="Towns")
    widget = model_widget(window)
    assert "Trained on pixels of 10 m on the ground." in widget.description.text()
    assert "Bands 1, 2, 3 of the optical raster &#x27;optical image.tif&#x27; taken as" in widget.description.text()
    assert "color:#2166ac" in widget.description.text()  # water, 33 102 172
    widget.choice.setCurrentIndex(widget.choice.findText("Fields"))
    assert "Trained on pixels of 0.5 m on the ground." in widget.description.text()
    window.setParameters({"OPTICAL_BANDS": [3, 2, 1]})
    assert "optical image.tif" not in widget.description.text()
    assert "sar.tif" in widget.description.text()
    window.close()


def test_layer_with_too_few_bands_is_named_in_the_dialog(
    layers: dict[str, Any], installed: dict[str, str], tmp_path: Path
) -> None:
    """Before the run refuses it."""
    one = write_tiff(tmp_path / "grey.tif", np.ones((1, 5, 5), np.uint8), (500_000.0, 5_000_000.0), 10.0, 32633)
    window = dialog(layers, MODEL="Towns", OPTICAL=one)
    assert "has 1 band; the model was trained on 3" in model_widget(window).description.text()
    window.close()


def test_what_is_no_model_is_said_below_the_choice(layers: dict[str, Any], installed: dict[str, str]) -> None:
    """The text stays as typed."""
    window = dialog(layers, MODEL="Tawns")
    widget = model_widget(window)
    assert widget.choice.currentText() == "Tawns" and widget.value() == "Tawns"
    assert "Did you mean &#x27;Towns&#x27;?" in widget.description.text()
    window.close()


def test_path_of_the_history_is_shown_as_it_is(
    layers: dict[str, Any], installed: dict[str, str], model: str
) -> None:
    """A model that lies elsewhere."""
    window = dialog(layers, MODEL=model)
    assert window.mainWidget().createProcessingParameters()["MODEL"] == model
    assert "Classes:" in model_widget(window).description.text()
    window.close()


def test_batch_rows_have_the_list_without_the_description(provider: Any, installed: dict[str, str]) -> None:
    """A table has no room for it."""
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog
    from qgis.core import QgsApplication

    window = BatchAlgorithmDialog(QgsApplication.processingRegistry().createAlgorithmById("rgbsar:classify"))
    panel = window.mainWidget()
    wrapper = panel.wrappers[0][panel.parameter_to_column["MODEL"]]
    assert wrapper.widget.description is None
    wrapper.setParameterValue("Towns", panel.processing_context if hasattr(panel, "processing_context") else None)
    assert wrapper.parameterValue() == installed["Towns"]
    window.close()


def test_model_designer_keeps_its_own_widget(provider: Any) -> None:
    """There the value may be an input of the model."""
    from processing.modeler.ModelerParametersDialog import ModelerParametersDialog
    from qgis.core import QgsApplication, QgsProcessingModelAlgorithm
    from qgis.gui import QgsProcessingModelerParameterWidget

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rgbsar:classify")
    window = ModelerParametersDialog(algorithm, QgsProcessingModelAlgorithm("chain", "tests"))
    wrappers = window.widget.widget.wrappers if hasattr(window.widget, "widget") else window.widget.wrappers
    assert isinstance(wrappers["MODEL"], QgsProcessingModelerParameterWidget)
    window.close()


def test_options_page_keeps_what_was_chosen_and_refuses_what_is_missing(
    provider: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interpreter, models folder, device and threads; the last two become defaults of the classify dialog."""
    from qgis.core import QgsApplication, QgsSettings
    from qgis.PyQt.QtWidgets import QMessageBox

    from qgis_plugin import models, runtime
    from qgis_plugin.options import OptionsPage

    warnings: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda parent, title, text: warnings.append(text))
    page = OptionsPage(None)
    assert page.status.text() == f"Runs in {sys.executable}"
    page.models_folder.setFilePath(str(tmp_path / "missing"))
    page.apply()
    assert len(warnings) == 1 and "is no folder" in warnings[0] and not page.isValid()
    page.models_folder.setFilePath(str(tmp_path))
    page.device.setCurrentIndex(page.device.findData("cpu"))
    page.threads.setValue(3)
    page.apply()
    assert models.folder() == tmp_path
    again = OptionsPage(None)
    assert (again.device.currentData(), again.threads.value()) == ("cpu", 3)
    assert runtime.interpreter_setting() == sys.executable
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rgbsar:classify")
    assert algorithm.parameterDefinition("THREADS").defaultValue() == 3
    assert algorithm.parameterDefinition("DEVICE").defaultValue() == 1
    for name in (runtime.MODELS_FOLDER_SETTING, runtime.DEVICE_SETTING, runtime.THREADS_SETTING):
        QgsSettings().remove(name)


def test_options_page_is_registered_with_a_window_and_removed_on_unload(qgis: Any) -> None:
    """By a stand-in for QGIS's interface."""
    from qgis_plugin.options import OptionsFactory
    from qgis_plugin.plugin import RgbSarPlugin

    class Interface:
        def __init__(self) -> None:
            self.factories: list[Any] = []

        def registerOptionsWidgetFactory(self, factory: Any) -> None:
            self.factories.append(factory)

        def unregisterOptionsWidgetFactory(self, factory: Any) -> None:
            self.factories.remove(factory)

    interface = Interface()
    plugin = RgbSarPlugin(interface)
    plugin.initProcessing = lambda: None  # type: ignore[method-assign]
    plugin.initGui()
    (factory,) = interface.factories
    assert isinstance(factory, OptionsFactory) and not factory.icon().isNull()
    before = dict(sys.modules)
    plugin.unload()
    sys.modules.update(before)  # the other tests go on with these modules
    assert interface.factories == []
