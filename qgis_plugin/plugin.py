"""The plugin's life: registers the provider and its options page, and leaves nothing behind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Optional

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from . import runtime, when_loaded
from .provider import RgbSarProvider

TRANSLATIONS = Path(__file__).parent / "i18n"
TRADITIONAL_CHINESE = ("zh_Hant", "zh_TW", "zh_HK")  # ours is simplified


class RgbSarPlugin:
    """Registers one Processing provider and one page of QGIS's options.

    Args:
        iface: QGIS's interface, or None where there is no window (``qgis_process``, tests).
    """

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: Optional[RgbSarProvider] = None
        self._translator: Optional[QTranslator] = None
        self.options: Any = None

    def initProcessing(self) -> None:
        """Register the provider; QGIS calls this alone in ``qgis_process``."""
        application = QgsApplication.instance()
        self._translate(application.translation() or application.locale())  # the first: what QGIS's window speaks
        self.provider = RgbSarProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)
        self.provider.refreshAlgorithms()  # the chain finds its steps only once QGIS knows the provider

    def initGui(self) -> None:
        """Register the provider and the options page in QGIS with a window."""
        self.initProcessing()
        if self.iface is not None:
            from .options import OptionsFactory

            self.options = OptionsFactory()
            self.iface.registerOptionsWidgetFactory(self.options)

    def unload(self) -> None:
        """End the worker, remove what was registered, and forget our modules so that an upgrade runs its own code."""
        runtime.stop_engine()
        when_loaded.forget_changes()
        if self.options is not None:
            self.iface.unregisterOptionsWidgetFactory(self.options)
            self.options = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
        package = __name__.rpartition(".")[0]
        for name in [name for name in sys.modules if name == package or name.startswith(package + ".")]:
            del sys.modules[name]

    def _translate(self, locale: str) -> None:
        """Show the interface in QGIS's language if there is a translation, else in English."""
        locale = locale.replace("-", "_")
        file = TRANSLATIONS / f"rgbsar_{locale.partition('_')[0]}.qm"
        translator = QTranslator()
        if not locale.startswith(TRADITIONAL_CHINESE) and file.is_file() and translator.load(str(file)):
            QCoreApplication.installTranslator(translator)
            self._translator = translator
