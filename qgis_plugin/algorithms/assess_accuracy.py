"""``rgbsar:assessaccuracy``: a class raster held against points, polygons or another class raster."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
)

from .. import core_link, references, sources
from .. import feedback as reporting
from .base import RgbSarAlgorithm

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "PROBABILITY_SAMPLE": (
        ("auto", "Ask the layer (samples of 'Design sample' know)"),
        ("yes", "Yes: random points of the whole map or of each of its classes"),
        ("no", "No"),
    ),
    "MATCH": (("auto", "Automatic"), ("names", "Class names"), ("values", "Class values")),
}


class AssessAccuracyAlgorithm(RgbSarAlgorithm):
    """Confusion matrix, accuracies, and error-adjusted areas with confidence intervals."""

    MAP, MAP_BAND, REFERENCE, FIELD = "MAP", "MAP_BAND", "REFERENCE", "FIELD"
    REFERENCE_RASTER, REFERENCE_BAND = "REFERENCE_RASTER", "REFERENCE_BAND"
    PROBABILITY_SAMPLE, MATCH = "PROBABILITY_SAMPLE", "MATCH"
    REPORT, TABLE, FIGURES = "REPORT", "TABLE", "FIGURES"
    ICON = "accuracy.svg"
    DESCRIPTION = (
        "<p>Holds a class raster against labelled points, labelled polygons or another class raster: confusion matrix, "
        "overall accuracy, kappa, user's and producer's accuracy, F1 and IoU.</p>"
        "<p>Of points drawn at random (<i>Design sample</i>), it also estimates the accuracies of the whole map and "
        "the true area of each class, with 95 % confidence intervals (Olofsson et al. 2014; Stehman 2014).</p>"
    )

    def name(self) -> str:
        return "assessaccuracy"

    def displayName(self) -> str:
        return self.tr("Assess accuracy")

    def group(self) -> str:
        return self.tr("Accuracy")

    def groupId(self) -> str:
        return "accuracy"

    def tags(self) -> list[str]:
        words = "accuracy,validation,confusion matrix,error matrix,kappa,IoU,F1,user's accuracy,producer's accuracy,"
        return self.tr(words + "area estimation,confidence interval,Olofsson,Stehman,land cover").split(",")

    def shortDescription(self) -> str:
        return self.tr("Confusion matrix, accuracies and adjusted areas of a class raster")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, add, raster, band = self.tr, self.add, QgsProcessingParameterRasterLayer, QgsProcessingParameterBand
        add(raster(self.MAP, tr("Map")), "Class raster to be assessed, 0 = nodata.")
        add(band(self.MAP_BAND, tr("Band of the map"), 1, self.MAP, True), "Band with the classes.", advanced=True)
        types = [QgsProcessing.SourceType.TypeVectorPoint, QgsProcessing.SourceType.TypeVectorPolygon]
        add(
            QgsProcessingParameterFeatureSource(self.REFERENCE, tr("Reference points or polygons"), types, None, True),
            "Points stand for the pixel they lie in; polygons for the pixels whose centre they hold. A selection is "
            "honoured, but no longer a probability sample the layer knows of.",
        )
        add(
            QgsProcessingParameterField(
                self.FIELD, tr("Field with the class"), references.DEFAULT_FIELD, self.REFERENCE, optional=True
            ),
            "Class names or class values as in the map; empty means no class. Default: label.",
        )
        add(
            raster(self.REFERENCE_RASTER, tr("Reference raster"), None, True),
            "Another class raster instead of points or polygons, of any CRS and pixel size: its class under the centre "
            "of each of the map's pixels counts.",
        )
        add(
            band(self.REFERENCE_BAND, tr("Band of the reference raster"), 1, self.REFERENCE_RASTER, True),
            "Band with the classes.",
            advanced=True,
        )
        self._add_choice(
            self.PROBABILITY_SAMPLE,
            tr("Probability sample"),
            "Whether the points were drawn at random, so that accuracies and areas of the whole map can be estimated.",
        )
        self._add_choice(
            self.MATCH,
            tr("Match classes by"),
            "How the map's class is found for a class of the reference. Automatic: texts by name, numbers by value, "
            "rasters by name where both name their classes.",
            advanced=True,
        )
        document = QgsProcessingParameterFileDestination
        add(
            document(self.REPORT, tr("Report"), tr("HTML files (*.html)"), None, True, True),
            "Page with tables and plots, for reading and printing.",
        )
        add(
            document(self.TABLE, tr("Table"), tr("CSV files (*.csv)"), None, True, False),
            "Confusion matrix (rows are the reference) and the measures of each class.",
        )
        add(
            document(self.FIGURES, tr("Figures"), tr("JSON files (*.json)"), None, True, False),
            "Every figure, for programs.",
        )
        for name, text in (
            ("UNITS", "Points or pixels compared"),
            ("OVERALL_ACCURACY", "Overall accuracy, as counted"),
            ("KAPPA", "Kappa"),
            ("MEAN_IOU", "Mean IoU"),
            ("MEAN_F1", "Mean F1"),
            ("MAP_ACCURACY", "Overall accuracy of the map, estimated"),
            ("MAP_ACCURACY_ERROR", "Its standard error"),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, tr(text)))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        """What cannot work: layers, fields, classes, places."""
        layer = self.parameterAsRasterLayer(parameters, self.MAP, context)
        problem = sources.layer_problem(layer, "map")
        if problem:
            return problem
        given = [name for name in (self.REFERENCE, self.REFERENCE_RASTER) if parameters.get(name) not in (None, "")]
        if not given:
            return self.tr("No reference is given. Choose points, polygons, or a class raster: one of them.")
        if len(given) == 2:
            return self.tr("Both a reference layer and a reference raster are given. Choose one of them.")
        check = self._raster_problem if given == [self.REFERENCE_RASTER] else self._vector_problem
        return check(parameters, context, layer)

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)

        def work() -> Any:
            request = self._request(parameters, context, feedback)
            return core_link.core_module("accuracy.assess").assess_accuracy(request, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        reporting.log(result, core_link.core_module("accuracy.report").summary_lines(result), feedback)
        measures, estimates = result.measures, result.estimates
        answers = {
            "UNITS": result.units,
            "OVERALL_ACCURACY": measures.overall,
            "KAPPA": measures.kappa,
            "MEAN_IOU": measures.mean_iou,
            "MEAN_F1": measures.mean_f1,
            "MAP_ACCURACY": estimates.overall if estimates else None,
            "MAP_ACCURACY_ERROR": estimates.overall_error if estimates else None,
            self.REPORT: result.report,
            self.TABLE: result.table,
            self.FIGURES: result.figures,
        }
        return {name: value for name, value in answers.items() if value is not None and value == value}  # no NaN

    def _request(self, parameters: dict[str, Any], context: Any, feedback: Any) -> Any:
        """The core's ``AccuracyParameters``."""
        layer = self.parameterAsRasterLayer(parameters, self.MAP, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.MAP))
        raster = self.parameterAsRasterLayer(parameters, self.REFERENCE_RASTER, context)
        field = self.parameterAsString(parameters, self.FIELD, context)
        if raster is not None:
            reference = sources.gdal_source(raster)
        else:
            reference = references.vector_path(self, parameters, self.REFERENCE, field, context, feedback)

        def file(name: str) -> Optional[str]:
            return self.parameterAsFileOutput(parameters, name, context) or None

        return core_link.core_module("accuracy.assess").AccuracyParameters(
            map=sources.gdal_source(layer),
            reference=reference,
            field=field or None,
            map_band=self.parameterAsInt(parameters, self.MAP_BAND, context),
            reference_band=self.parameterAsInt(parameters, self.REFERENCE_BAND, context),
            match=self._word(parameters, self.MATCH, context),
            probability_sample=self._word(parameters, self.PROBABILITY_SAMPLE, context),
            report=file(self.REPORT),
            table=file(self.TABLE),
            figures=file(self.FIGURES),
        )

    def _vector_problem(self, parameters: dict[str, Any], context: Any, layer: Any) -> str:
        source = self.parameterAsSource(parameters, self.REFERENCE, context)
        vector = self.parameterAsVectorLayer(parameters, self.REFERENCE, context)
        wanted = self.parameterAsString(parameters, self.FIELD, context)
        problem = references.vector_problem(source, vector, wanted) or references.apart_problem(
            layer, source.sourceCrs(), source.sourceExtent(), source.sourceName(), context
        )
        if problem:
            return problem
        found = references.class_entries(source, references.chosen_field(source, wanted))
        if not found:
            return self.tr("The reference layer '{}' has no class in any feature. Fill in its field '{}'.").format(
                source.sourceName(), references.chosen_field(source, wanted)
            )
        core_link.core_module("accuracy.assess").check_classes(
            sources.gdal_source(layer),
            self.parameterAsInt(parameters, self.MAP_BAND, context),
            found,
            self.tr("reference layer '{}'").format(source.sourceName()),
            self._word(parameters, self.MATCH, context),
        )
        return ""

    def _raster_problem(self, parameters: dict[str, Any], context: Any, layer: Any) -> str:
        raster = self.parameterAsRasterLayer(parameters, self.REFERENCE_RASTER, context)
        return sources.layer_problem(raster, "reference") or references.apart_problem(
            layer, raster.crs(), raster.extent(), raster.name(), context
        )

    def _add_choice(self, name: str, text: str, help_text: str, advanced: bool = False) -> None:
        labels = [self.tr(label) for _, label in CHOICES[name]]
        self.add(QgsProcessingParameterEnum(name, text, labels, defaultValue=0), help_text, advanced)

    def _word(self, parameters: dict[str, Any], name: str, context: Any) -> str:
        return CHOICES[name][self.parameterAsEnum(parameters, name, context)][0]
