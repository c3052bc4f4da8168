"""``rgbsar:designsample``: a stratified random sample of a map, as points to be labelled."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsProcessingUtils,
)

from .. import core_link, sample_style, sources
from .. import feedback as reporting
from .base import RgbSarAlgorithm

ALLOCATIONS = (
    ("good practice", "Good practice: a minimum for every class, the rest by area"),
    ("proportional", "In proportion to area"),
    ("equal", "The same for every class"),
    ("optimal", "Optimal for the overall accuracy (Neyman)"),
)


class DesignSampleAlgorithm(RgbSarAlgorithm):
    """Stratified random points for an accuracy assessment."""

    MAP, BAND, EXPECTED, TARGET_ERROR = "MAP", "BAND", "EXPECTED_USERS", "TARGET_ERROR"
    TOTAL, ALLOCATION, LEAST, SEED = "TOTAL", "ALLOCATION", "LEAST", "SEED"
    SHOW_STRATA, OUTPUT = "SHOW_STRATA", "OUTPUT"
    ICON = "sample.svg"
    DESCRIPTION = (
        "<p>Draws random points within each class of a map, to be labelled from better images or in the field. The "
        "number of points is computed from the accuracy you expect and the standard error you want (Olofsson et al. "
        "2014; Cochran 1977).</p>"
        "<p>Fill the field <i>label</i> with class names, then run <i>Assess accuracy</i>. The map's class is not "
        "shown, so that it cannot sway who labels; the layer remembers the design.</p>"
    )

    def name(self) -> str:
        return "designsample"

    def displayName(self) -> str:
        return self.tr("Design sample (stratified random points)")

    def group(self) -> str:
        return self.tr("Accuracy")

    def groupId(self) -> str:
        return "accuracy"

    def tags(self) -> list[str]:
        words = "accuracy,validation,sample,sample size,stratified,random points,reference,Olofsson,Cochran,land cover"
        return self.tr(words).split(",")

    def shortDescription(self) -> str:
        return self.tr("Random points within each class of a map, to be labelled for an accuracy assessment")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, kinds = self.tr, QgsProcessingParameterNumber.Type
        add, number = self.add, QgsProcessingParameterNumber
        add(QgsProcessingParameterRasterLayer(self.MAP, tr("Map")), "Class raster to be assessed, 0 = nodata.")
        add(QgsProcessingParameterBand(self.BAND, tr("Band"), 1, self.MAP, True), "Band with the classes.", True)
        add(
            QgsProcessingParameterString(self.EXPECTED, tr("Expected user's accuracies"), "0.8"),
            "What share of each class you expect to be right, 0 to 1: one number for all classes, or one for each, "
            "separated by commas, in the order of the map's legend. Guesses will do; 0.5 is the most cautious.",
        )
        add(
            number(self.TARGET_ERROR, tr("Target standard error"), kinds.Double, 0.02, False, 0.0001, 0.4999),
            "Wanted standard error of the overall accuracy; 0.02 means a 95 % confidence interval of about ± 4 %.",
        )
        add(
            number(self.TOTAL, tr("Number of points"), kinds.Integer, None, True, 1),
            "Empty: computed from the two numbers above.",
        )
        labels = [tr(label) for _, label in ALLOCATIONS]
        add(
            QgsProcessingParameterEnum(self.ALLOCATION, tr("Allocation"), labels, defaultValue=0),
            "How the points are spread over the classes.",
        )
        add(
            number(self.LEAST, tr("Minimum for every class"), kinds.Integer, 50, False, 1),
            "Points every class gets, as far as the number allows. Good practice only.",
        )
        add(
            number(self.SEED, tr("Random seed"), kinds.Integer, 1, False, 0),
            "The same seed gives the same points of the same map.",
            advanced=True,
        )
        add(
            QgsProcessingParameterBoolean(self.SHOW_STRATA, tr("Show the map's class and weights"), False),
            "Writes class value, class name and the hectares each point stands for, for other programs. Who labels the "
            "points should not see them.",
            advanced=True,
        )
        kind = QgsProcessing.SourceType.TypeVectorPoint
        add(
            QgsProcessingParameterVectorDestination(self.OUTPUT, tr("Sample"), kind),
            "GeoPackage of points with the fields id and label. A file that holds labels already is not overwritten.",
        )
        self.addOutput(QgsProcessingOutputNumber("POINTS", tr("Number of points")))
        self.addOutput(QgsProcessingOutputNumber("EXPECTED_ERROR", tr("Expected standard error")))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        """What cannot work: map, numbers, output name."""
        layer = self.parameterAsRasterLayer(parameters, self.MAP, context)
        problem = sources.layer_problem(layer, "map")
        if problem:
            return problem
        output = sources.output_path(parameters.get(self.OUTPUT), context)
        output = output or QgsProcessingUtils.generateTempFilename("sample.gpkg")
        core_link.core_module("accuracy.sampling").check_design(self._request(parameters, context, output))
        return ""

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        """Note the map's name while QGIS's main thread has it."""
        layer = self.parameterAsRasterLayer(parameters, self.MAP, context)
        self._map_name = layer.name() if layer is not None else ""
        return True

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)

        def work() -> Any:
            output = self.parameterAsOutputLayer(parameters, self.OUTPUT, context)
            request = self._request(parameters, context, output)
            return core_link.core_module("accuracy.sampling").design_sample(request, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        reporting.log(result, core_link.core_module("accuracy.sampling").summary_lines(result), feedback)
        names = [area.name for area in result.areas]
        sample_style.style_sample(context, result.path, self.tr("Sample of {}").format(self._map_name), names)
        return {self.OUTPUT: result.path, "POINTS": result.total, "EXPECTED_ERROR": round(result.expected_error, 6)}

    def _request(self, parameters: dict[str, Any], context: Any, output: str) -> Any:
        """The core's ``SampleParameters``; raises its ``InputError`` for values it refuses."""
        layer = self.parameterAsRasterLayer(parameters, self.MAP, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.MAP))
        total = None
        if not self.is_empty(parameters, self.TOTAL, context):
            total = self.parameterAsInt(parameters, self.TOTAL, context)
        return core_link.core_module("accuracy.sampling").SampleParameters(
            map=sources.gdal_source(layer),
            output=output,
            band=self.parameterAsInt(parameters, self.BAND, context),
            expected_users=self._expected_users(parameters, context),
            target_error=self.parameterAsDouble(parameters, self.TARGET_ERROR, context),
            total=total,
            allocation=ALLOCATIONS[self.parameterAsEnum(parameters, self.ALLOCATION, context)][0],
            least=self.parameterAsInt(parameters, self.LEAST, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            show_strata=self.parameterAsBool(parameters, self.SHOW_STRATA, context),
        )

    def _expected_users(self, parameters: dict[str, Any], context: Any) -> tuple[float, ...]:
        text = self.parameterAsString(parameters, self.EXPECTED, context)
        try:
            return tuple(float(part) for part in text.replace(";", ",").split(","))
        except ValueError as error:
            raise core_link.errors.InputError(
                self.tr("Expected user's accuracies '{}' found; expected numbers like 0.8 or 0.9, 0.7.").format(text)
            ) from error
