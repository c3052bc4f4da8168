"""Takes the pictures of ``docs/user/images``: runs inside a real QGIS window, by ``make screenshots``.

    xvfb-run -a -s "-screen 0 1400x900x24" qgis.bin --noversioncheck --nologo --code tools/screenshots.py

(``qgis`` instead of ``qgis.bin`` where there is no wrapper.) Every algorithm's dialog is pictured as
``<id>-dialog.png``, filled from FILLED where its parameters have these names. Environment: ``RGBSAR_ROOT`` is the
working copy (default: the current folder), ``RGBSAR_PYTHON`` the Python with torch (default: that of ``.venv``),
``RGBSAR_PICTURES`` the folder to write to. Use a throw-away profile: ``QGIS_CUSTOM_CONFIG_PATH=$(mktemp -d)``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtWidgets import QLineEdit
from qgis.utils import iface

ROOT = Path(os.environ.get("RGBSAR_ROOT", os.getcwd()))
PICTURES = Path(os.environ.get("RGBSAR_PICTURES", ROOT / "docs" / "user" / "images"))
LONGEST_RUN_SECONDS = 300
COLOURS = 128  # in a picture: windows need few, and the repository shall stay small
LEAST_DIFFERENCE = 10  # of two colours, in one channel
SIZE = (900, 700)
FILLED: dict[str, dict[str, Any]] = {
    "": {"OPTICAL": "Sentinel-2", "SAR": "Sentinel-1 VH", "MAP": "Land cover: Sentinel-2"},
    "preparesar": {"INPUT": "Sentinel-1 VH", "GRID": "Sentinel-2"},
    "refinemap": {"INPUT": "Land cover: Sentinel-2", "CONFIDENCE": "Confidence (%)", "MINIMUM_AREA": 0.5},
    "comparemaps": {"BEFORE": "Land cover: Sentinel-2", "AFTER": "Refined: Land cover: Sentinel-2"},
    "assessaccuracy": {"REFERENCE": "Polygons"},
    "createtrainingdata": {"LABELS": "Polygons"},
}
"""Algorithm -> parameter -> layer name or value; "" is for every algorithm that has such a parameter."""


def pause(seconds: float) -> None:
    """Let QGIS work on its events."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.02)


def save(widget: Any, name: str) -> None:
    """Write what a widget shows, in its most frequent colours."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    pixels = picture.constBits().asstring(picture.sizeInBytes())
    row, used = picture.bytesPerLine(), 3 * picture.width()
    counts: Counter[bytes] = Counter()
    for start in range(0, len(pixels), row):
        line = pixels[start : start + used]
        counts.update(line[at : at + 3] for at in range(0, used, 3))
    table = [QColor(*colour).rgb() for colour in distinct(counts)]
    small = picture.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.AvoidDither)
    small.save(str(PICTURES / name), "PNG", 0)  # 0: smallest file


def distinct(counts: Counter[bytes]) -> list[tuple[int, ...]]:
    """The most frequent colours that differ from each other, so that small coloured things keep theirs."""
    chosen: list[tuple[int, ...]] = []
    for packed, _ in counts.most_common():
        colour = tuple(packed)
        if all(max(abs(a - b) for a, b in zip(colour, other)) > LEAST_DIFFERENCE for other in chosen):
            chosen.append(colour)
            if len(chosen) == COLOURS:
                break
    return chosen


def layer(name: str) -> Any:
    """A layer of the project by its name, or None."""
    return next(iter(QgsProject.instance().mapLayersByName(name)), None)


def open_dialog(name: str, **more: Any) -> Any:
    """The algorithm's dialog, filled."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"rgbsar:{name}")
    known = {parameter.name() for parameter in algorithm.parameterDefinitions()}
    wanted = {**FILLED[""], **FILLED.get(name, {}), **more}
    parameters = {}
    for key, value in wanted.items():
        found = layer(value) if isinstance(value, str) else None
        if key in known:
            parameters[key] = found.id() if found is not None else value
    dialog = AlgorithmDialog(algorithm, False, iface.mainWindow())
    dialog.setParameters(parameters)
    dialog.resize(*SIZE)
    dialog.show()
    pause(1)
    for line in dialog.findChildren(QLineEdit):
        line.deselect()  # the extent's text is marked when it is set
    return dialog


def run(dialog: Any) -> None:
    """Press Run and wait."""
    dialog.runAlgorithm()
    end = time.monotonic() + LONGEST_RUN_SECONDS
    while not dialog.wasExecuted() and time.monotonic() < end:
        pause(0.3)
    pause(2)


def take_pictures() -> None:
    """The dialog before the run, the log after it, the map in the main window; then every other dialog."""
    sys.path.insert(0, str(ROOT))
    from qgis_plugin import classFactory, runtime

    if not runtime.is_configured():
        runtime.choose_interpreter(os.environ.get("RGBSAR_PYTHON") or str(ROOT / ".venv" / "bin" / "python"))
    plugin = classFactory(iface)
    plugin.initGui()
    iface.mainWindow().resize(1380, 860)
    for path, name in (("sar.tif", "Sentinel-1 VH"), ("optical.tif", "Sentinel-2")):
        QgsProject.instance().addMapLayer(QgsRasterLayer(str(ROOT / "examples" / path), name))
    iface.zoomToActiveLayer()
    pause(1)
    folder = tempfile.mkdtemp(prefix="rgbsar-")
    (model,) = (ROOT / "models").glob("*.safetensors")
    results = {"OUTPUT": f"{folder}/landcover.tif", "CONFIDENCE": f"{folder}/confidence.tif"}
    dialog = open_dialog("classify", MODEL=str(model), **results)
    save(dialog, "classify-dialog.png")
    run(dialog)
    save(dialog, "classify-log.png")
    dialog.close()
    iface.mapCanvas().refresh()
    pause(4)
    save(iface.mainWindow(), "result.png")
    dialog = open_dialog("refinemap", OUTPUT=f"{folder}/refined.tif")
    run(dialog)
    dialog.close()
    polygons = str(ROOT / "examples" / "training_polygons.geojson")
    QgsProject.instance().addMapLayer(QgsVectorLayer(polygons, "Polygons"))
    for algorithm in QgsApplication.processingRegistry().providerById("rgbsar").algorithms():
        if algorithm.name() != "classify":
            dialog = open_dialog(algorithm.name())
            save(dialog, f"{algorithm.name()}-dialog.png")
            dialog.close()
    save_options()
    plugin.unload()


def save_options() -> None:
    """The plugin's page of QGIS's options, as a new user sees it."""
    from qgis_plugin import runtime
    from qgis_plugin.options import OptionsPage

    runtime.choose_interpreter("")
    page = OptionsPage(None)
    page.resize(760, 230)
    page.show()
    pause(1)
    save(page, "options-page.png")
    page.close()


def main() -> None:
    """Take the pictures, then end QGIS whatever happened."""
    try:
        take_pictures()
    except Exception:  # noqa: BLE001 (a script in a window nobody sees: show it and leave)
        traceback.print_exc()
    finally:
        QgsProject.instance().clear()
        sys.stdout.flush()
        os._exit(0)


QTimer.singleShot(3000, main)
