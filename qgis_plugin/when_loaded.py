"""A result's name, and a change to its layer once QGIS has loaded it into the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Optional

from qgis.core import QgsProcessingLayerPostProcessorInterface, QgsProviderRegistry, QgsVectorLayer

Change = Callable[[Any, Any], None]

OUTPUT_LABELS: set[str] = set()
"""What QGIS calls results nobody has given a name."""

CHAIN_LABELS: dict[str, str] = {}
"""Outputs of our own model: their names are made for scripts, and QGIS would call the layers so."""

_alive: dict[str, _WhenLoaded] = {}  # QGIS keeps only a C++ pointer: without this Python deletes the object first


class _WhenLoaded(QgsProcessingLayerPostProcessorInterface):
    def __init__(self, path: str, change: Change) -> None:
        super().__init__()
        self._path = path
        self._change = change

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        """Called by QGIS in the main thread."""
        others = _others_of_its_file(layer, context.project())
        _open_anew([layer, *others])
        self._change(layer, context)
        layer.triggerRepaint()
        for other in others:
            if other.renderer() is not None and other.renderer().type() == layer.renderer().type():
                other.setRenderer(layer.renderer().clone())  # its classes may be those of the old file
            other.triggerRepaint()
        _alive.pop(self._path, None)


def _file(layer: Any) -> Path:
    return Path(QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source()).get("path") or "")


def _others_of_its_file(layer: Any, project: Optional[Any]) -> list[Any]:
    """The project's other layers that show the same file."""
    layers = project.mapLayers().values() if project is not None else ()
    return [other for other in layers if other != layer and _file(other) == _file(layer)]


def _open_anew(layers: list[Any]) -> None:
    """Show the file as it is now: QGIS takes the layer it has of a file this run replaced, with the old file open.

    The first layer, the result's, starts from its file's style; others keep their own.
    """
    sources = [(layer, layer.source(), layer.name(), layer.providerType()) for layer in layers]
    side_file = Path(sources[0][1] + ".aux.xml")
    kept = side_file.read_bytes() if side_file.is_file() else None
    for layer, _, name, provider in sources:
        layer.setDataSource("", name, provider)  # closes the old file; GDAL writes its statistics beside the new one
    if kept is not None:
        side_file.write_bytes(kept)
    elif side_file.is_file():
        side_file.unlink()
    for layer, source, name, provider in sources:
        layer.setDataSource(source, name, provider, layer is layers[0])
        if isinstance(layer, QgsVectorLayer):
            layer.updateExtents()


def when_loaded(context: Any, path: Optional[str], name: str, change: Change) -> Any:
    """Have a result named and changed if QGIS is going to load it.

    Args:
        context: QGIS's processing context.
        path: the result, as returned by the algorithm; None or "" if it was not asked for.
        name: layer name, unless the result has one already, as the outputs of a model do (users may have chosen file
            names in Processing's options instead).
        change: called with the layer and the context.

    Returns:
        QGIS's details of how it loads the layer, or None if it does not.
    """
    if not path or not context.willLoadLayerOnCompletion(path):
        return None
    details = context.layerToLoadOnCompletionDetails(path)
    details.name = name if details.name in OUTPUT_LABELS else CHAIN_LABELS.get(details.name, details.name)
    _alive[path] = _WhenLoaded(path, change)
    details.setPostProcessor(_alive[path])
    return details


def forget_changes() -> None:
    """Drop what still waits; called when the plugin is unloaded."""
    _alive.clear()
