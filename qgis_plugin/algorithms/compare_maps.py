"""``rgbsar:comparemaps``: two land-cover layers become a change layer and a change matrix."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from .. import core_link, sources, styling
from .. import feedback as reporting
from .base import RgbSarAlgorithm

GRIDS = ("before", "after")
FORMATS = ("GTiff", "COG")


class CompareMapsAlgorithm(RgbSarAlgorithm):
    """Change matrix and change raster of two class rasters."""

    BEFORE, AFTER, MATCHES, GRID, FORMAT = "BEFORE", "AFTER", "MATCHES", "GRID", "FORMAT"
    OUTPUT, MATRIX = "OUTPUT", "MATRIX"
    ICON = "compare.svg"
    DESCRIPTION = (
        "<p>Holds two land-cover layers of the same place against each other: which class became which, in pixels and "
        "hectares, and a layer that names every change. Layers on different pixels or in different CRS are put on "
        "one grid.</p>"
        "<p>Classes are matched by name; where the names differ, a table says which mean the same.</p>"
        "<p>Errors of both maps count as change. For the area of change with its uncertainty, assess the change layer "
        "with a reference sample.</p>"
    )

    def name(self) -> str:
        return "comparemaps"

    def displayName(self) -> str:
        return self.tr("Compare maps (change matrix)")

    def group(self) -> str:
        return self.tr("Map")

    def groupId(self) -> str:
        return "map"

    def tags(self) -> list[str]:
        words = "land cover,change,change detection,change matrix,transition,from-to,cross tabulation,difference,"
        return self.tr(words + "gain,loss,post-classification comparison").split(",")

    def shortDescription(self) -> str:
        return self.tr("What changed between two land-cover layers")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, raster = self.tr, QgsProcessingParameterRasterLayer
        self.add(raster(self.BEFORE, tr("Earlier map")), "Class raster, values 1 to 254; its first band is read.")
        self.add(raster(self.AFTER, tr("Later map")), "Class raster of the same place; it may lie on other pixels.")
        headers = [tr("Class of either map"), tr("Compare as")]
        self.add(
            QgsProcessingParameterMatrix(self.MATCHES, tr("Mapping table"), 0, False, headers, None, True),
            "Only where names differ: a class of either map, and the name to compare it as. Several classes with one "
            "new name count as one. A class that stands alone goes here under its own name.",
        )
        grids = [tr("Pixels of the earlier map"), tr("Pixels of the later map")]
        self.add(
            QgsProcessingParameterEnum(self.GRID, tr("Pixel grid"), grids, False, 0),
            "Of the other map, what lies under the centres of these pixels is taken.",
        )
        formats = [tr("GeoTIFF"), tr("Cloud optimised GeoTIFF")]
        self.add(
            QgsProcessingParameterEnum(self.FORMAT, tr("Output format"), formats, False, 0),
            "Cloud optimised GeoTIFFs have overviews and can be read over the network piece by piece.",
            advanced=True,
        )
        self.add(
            QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Changes")),
            "Raster with one value per pair of classes that occurs, named 'from -> to'; 0 where either map has none.",
        )
        filters = tr("CSV files (*.csv)")
        self.add(
            QgsProcessingParameterFileDestination(self.MATRIX, tr("Change matrix"), filters, None, True, False),
            "Rows are classes of the earlier map, columns of the later one; in pixels, then in hectares of ground.",
        )
        self.addOutput(QgsProcessingOutputNumber("COMPARED_HECTARES", tr("Compared area (ha)")))
        self.addOutput(QgsProcessingOutputNumber("CHANGED_HECTARES", tr("Changed area (ha)")))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        for name, role in ((self.BEFORE, "earlier"), (self.AFTER, "later")):
            problem = sources.layer_problem(self.parameterAsRasterLayer(parameters, name, context), role)
            if problem:
                return problem
        output = sources.output_path(parameters.get(self.OUTPUT), context)
        if output and not output.lower().endswith((".tif", ".tiff")):
            return f"The output '{output}' is no .tif file; maps are written as GeoTIFF. Let its name end in .tif."
        matrix = sources.output_path(parameters.get(self.MATRIX), context)
        core_link.core_module("maps.compare").check_comparison(self._request(parameters, context, output, matrix))
        return ""

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        """Note the layers' names while QGIS's main thread has them: the user may remove them during the run."""
        layers = [self.parameterAsRasterLayer(parameters, name, context) for name in (self.BEFORE, self.AFTER)]
        self._map_names = [layer.name() if layer is not None else "" for layer in layers]
        return True

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)
        output = self.parameterAsOutputLayer(parameters, self.OUTPUT, context)
        matrix = self.parameterAsFileOutput(parameters, self.MATRIX, context)

        def work() -> Any:
            request = self._request(parameters, context, output, matrix)
            return core_link.core_module("maps.compare").compare_maps(request, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        reporting.log(result, result.summary_lines(), feedback)
        name = self.tr("Changes: {} to {}").format(*self._map_names)
        styling.style_result(context, result.path, name, result.classes)
        answers = {
            self.OUTPUT: result.path,
            "COMPARED_HECTARES": round(result.compared_hectares, 4),
            "CHANGED_HECTARES": round(result.changed_hectares, 4),
        }
        return {**answers, self.MATRIX: result.matrix} if result.matrix else answers

    def _request(self, parameters: dict[str, Any], context: Any, output: str, matrix: str) -> Any:
        """The core's ``CompareParameters``."""
        paths = []
        for name in (self.BEFORE, self.AFTER):
            layer = self.parameterAsRasterLayer(parameters, name, context)
            if layer is None:
                raise QgsProcessingException(self.invalidRasterError(parameters, name))
            paths.append(sources.gdal_source(layer))
        cells = [str(cell or "").strip() for cell in self.parameterAsMatrix(parameters, self.MATCHES, context)]
        rows = zip(cells[::2], cells[1::2])
        return core_link.core_module("maps.compare").CompareParameters(
            before=paths[0],
            after=paths[1],
            output=output,
            matrix=matrix or None,
            matches=tuple((name, common) for name, common in rows if name or common),
            grid=GRIDS[self.parameterAsEnum(parameters, self.GRID, context)],
            output_format=FORMATS[self.parameterAsEnum(parameters, self.FORMAT, context)],
        )
