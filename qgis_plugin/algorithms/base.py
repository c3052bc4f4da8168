"""What all our algorithms share: identity, help, and the translation of the core's errors."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, Callable, Optional, TypeVar

from qgis.core import QgsProcessingAlgorithm, QgsProcessingException, QgsProcessingParameterDefinition
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtGui import QIcon

from .. import core_link, runtime, when_loaded

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
HELP_URL = "https://github.com/rgbsar/rgbsar-landcover"

Result = TypeVar("Result")


class RgbSarAlgorithm(QgsProcessingAlgorithm):
    """Base class; a subclass sets the constants and writes ``name``, ``initAlgorithm`` and ``processAlgorithm``."""

    ICON = "icon.svg"
    DESCRIPTION = ""
    """HTML paragraphs at the top of the help panel."""

    def tr(self, text: str) -> str:
        """Translate a text of the interface."""
        return QCoreApplication.translate("RgbSar", text)

    def createInstance(self) -> RgbSarAlgorithm:
        """QGIS runs a fresh copy each time."""
        return type(self)()

    def icon(self) -> QIcon:
        """Toolbox icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Icon for the Model Designer."""
        return str(RESOURCES / self.ICON)

    def helpUrl(self) -> str:
        """Target of the Help button."""
        return HELP_URL

    def shortHelpString(self) -> str:
        """Description, then the help of every parameter, as HTML."""
        parts = [self.tr(self.DESCRIPTION)]
        for parameter in self.parameterDefinitions():
            if parameter.help():
                name = html.escape(parameter.description())
                parts.append(f"<p><b>{name}</b><br>{html.escape(parameter.help())}</p>")
        return "\n".join(parts)

    def add(self, parameter: Any, help_text: str, advanced: bool = False) -> None:
        """Add a parameter with its help."""
        parameter.setHelp(self.tr(help_text))
        if advanced:
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        if parameter.isDestination():
            when_loaded.OUTPUT_LABELS.add(parameter.description())
        self.addParameter(parameter)

    def checkParameterValues(self, parameters: dict[str, Any], context: Any) -> tuple[bool, str]:
        """Refuse, with one sentence, what can be seen wrong before any work.

        Ours comes before QGIS's own: of a file that is no raster QGIS only says "not found".
        """
        try:
            message = self.refusal(parameters, context)
        except core_link.errors.RgbSarError as error:
            message = str(error)
        return (False, message) if message else super().checkParameterValues(parameters, context)

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        """Why these parameters cannot be used, or "" (subclasses)."""
        return ""

    def is_empty(self, parameters: dict[str, Any], name: str, context: Any) -> bool:
        """Whether an optional number or text is left out: None, "", or an expression that gives NULL."""
        emptied = name in parameters and parameters[name] in (None, "")  # QGIS would take the default, or 0
        return emptied or not self.parameterAsString(parameters, name, context)

    def guarded(self, work: Callable[[], Result], feedback: Any) -> Optional[Result]:
        """Call the core; the only place where its errors become QGIS's.

        Returns:
            What ``work`` returns, or None after the user cancelled.

        Raises:
            QgsProcessingException: with the core's sentence.
        """
        try:
            return work()
        except core_link.errors.OperationCancelled as error:
            feedback.pushInfo(f'{self.tr("Cancelled.")} {error.kept or self.tr("Nothing was written.")}')
            return None
        except core_link.errors.MissingDependencyError as error:
            raise QgsProcessingException(runtime.with_remedy(str(error))) from error
        except core_link.errors.RgbSarError as error:
            raise QgsProcessingException(str(error)) from error
        except MemoryError as error:
            raise QgsProcessingException(core_link.errors.OUT_OF_MEMORY) from error
        except OSError as error:  # above all a full disk, which may show at any file, temporary ones included
            raise QgsProcessingException(
                f"A file could not be read or written ({error}); expected room for it and the right to do so. Free "
                "disk space, or choose other folders."
            ) from error
