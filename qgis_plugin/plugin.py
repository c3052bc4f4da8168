"""The plugin's life: registers the provider and its options page, and leaves nothing behind."""

from __future__ import annotations

import sys
from typing import Any, Optional

from qgis.core import QgsApplication

from . import runtime, styling
from .provider import RgbSarProvider


class RgbSarPlugin:
    """Registers one Processing provider and one page of QGIS's options.

    Args:
        iface: QGIS's interface, or None where there is no window (``qgis_process``, tests).
    """

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: Optional[RgbSarProvider] = None
        self.options: Any = None

    def initProcessing(self) -> None:
        """Register the provider; QGIS calls this alone in ``qgis_process``."""
        self.provider = RgbSarProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

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
        styling.forget_styles()
        if self.options is not None:
            self.iface.unregisterOptionsWidgetFactory(self.options)
            self.options = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        package = __name__.rpartition(".")[0]
        for name in [name for name in sys.modules if name == package or name.startswith(package + ".")]:
            del sys.modules[name]
