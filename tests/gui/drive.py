"""What a person does in QGIS's window: opens every algorithm, classifies, looks at the map, cancels.

Run inside QGIS by ``conftest.py``: ``qgis.bin --code drive.py``. ``RGBSAR_GUI_PLAN`` names a JSON file with what to
use; what was seen is written as JSON to the plan's ``answer``, which the tests read. Each ``yield`` waits, in QGIS's
own event loop, until what it yields is true.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QComboBox, QDialog, QDialogButtonBox, QLineEdit, QMessageBox, QTextEdit
from qgis.utils import iface, plugins

PLAN = json.loads(Path(os.environ["RGBSAR_GUI_PLAN"]).read_text(encoding="utf-8"))
LONGEST_WAIT = 120.0  # seconds, for any one step
LEFT = Qt.MouseButton.LeftButton
SEEN = {"opened": {}, "problem": ""}


class Pulse:
    """A timer of 10 ms; the longest time between two beats is how long QGIS did not answer."""

    def __init__(self):
        self.timer = QTimer()
        self.timer.timeout.connect(self._beat)
        self._last = self.longest = 0.0

    def start(self):
        self._last, self.longest = time.monotonic(), 0.0
        self.timer.start(10)

    def stop(self):
        self._beat()
        self.timer.stop()
        return self.longest

    def _beat(self):
        now = time.monotonic()
        self.longest, self._last = max(self.longest, now - self._last), now


class Person:
    """Carries on with a generator whenever the condition it waits for has come true."""

    def __init__(self, steps):
        self._steps = steps
        self._condition = lambda: True
        self._deadline = time.monotonic() + LONGEST_WAIT
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(20)

    def _look(self):
        try:
            if not self._condition():
                if time.monotonic() < self._deadline:
                    return
                raise TimeoutError(f"waited {LONGEST_WAIT} s; seen: {SEEN}; message: {message_text()}; log: {log()}")
            self._timer.stop()
            self._condition = next(self._steps)
            self._deadline = time.monotonic() + LONGEST_WAIT
            self._timer.start(20)
        except StopIteration:
            leave()
        except Exception:  # whatever it is, the tests must see it, and QGIS must end
            SEEN["problem"] = traceback.format_exc()
            leave()


def leave():
    part = Path(PLAN["answer"] + ".part")
    part.write_text(json.dumps(SEEN), encoding="utf-8")
    part.replace(PLAN["answer"])
    os._exit(0)


def dialog():
    """The algorithm dialog on the screen, or None."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, AlgorithmDialog) and w.isVisible()), None)


def message_box():
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()), None)


def form():
    """The form of a point of a sample on the screen, or None."""
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    return next((w for w in dialogs if w.findChild(QComboBox, "label")), None)


def message_text():
    return message_box().text() if message_box() else ""


def log():
    """What the open dialog's log says."""
    return "\n".join(page.toPlainText() for page in dialog().findChildren(QTextEdit)) if dialog() else ""


def open_from_toolbox(algorithm):
    """Type the name into the toolbox's search, select the entry, double-click it."""
    toolbox = plugins["processing"].toolbox
    toolbox.searchBox.setText(algorithm.displayName())
    tree = toolbox.algorithmTree
    index = entry(tree, algorithm.id())
    tree.setCurrentIndex(index)
    QTimer.singleShot(0, lambda: tree.doubleClicked.emit(index))  # the dialog has an event loop of its own


def entry(tree, wanted, *parent):
    """Where an algorithm stands in the toolbox's tree; None if it is not there."""
    for row in range(tree.model().rowCount(*parent)):
        index = tree.model().index(row, 0, *parent)
        found = tree.algorithmForIndex(index)
        if found is not None and found.id() == wanted:
            return index
        below = entry(tree, wanted, index)
        if below is not None:
            return below
    return None


def field(name):
    """The widget of a parameter in the open dialog: of QGIS's C++ wrappers, or Processing's Python ones."""
    wrapper = dialog().mainWidget().wrappers[name]
    return wrapper.wrappedWidget() or wrapper.widget


def choose(name, text):
    """Pick an entry of a combo box by what stands there."""
    box = field(name)
    box = box if isinstance(box, QComboBox) else box.findChild(QgsMapLayerComboBox) or box.findChild(QComboBox)
    (row,) = [row for row in range(box.count()) if box.itemText(row).startswith(text)]
    box.setCurrentIndex(row)


def write(name, text):
    """Type into a parameter's line."""
    widget = field(name) if name in dialog().mainWidget().wrappers else dialog().mainWidget().outputWidgets[name]
    line = widget if isinstance(widget, QLineEdit) else widget.findChild(QLineEdit)
    line.selectAll()
    line.insert(text)  # unlike setText, as if typed
    line.editingFinished.emit()


def fill(output):
    choose("OPTICAL", "the optical layer")
    choose("SAR", "the radar layer")
    write("MODEL", PLAN["model"])
    choose("BACKEND", "PyTorch")
    write("OUTPUT", output)


