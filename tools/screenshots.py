"""Takes the pictures of ``docs/user/images``: runs inside a real QGIS window.

    xvfb-run -a -s "-screen 0 1400x900x24" qgis.bin --noversioncheck --nologo --code tools/screenshots.py

(``qgis`` instead of ``qgis.bin`` where there is no wrapper.) Environment: ``RGBSAR_ROOT`` is the working copy
(default: the current folder), ``RGBSAR_PYTHON`` the Python with torch (default: that of ``.venv``),
``RGBSAR_OPTICAL``, ``RGBSAR_SAR`` and ``RGBSAR_MODEL`` the example's files, ``RGBSAR_PICTURES`` the folder to write
to. Use a throw-away profile: ``QGIS_CUSTOM_CONFIG_PATH=$(mktemp -d)``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QTimer
from qgis.PyQt.QtGui import QImage
from qgis.utils import iface

ROOT = Path(os.environ.get("RGBSAR_ROOT", os.getcwd()))
PICTURES = Path(os.environ.get("RGBSAR_PICTURES", ROOT / "docs" / "user" / "images"))
LONGEST_RUN_SECONDS = 300


def pause(seconds: float) -> None:
    """Let QGIS work on its events."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.02)


def save(widget: Any, name: str) -> None:
    """Write what a widget shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    picture.save(str(PICTURES / name), "PNG", 0)  # 0: smallest file


def first(folder: str, pattern: str) -> str:
    """First file of a folder of the working copy that fits a pattern, or ""."""
    found = sorted((ROOT / folder).glob(pattern))
    return str(found[0]) if found else ""


def take_pictures() -> None:
    """Dialog before the run, log after it, and the map in the main window."""
    sys.path.insert(0, str(ROOT))
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    from qgis_plugin import classFactory, runtime

    if not runtime.is_configured():
        runtime.choose_interpreter(os.environ.get("RGBSAR_PYTHON") or str(ROOT / ".venv" / "bin" / "python"))
    plugin = classFactory(iface)
    plugin.initGui()
    iface.mainWindow().resize(1380, 860)
    optical = os.environ.get("RGBSAR_OPTICAL") or first("examples", "*optical*.tif")
    sar = os.environ.get("RGBSAR_SAR") or first("examples", "*sar*.tif")
    model = os.environ.get("RGBSAR_MODEL") or first("models", "*.safetensors")
    for path, name in ((sar, "Sentinel-1 VH"), (optical, "Sentinel-2")):
        QgsProject.instance().addMapLayer(QgsRasterLayer(path, name))
    iface.zoomToActiveLayer()
    pause(1)
    layers = {layer.name(): layer for layer in QgsProject.instance().mapLayers().values()}
    registry = QgsApplication.processingRegistry()
    folder = tempfile.mkdtemp(prefix="rgbsar-")
    parameters = {
        "OPTICAL": layers["Sentinel-2"].id(),
        "SAR": layers["Sentinel-1 VH"].id(),
        "MODEL": model,
        "OUTPUT": f"{folder}/landcover.tif",
        "CONFIDENCE": f"{folder}/confidence.tif",
    }
    dialog = AlgorithmDialog(registry.createAlgorithmById("rgbsar:classify"), False, iface.mainWindow())
    dialog.setParameters(parameters)
    dialog.resize(980, 780)
    dialog.show()
    pause(2)
    save(dialog, "classify-dialog.png")
    dialog.runAlgorithm()
    end = time.monotonic() + LONGEST_RUN_SECONDS
    while not dialog.wasExecuted() and time.monotonic() < end:
        pause(0.3)
    pause(3)
    save(dialog, "classify-log.png")
    dialog.close()
    iface.mapCanvas().refresh()
    pause(4)
    save(iface.mainWindow(), "result.png")
    for name, picture in (("runtime", "runtime"), ("importmodel", "import-model"), ("describemodel", "describe-model")):
        window = AlgorithmDialog(registry.createAlgorithmById(f"rgbsar:{name}"), False, iface.mainWindow())
        window.resize(980, 560)
        window.show()
        pause(1)
        save(window, f"{picture}-dialog.png")
        window.close()
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
