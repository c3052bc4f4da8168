"""``rgbsar:checkalignment``: how far a SAR layer lies from an optical one."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from .. import arrow_style, core_link, sources, styling
from .. import feedback as reporting
from .base import RgbSarAlgorithm

UNITS = (
    ("auto", "Detect (the log says what was assumed)"),
    ("digital_number", "Digital numbers"),
    ("amplitude", "Amplitude"),
    ("linear", "Linear power (sigma0, gamma0)"),
    ("db", "Decibels"),
)


class CheckAlignmentAlgorithm(RgbSarAlgorithm):
    """Shift between an optical and a SAR layer, as arrows and in words."""

    OPTICAL, SAR = "OPTICAL", "SAR"
    OPTICAL_BANDS, SAR_BANDS, UNITS = "OPTICAL_BANDS", "SAR_BANDS", "UNITS"
    WINDOW, SEARCH, ARROWS, CORRECTED = "WINDOW", "SEARCH", "ARROWS", "CORRECTED"
    ICON = "check_alignment.svg"
    DESCRIPTION = (
        "<p>Measures whether a SAR layer lies on an optical one, to a part of a pixel: in 50 to 400 windows spread "
        "over the scene, by the edges both show. The log says in words what was found.</p>"
        "<p>Each arrow leads from a place in the optical layer to where the SAR layer shows it; its attributes give "
        "the shift in pixels and metres. Grey arrows are doubtful.</p>"
        "<p>A constant shift can be mended: the corrected SAR layer has the same pixels and another origin. In hills a "
        "SAR layer without terrain correction is shifted by other amounts at other heights; that needs terrain "
        "correction.</p>"
    )

    def name(self) -> str:
        return "checkalignment"

    def displayName(self) -> str:
        return self.tr("Check alignment (optical and SAR)")

    def group(self) -> str:
        return self.tr("Preparation")

    def groupId(self) -> str:
        return "preparation"

    def tags(self) -> list[str]:
        words = "SAR,radar,optical,alignment,align,co-registration,coregistration,registration,shift,offset,"
        return self.tr(words + "displacement,georeferencing,matching,correlation").split(",")

    def shortDescription(self) -> str:
        return self.tr("How far a SAR layer lies from an optical one, as arrows and in words")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, kinds = self.tr, QgsProcessingParameterNumber.Type
        raster, number = QgsProcessingParameterRasterLayer, QgsProcessingParameterNumber
        band = QgsProcessingParameterBand
        self.add(raster(self.OPTICAL, tr("Optical layer")), "Image that is taken to be in the right place.")
        self.add(raster(self.SAR, tr("SAR layer")), "SAR image of the same place, geocoded; its own CRS and pixels.")
        self.add(
            number(self.SEARCH, tr("Largest shift (pixels)"), kinds.Integer, 16, False, 5, 64),
            "How far to search, in pixels of the coarser layer.",
        )
        self.add(
            band(self.OPTICAL_BANDS, tr("Optical bands"), None, self.OPTICAL, True, True),
            "Bands to match. Empty: the first three.",
            advanced=True,
        )
        self.add(
            band(self.SAR_BANDS, tr("SAR bands"), None, self.SAR, True, True),
            "Bands to match. Empty: all.",
            advanced=True,
        )
        labels = [tr(label) for _, label in UNITS]
        self.add(
            QgsProcessingParameterEnum(self.UNITS, tr("Units of the SAR layer"), labels, defaultValue=0),
            "What the numbers of the SAR layer mean.",
            advanced=True,
        )
        self.add(
            number(self.WINDOW, tr("Window (pixels)"), kinds.Integer, 256, False, 64, 2048),
            "Side of the squares that are matched. Larger ones are surer, smaller ones show more detail.",
            advanced=True,
        )
        lines = QgsProcessing.SourceType.TypeVectorLine
        self.add(
            QgsProcessingParameterVectorDestination(self.ARROWS, tr("Shifts"), lines),
            "GeoPackage, one line per window in true length: columns and rows (pixels to the right and downwards), "
            "east_m, north_m, shift_m (metres), quality, reliable (1 or 0).",
        )
        self.add(
            QgsProcessingParameterRasterDestination(self.CORRECTED, tr("Corrected SAR layer"), None, True, False),
            "Copy of the SAR layer, moved back by the shift as a whole; its pixels stay as they are.",
        )
        self.addOutput(QgsProcessingOutputString("VERDICT", tr("Verdict: aligned, shifted or unknown")))
        self.addOutput(QgsProcessingOutputString("SENTENCE", tr("Verdict in words")))
        self.addOutput(QgsProcessingOutputNumber("SHIFT_PIXELS", tr("Shift (pixels)")))
        self.addOutput(QgsProcessingOutputNumber("EAST_METRES", tr("Shift to the east (m)")))
        self.addOutput(QgsProcessingOutputNumber("NORTH_METRES", tr("Shift to the north (m)")))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        for name, role in ((self.OPTICAL, "optical"), (self.SAR, "SAR")):
            problem = sources.layer_problem(self.parameterAsRasterLayer(parameters, name, context), role)
            if problem:
                return problem
        arrows = sources.output_path(parameters.get(self.ARROWS), context)
        if arrows and not arrows.lower().endswith(".gpkg"):
            return f"The output '{arrows}' is no GeoPackage; shifts are written as one. Let its name end in .gpkg."
        corrected = sources.output_path(parameters.get(self.CORRECTED), context)
        if corrected and not corrected.lower().endswith((".tif", ".tiff")):
            return f"The output '{corrected}' is no .tif file; it is written as GeoTIFF. Let its name end in .tif."
        request = self._request(parameters, context, arrows, corrected)
        core_link.core_module("alignment.check").check_request(request)
        return ""

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        """Note the SAR layer's name while QGIS's main thread has it: the user may remove it during the run."""
        layer = self.parameterAsRasterLayer(parameters, self.SAR, context)
        self._sar_name = layer.name() if layer is not None else ""
        return True

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)
        arrows = self.parameterAsOutputLayer(parameters, self.ARROWS, context)
        corrected = self.parameterAsOutputLayer(parameters, self.CORRECTED, context)

        def work() -> Any:
            request = self._request(parameters, context, arrows, corrected)
            return core_link.core_module("alignment.check").check_alignment(request, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        *lines, verdict = result.summary_lines()
        reporting.log(result, lines, feedback)
        (feedback.pushInfo if result.verdict == "aligned" else feedback.pushWarning)(verdict)
        answers: dict[str, Any] = {"VERDICT": result.verdict, "SENTENCE": result.sentence()}
        if result.verdict != "unknown":
            answers["SHIFT_PIXELS"] = round(result.shift.length, 3)
            answers["EAST_METRES"], answers["NORTH_METRES"] = round(result.east_m, 3), round(result.north_m, 3)
        if result.arrows:
            problem = arrow_style.save_style(result.arrows, "shifts")
            if problem:
                feedback.pushWarning(self.tr("The shifts have no arrows: {}").format(problem))
            styling.use_stored_style(context, result.arrows, self.tr("Shifts: {}").format(self._sar_name))
            answers[self.ARROWS] = result.arrows
        if result.corrected:
            styling.style_backscatter(context, result.corrected, self.tr("Corrected: {}").format(self._sar_name))
            answers[self.CORRECTED] = result.corrected
        return answers

    def _request(self, parameters: dict[str, Any], context: Any, arrows: str, corrected: str) -> Any:
        """The core's ``AlignmentParameters``; raises its ``InputError`` for values it refuses."""
        layers = [self.parameterAsRasterLayer(parameters, name, context) for name in (self.OPTICAL, self.SAR)]
        return core_link.core_module("alignment.check").AlignmentParameters(
            optical=sources.gdal_source(layers[0]),
            sar=sources.gdal_source(layers[1]),
            arrows=arrows or None,
            corrected=corrected or None,
            optical_bands=tuple(self.parameterAsInts(parameters, self.OPTICAL_BANDS, context)) or None,
            sar_bands=tuple(self.parameterAsInts(parameters, self.SAR_BANDS, context)) or None,
            sar_units=UNITS[self.parameterAsEnum(parameters, self.UNITS, context)][0],
            window=self.parameterAsInt(parameters, self.WINDOW, context),
            search=self.parameterAsInt(parameters, self.SEARCH, context),
        )