def steps():
    sys.path.insert(0, PLAN["root"])
    from qgis_plugin import classFactory, runtime

    runtime.choose_interpreter(PLAN["python"])
    plugin = classFactory(iface)
    plugin.initGui()
    iface.mainWindow().resize(1380, 860)
    for path, name in ((PLAN["sar"], "the radar layer"), (PLAN["optical"], "the optical layer")):
        QgsProject.instance().addMapLayer(QgsRasterLayer(path, name))
    yield lambda: "processing" in plugins

    algorithms = QgsApplication.processingRegistry().providerById("rgbsar").algorithms()
    SEEN["algorithms"] = [algorithm.id() for algorithm in algorithms]
    for algorithm in algorithms:
        open_from_toolbox(algorithm)
        yield dialog
        wanted = [p.name() for p in algorithm.parameterDefinitions() if not p.isDestination()]
        SEEN["opened"][algorithm.id()] = {
            "title": dialog().windowTitle(),
            "without_widget": [name for name in wanted if name not in dialog().mainWidget().wrappers],
        }
        dialog().close()
        yield lambda: dialog() is None

    classify = QgsApplication.processingRegistry().algorithmById("rgbsar:classify")
    folder = Path(PLAN["folder"])

    open_from_toolbox(classify)
    yield dialog
    fill(str(folder / "refused.tif"))
    choose("OPTICAL", "the radar layer")
    QTimer.singleShot(0, dialog().runButton().click)
    yield message_box
    SEEN["refusal"] = message_box().text()
    message_box().accept()
    yield lambda: message_box() is None
    SEEN["dialog_after_refusal"] = dialog() is not None

    pulse = Pulse()
    fill(str(folder / "map.tif"))
    pulse.start()
    dialog().runButton().click()
    yield lambda: dialog().wasExecuted() or dialog().runButton().isEnabled()
    SEEN["longest_pause"] = pulse.stop()
    SEEN["files_after_run"] = sorted(path.name for path in folder.iterdir())
    dialog().close()
    yield lambda: dialog() is None
    SEEN["canvas_layers"] = [layer.name() for layer in iface.mapCanvas().layers()]
    iface.mapCanvas().setExtent(iface.mapCanvas().layers()[0].extent())
    iface.mapCanvas().refresh()
    yield lambda: not iface.mapCanvas().isDrawing()
    SEEN["colours"] = canvas_colours()

    yield from label_by_hand(str(folder / "map.tif"), str(folder.with_name("sample.gpkg")))

    open_from_toolbox(classify)
    yield dialog
    fill(str(folder / "cancelled.tif"))
    field("RESUME").setChecked(False)  # else the finished rows stay, for the next run
    dialog().runButton().click()
    yield lambda: "Classifying: row" in log()
    SEEN["files_in_run"] = sorted(path.name for path in folder.iterdir())
    pulse.start()
    pressed = time.monotonic()
    dialog().cancelButton().click()
    yield lambda: dialog().runButton().isEnabled()
    SEEN["seconds_to_cancel"] = time.monotonic() - pressed
    SEEN["longest_pause_of_cancel"] = pulse.stop()
    SEEN["log_after_cancel"] = log()
    SEEN["files_after_cancel"] = sorted(path.name for path in folder.iterdir())
    dialog().close()
    yield lambda: dialog() is None
    plugin.unload()
    SEEN["provider_after_unload"] = QgsApplication.processingRegistry().providerById("rgbsar") is not None


def label_by_hand(land_cover, path):
    """Draw a sample, choose a class for its first point with the mouse, take that back, choose again, assess."""
    import processing

    processing.runAndLoadResults("rgbsar:designsample", {"MAP": land_cover, "TOTAL": 100, "OUTPUT": path})
    (sample,) = (layer for layer in QgsProject.instance().mapLayers().values() if layer.source() == path)
    point = min(feature.id() for feature in sample.getFeatures())
    sample.startEditing()
    SEEN["chosen"] = []
    for row in (1, -1, 1):
        iface.openFeatureForm(sample, sample.getFeature(point), False, False)
        yield form
        box = form().findChild(QComboBox, "label")
        SEEN["choices"] = [box.itemText(entry) for entry in range(box.count())]
        yield from click_entry(box, row % box.count())
        QTest.mouseClick(form().findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok), LEFT)
        yield lambda: form() is None
        SEEN["chosen"].append(sample.getFeature(point)["label"] or "")
    sample.commitChanges()
    SEEN["assessed"] = processing.run("rgbsar:assessaccuracy", {"MAP": land_cover, "REFERENCE": sample})["UNITS"]
    QgsProject.instance().removeMapLayer(sample)


def click_entry(box, row):
    """Open a combo box and click an entry of its list."""
    QTest.mouseClick(box, LEFT)
    entries = box.view()
    ready = time.monotonic() + 2 * QApplication.doubleClickInterval() / 1000  # Qt passes over an earlier click
    yield lambda: entries.isVisible() and time.monotonic() > ready
    place = entries.visualRect(entries.model().index(row, 0)).center()
    QTest.mouseClick(entries.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    yield lambda: not entries.isVisible()


def canvas_colours():
    """Colour -> share of the canvas's pixels, of those above one in a thousand."""
    picture = iface.mapCanvas().viewport().grab().toImage()
    counts = {}
    for row in range(0, picture.height(), 3):
        for column in range(0, picture.width(), 3):
            colour = picture.pixelColor(column, row).name()
            counts[colour] = counts.get(colour, 0) + 1
    total = sum(counts.values())
    return {colour: count / total for colour, count in counts.items() if count > total / 1000}


PERSON = Person(steps())
