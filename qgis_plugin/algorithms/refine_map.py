"""``rgbsar:refinemap``: a land-cover layer becomes a tidier one, and polygons."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from .. import core_link, polygon_style, sources, styling
from .. import feedback as reporting
from .base import RgbSarAlgorithm

CONNECTIVITIES = (4, 8)
FORMATS = ("GTiff", "COG")


class RefineMapAlgorithm(RgbSarAlgorithm):
    """Majority filter, minimum mapping unit and polygons."""

    INPUT, CONFIDENCE = "INPUT", "CONFIDENCE"
    MAJORITY, MINIMUM_AREA, CONNECTIVITY, SIMPLIFY = "MAJORITY", "MINIMUM_AREA", "CONNECTIVITY", "SIMPLIFY"
    FORMAT, OUTPUT, POLYGONS = "FORMAT", "OUTPUT", "POLYGONS"
    ICON = "refine.svg"
    DESCRIPTION = (
        "<p>Removes from a land-cover layer what is too small to be mapped: a majority filter first, then regions "
        "below a minimum mapping unit, the least certain ones first. Nodata, class values, names and colours stay.</p>"
        "<p>Polygons, if wanted, carry class, ground area, mean confidence and the share of changed pixels. Neighbours "
        "share their edges to the last digit, also when simplified.</p>"
    )

    def name(self) -> str:
        return "refinemap"

    def displayName(self) -> str:
        return self.tr("Refine map (majority, minimum mapping unit, polygons)")

    def group(self) -> str:
        return self.tr("Map")

    def groupId(self) -> str:
        return "map"

    def tags(self) -> list[str]:
        words = "land cover,sieve,majority,mode filter,minimum mapping unit,MMU,generalise,generalize,clump,eliminate,"
        return self.tr(words + "speckle,smooth,polygonize,vectorize,simplify,post-classification").split(",")

    def shortDescription(self) -> str:
        return self.tr("Filters and generalises a land-cover layer, and makes polygons of it")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, kinds = self.tr, QgsProcessingParameterNumber.Type
        raster = QgsProcessingParameterRasterLayer
        self.add(raster(self.INPUT, tr("Land-cover layer")), "Class raster, values 1 to 254; its first band is read.")
        self.add(
            raster(self.CONFIDENCE, tr("Confidence layer"), None, True),
            "Percent on the same pixels, as Classify land cover writes it. Sure pixels then count for more in the "
            "majority filter, and doubtful regions are given away first.",
        )
        window = tr("Majority window (pixels)")
        self.add(
            QgsProcessingParameterNumber(self.MAJORITY, window, kinds.Integer, 3, False, 1, 101),
            "Each pixel takes the most frequent class of the square around it. An odd number; 1 for no filter.",
        )
        area = QgsProcessingParameterNumber(
            self.MINIMUM_AREA, tr("Minimum mapping unit (hectares)"), kinds.Double, 0, False, 0
        )
        area.setMetadata({"widget_wrapper": {"decimals": 4}})
        self.add(
            area,
            "Smaller regions go to the neighbouring class they share the longest border with. Ground area, not that "
            "of the projection; 0 for none.",
        )
        ways = [tr("over edges"), tr("over edges and corners")]
        self.add(
            QgsProcessingParameterEnum(self.CONNECTIVITY, tr("Regions hang together"), ways, False, 0),
            "Whether pixels that meet only at a corner belong to one region. Polygons always follow edges.",
            advanced=True,
        )
        simplify = QgsProcessingParameterNumber(
            self.SIMPLIFY, tr("Simplify polygons (pixels)"), kinds.Double, 0, False, 0, 0.45
        )
        simplify.setMetadata({"widget_wrapper": {"decimals": 2}})
        self.add(
            simplify,
            "By how much of a pixel outlines may leave the pixel edges, to lose their steps; 0.35 does well. Every "
            "pixel centre stays in its polygon.",
        )
        formats = [tr("GeoTIFF"), tr("Cloud optimised GeoTIFF")]
        self.add(
            QgsProcessingParameterEnum(self.FORMAT, tr("Output format"), formats, False, 0),
            "Cloud optimised GeoTIFFs have overviews and can be read over the network piece by piece.",
            advanced=True,
        )
        self.add(
            QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Refined map")),
            "Class raster with the classes, names and colours of the input; 0 = nodata.",
        )
        polygons = QgsProcessing.SourceType.TypeVectorPolygon
        self.add(
            QgsProcessingParameterVectorDestination(self.POLYGONS, tr("Polygons"), polygons, None, True, False),
            "GeoPackage, one polygon per region: value, class, area_ha, confidence (mean percent of the pixels that "
            "kept their class), changed (percent of its pixels).",
        )
        self.addOutput(QgsProcessingOutputNumber("CHANGED_PERCENT", tr("Changed pixels (%)")))
        self.addOutput(QgsProcessingOutputNumber("MERGED_REGIONS", tr("Regions given to a neighbour")))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        problem = sources.layer_problem(layer, "land-cover")
        if not problem and parameters.get(self.CONFIDENCE) not in (None, ""):
            confidence = self.parameterAsRasterLayer(parameters, self.CONFIDENCE, context)
            problem = sources.layer_problem(confidence, "confidence")
        if problem:
            return problem
        output = sources.output_path(parameters.get(self.OUTPUT), context)
        if output and not output.lower().endswith((".tif", ".tiff")):
            return f"The output '{output}' is no .tif file; maps are written as GeoTIFF. Let its name end in .tif."
        wanted = parameters.get(self.POLYGONS) not in (None, "")
        polygons = sources.output_path(parameters.get(self.POLYGONS), context) or ("x.gpkg" if wanted else "")
        request = self._request(parameters, context, output, polygons)
        core_link.core_module("maps.refine").check_refinement(request)
        return ""

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        """Note the layer's name while QGIS's main thread has it: the user may remove it during the run."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        self._map_name = layer.name() if layer is not None else ""
        return True

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)
        output = self.parameterAsOutputLayer(parameters, self.OUTPUT, context)
        polygons = self.parameterAsOutputLayer(parameters, self.POLYGONS, context)

        def work() -> Any:
            request = self._request(parameters, context, output, polygons)
            return core_link.core_module("maps.refine").refine_map(request, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        reporting.log(result, result.summary_lines(), feedback)
        styling.style_result(context, result.path, self.tr("Refined: {}").format(self._map_name), result.areas)
        answers = {
            self.OUTPUT: result.path,
            "CHANGED_PERCENT": round(result.changed_percent, 4),
            "MERGED_REGIONS": result.merged_regions,
        }
        if not result.polygons:
            return answers
        problem = polygon_style.save_style(result.polygons, result.areas)
        if problem:
            feedback.pushWarning(self.tr("The polygons have no colours: {}").format(problem))
        styling.use_stored_style(context, result.polygons, self.tr("Polygons: {}").format(self._map_name))
        return {**answers, self.POLYGONS: result.polygons}

    def _request(self, parameters: dict[str, Any], context: Any, output: str, polygons: str) -> Any:
        """The core's ``RefineParameters``; raises its ``InputError`` for values it refuses."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        confidence = None
        if parameters.get(self.CONFIDENCE) not in (None, ""):
            confidence = self.parameterAsRasterLayer(parameters, self.CONFIDENCE, context)
        return core_link.core_module("maps.refine").RefineParameters(
            path=sources.gdal_source(layer),
            output=output,
            confidence=sources.gdal_source(confidence) if confidence is not None else None,
            majority=self.parameterAsInt(parameters, self.MAJORITY, context),
            minimum_hectares=self.parameterAsDouble(parameters, self.MINIMUM_AREA, context),
            connectivity=CONNECTIVITIES[self.parameterAsEnum(parameters, self.CONNECTIVITY, context)],
            polygons=polygons or None,
            tolerance=self.parameterAsDouble(parameters, self.SIMPLIFY, context),
            output_format=FORMATS[self.parameterAsEnum(parameters, self.FORMAT, context)],
        )
