"""The plugin's page in QGIS's options: which Python runs the network, where models lie, defaults of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsSettings
from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QMessageBox, QPushButton, QSpinBox, QVBoxLayout

from . import core_link, diagnosis, models, runtime
from .algorithms.classify_parameters import CHOICES

ICON = Path(__file__).parent / "resources" / "icon.svg"
_MOST_THREADS = 1024


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page each time the options open; registered while the plugin is loaded."""

    def __init__(self) -> None:
        super().__init__("RGB-SAR Land Cover", QIcon(str(ICON)))

    def icon(self) -> QIcon:
        """Shown in the list of pages."""
        return QIcon(str(ICON))

    def createWidget(self, parent: Any) -> OptionsPage:
        """Called by QGIS."""
        return OptionsPage(parent)


class OptionsPage(QgsOptionsPageWidget):
    """Nothing is started or downloaded here: the algorithm Runtime does that, one click away."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.interpreter = QgsFileWidget()
        self.interpreter.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.interpreter.lineEdit().setPlaceholderText(_tr("Automatic: managed environment, else QGIS's own Python"))
        self.models_folder = QgsFileWidget()
        self.models_folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.models_folder.lineEdit().setPlaceholderText(str(models.folder()))
        self.device = QComboBox()
        for word, label in CHOICES["DEVICE"]:
            self.device.addItem(_tr(label), word)
        self.threads = QSpinBox()
        self.threads.setRange(0, _MOST_THREADS)
        self.threads.setSpecialValueText(_tr("All"))
        self.set_up = QPushButton(_tr("Set up the runtime…"))
        self.set_up.clicked.connect(self._open_runtime)
        form = QFormLayout()
        form.addRow(_tr("Engine"), self.status)
        form.addRow("", self.set_up)
        form.addRow(_tr("Python of the engine"), self.interpreter)
        form.addRow(_tr("Models folder"), self.models_folder)
        form.addRow(_tr("Default device"), self.device)
        form.addRow(_tr("Default CPU threads"), self.threads)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addStretch(1)
        self._read()

    def isValid(self) -> bool:
        """Asked before the options close; QGIS 3.22 does not ask, so :meth:`apply` looks again."""
        return not self._problem()

    def apply(self) -> None:
        """Called on OK: a changed interpreter ends the running engine."""
        problem = self._problem()
        if problem:
            QMessageBox.warning(self, "RGB-SAR Land Cover", problem)
            return
        interpreter = self.interpreter.filePath().strip()
        if interpreter != runtime.interpreter_setting():
            runtime.choose_interpreter(interpreter)
        settings = QgsSettings()
        settings.setValue(runtime.MODELS_FOLDER_SETTING, self.models_folder.filePath().strip())
        settings.setValue(runtime.DEVICE_SETTING, self.device.currentData())
        settings.setValue(runtime.THREADS_SETTING, self.threads.value() or "")

    def _read(self) -> None:
        settings = QgsSettings()
        self.interpreter.setFilePath(runtime.interpreter_setting())
        self.models_folder.setFilePath(str(settings.value(runtime.MODELS_FOLDER_SETTING, "") or ""))
        self.device.setCurrentIndex(max(self.device.findData(runtime.device_setting()), 0))
        self.threads.setValue(runtime.threads_setting() or 0)
        self.status.setText(_status())

    def _problem(self) -> str:
        interpreter, folder = self.interpreter.filePath().strip(), self.models_folder.filePath().strip()
        if interpreter and not Path(interpreter).exists():
            return _tr("'{}' does not exist. Choose a python program or an environment's folder.").format(interpreter)
        if folder and not Path(folder).is_dir():
            return _tr("'{}' is no folder. Choose an existing folder for the models, or none.").format(folder)
        return ""

    def _open_runtime(self) -> None:
        import processing

        processing.execAlgorithmDialog("rgbsar:runtime")
        self.interpreter.setFilePath(runtime.interpreter_setting())
        self.status.setText(_status())


def _status() -> str:
    """A cheap look: no process is started when the options open."""
    if runtime.is_interrupted():
        return _tr("The creation of the managed environment was interrupted. Set up the runtime to go on.")
    if not runtime.is_configured():
        return _tr("Not set up: the network needs PyTorch.")
    try:
        return _tr("Runs in {}").format(diagnosis.hide_home(runtime.find_interpreter()))
    except core_link.errors.MissingDependencyError as error:
        return diagnosis.hide_home(str(error))


def _tr(text: str) -> str:
    return QCoreApplication.translate("RgbSar", text)
