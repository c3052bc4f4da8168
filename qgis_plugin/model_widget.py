"""The widget of a model parameter: installed models by title, and below what the chosen one needs and will take."""

from __future__ import annotations

from html import escape
from typing import Any, Optional

from processing.gui.wrappers import WidgetWrapper
from qgis.core import QgsProcessingContext, QgsProcessingParameters
from qgis.gui import QgsGui
from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from . import core_link, models

LAYER_PARAMETERS = {"OPTICAL": "optical", "SAR": "sar"}
BAND_PARAMETERS = {"OPTICAL_BANDS": "optical", "SAR_BANDS": "sar"}


class ModelWidget(QWidget):
    """A list of installed models that also takes a path, a button to look for a file, and a description."""

    changed = pyqtSignal()

    def __init__(self, described: bool) -> None:
        super().__init__()
        self._rasters: dict[str, str] = {}
        self._chosen: set[str] = set()
        self.choice = QComboBox()
        self.choice.setEditable(True)
        self.choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for model in models.installed():
            self.choice.addItem(model.card.title, str(model.path))
            self.choice.setItemData(self.choice.count() - 1, str(model.path), Qt.ItemDataRole.ToolTipRole)
        self.choice.setCurrentIndex(-1)
        button = QToolButton()
        button.setText("…")
        button.setToolTip(_tr("Look for a model file"))
        button.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.choice)
        row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        self.description: Optional[QLabel] = None
        if described:
            self.description = QLabel()
            self.description.setWordWrap(True)
            self.description.setTextFormat(Qt.TextFormat.RichText)
            self.description.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(self.description)
        self.choice.currentTextChanged.connect(self._tell)

    def value(self) -> str:
        """Path of the chosen model, or what the user typed."""
        text, index = self.choice.currentText(), self.choice.currentIndex()
        if index < 0 or self.choice.itemText(index) != text:
            index = self.choice.findText(text)
        return str(self.choice.itemData(index)) if index >= 0 else text.strip()

    def set_value(self, value: Any) -> None:
        """Choose a model by path, name or title; anything else is shown as it is."""
        text = str(value or "")
        try:
            path = models.find(text) if text else ""
        except core_link.errors.ModelFileError:
            path = text
        index = self.choice.findData(path)
        if index >= 0:
            self.choice.setCurrentIndex(index)
        else:
            self.choice.setCurrentIndex(-1)
            self.choice.setEditText(text)
        self._tell()

    def set_layer(self, role: str, layer: Any) -> None:
        """Tell which layer is chosen beside, to say which of its bands will be taken."""
        self._rasters[role] = models.local_source(layer, role)  # no layer is kept: the user may remove it
        self._describe()

    def set_bands(self, role: str, chosen: Any) -> None:
        """Tell whether the user chose bands of that layer: then nothing needs to be said of them."""
        (self._chosen.add if chosen else self._chosen.discard)(role)
        self._describe()

    def _tell(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        if self.description is None:
            return
        text = self.value()
        self.description.setText(self._text(text) if text else "")
        self.description.setVisible(bool(text))

    def _text(self, value: str) -> str:
        try:
            card = core_link.model_card.read_card(models.find(value))
        except core_link.errors.ModelFileError as error:
            return f"<i>{escape(str(error))}</i>"
        left = {role: source for role, source in self._rasters.items() if role not in self._chosen}
        lines = models.band_lines(card, left)
        needs: str = core_link.core_module("card_text").needs_html(card)
        return "<br>".join([needs, *(f"<i>{escape(line)}</i>" for line in lines)])

    def _browse(self) -> None:
        files = _tr("Model files (*.safetensors);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self, _tr("Model file"), str(models.folder()), files)
        if path:
            self.set_value(path)


class _DialogWrapper(WidgetWrapper):
    """Puts the widget into Processing's dialog, or a row of its batch table."""

    def createWidget(self, **_: Any) -> ModelWidget:
        """Called by the base class."""
        widget = ModelWidget(described=type(self.dialog).__name__ != "BatchAlgorithmDialog")
        widget.changed.connect(lambda: self.widgetValueHasChanged.emit(self))
        return widget

    def setValue(self, value: Any) -> None:
        """Called with the default and with values of the history."""
        self.widget.set_value(value)

    def value(self) -> str:
        """What the algorithm gets."""
        return str(self.widget.value())

    def postInitialize(self, wrappers: list[Any]) -> None:
        """Follow the layers chosen beside."""
        for wrapper in wrappers:
            if wrapper.parameterDefinition().name() in {**LAYER_PARAMETERS, **BAND_PARAMETERS}:
                wrapper.widgetValueHasChanged.connect(self._follow)
                self._follow(wrapper)

    def _follow(self, wrapper: Any) -> None:
        parameter, context = wrapper.parameterDefinition(), QgsProcessingContext()
        if parameter.name() in BAND_PARAMETERS:
            self.widget.set_bands(BAND_PARAMETERS[parameter.name()], wrapper.parameterValue())
            return
        if self.widgetContext().project() is not None:
            context.setProject(self.widgetContext().project())
        values = {parameter.name(): wrapper.parameterValue()}
        layer = QgsProcessingParameters.parameterAsRasterLayer(parameter, values, context)
        self.widget.set_layer(LAYER_PARAMETERS[parameter.name()], layer)


class ModelWidgetWrapper:
    """What Processing asks for a wrapper: ours in dialogs and batch, QGIS's own in the Model Designer.

    There the value may also be an input or an output of the model, which only QGIS's widget offers.
    """

    def __new__(cls, parameter: Any, dialog: Any, row: int = 0, col: int = 0, **_: Any) -> Any:
        """The wrapper for this dialog."""
        if type(dialog).__name__ != "ModelerParametersDialog":
            return _DialogWrapper(parameter, dialog, row, col)
        registry = QgsGui.processingGuiRegistry()
        return registry.createModelerParameterWidget(dialog.model, dialog.childId, parameter, dialog.context)


def _tr(text: str) -> str:
    return QCoreApplication.translate("RgbSar", text)
