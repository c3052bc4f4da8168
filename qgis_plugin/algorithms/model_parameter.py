"""The parameter that names a model: a file for scripts, a list of installed models in the dialog."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingParameterFile

from .. import models

_WIDGET = f"{__package__.rpartition('.')[0]}.model_widget.ModelWidgetWrapper"


def model_parameter(name: str, label: str, optional: bool = False) -> QgsProcessingParameterFile:
    """A parameter whose value is a path, or the name or title of an installed model.

    It is QGIS's file parameter, so that saved models and scripts keep working; only its widget is ours. No filter: QGIS
    would refuse a title as a file of the wrong kind.
    """
    parameter = QgsProcessingParameterFile(
        name, label, QgsProcessingParameterFile.Behavior.File, "", models.default(), optional, "All files (*)"
    )
    parameter.setMetadata({"widget_wrapper": {"class": _WIDGET}})
    return parameter


def model_path(algorithm: Any, parameters: dict[str, Any], name: str, context: Any) -> str:
    """The model file a parameter means, or "" for none.

    Raises:
        ModelFileError: no installed model is called so.
    """
    text = algorithm.parameterAsFile(parameters, name, context)
    if not text or parameters.get(name, text) in (None, ""):
        return ""
    return models.find(text)
