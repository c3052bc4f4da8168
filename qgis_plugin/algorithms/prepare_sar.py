"""``rgbsar:preparesar``: SAR layers become backscatter in one unit, with less speckle, on another layer's pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
)

from .. import core_link, sources, styling
from .. import feedback as reporting
from .base import RgbSarAlgorithm

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "UNITS": (
        ("auto", "Detect (the log says what was assumed)"),
        ("digital_number", "Digital numbers"),
        ("amplitude", "Amplitude"),
        ("linear", "Linear power (sigma0, gamma0)"),
        ("db", "Decibels"),
    ),
    "FILTER": (
        ("refined_lee", "Refined Lee"),
        ("lee_sigma", "Lee sigma"),
        ("lee", "Lee"),
        ("gamma_map", "Gamma MAP"),
        ("frost", "Frost"),
        ("none", "None"),
    ),
    "OUTPUT_UNITS": (("db", "Decibels"), ("linear", "Linear power")),
    "RESAMPLING": (("bilinear", "Bilinear"), ("nearest", "Nearest neighbour")),
}
"""Enum parameters: the core's word and the user's, in the order of the enum's index."""

HELP = {
    "INPUT": "SAR image (Sentinel-1, Gaofen-3, ALOS PALSAR ...), geocoded, intensity or amplitude, not complex.",
    "SERIES": "Images of other days on the same pixels, with the same bands. The mean power of all days is taken "
    "before the filter, which then reckons with as many times the looks.",
    "BANDS": "Bands to prepare. Empty: all.",
    "UNITS": "What the numbers of the SAR layers mean.",
    "CALIBRATION": "Of digital numbers: power in dB is 10 log10(DN^2) plus this, for instance -83 for ALOS PALSAR. "
    "Empty: none; levels are relative then.",
    "FILTER": "Refined Lee and Lee sigma keep edges and bright targets best; Lee is the fastest. None: units, mean and "
    "grid only.",
    "WINDOW": "Side of the filter's square window, an odd number of pixels. Refined Lee: always 7.",
    "LOOKS": "Equivalent number of looks of one image: 4.4 for Sentinel-1 IW GRD, 1 for a single-look image.",
    "DAMPING": "Of the Frost filter: larger keeps more detail and more speckle.",
    "SIGMA": "Of the Lee sigma filter: share of a uniform area's pixels that count as like the centre.",
    "GRID": "Write the pixels of this layer, to lay both on top of each other. Empty: the SAR layer's own.",
    "RESAMPLING": "Onto that layer's pixels, after the filter, as linear power.",
    "OUTPUT_UNITS": "Decibels for looking and for most models, linear power for further computing.",
    "THREADS": "Processor threads that filter. Empty: one per processor, 4 at most.",
    "OUTPUT": "32 bit floating point GeoTIFF with the bands' names; not-a-number = nodata.",
}


class PrepareSarAlgorithm(RgbSarAlgorithm):
    """Units, mean of a series, speckle filter and grid of SAR layers."""

    INPUT, SERIES, BANDS, OUTPUT = "INPUT", "SERIES", "BANDS", "OUTPUT"
    UNITS, CALIBRATION, OUTPUT_UNITS = "UNITS", "CALIBRATION", "OUTPUT_UNITS"
    FILTER, WINDOW, LOOKS, DAMPING, SIGMA = "FILTER", "WINDOW", "LOOKS", "DAMPING", "SIGMA"
    GRID, RESAMPLING, THREADS = "GRID", "RESAMPLING", "THREADS"
    ICON = "prepare_sar.svg"
    DESCRIPTION = (
        "<p>Converts a SAR layer to linear power or decibels, reduces speckle, and writes it on the pixels of another "
        "layer if you choose one. Several days of the same pixels can be averaged first.</p>"
        "<p>Filters and means work on linear power, whatever the input's unit. Rasters of any size are filtered in "
        "strips.</p>"
    )

    def name(self) -> str:
        return "preparesar"

    def displayName(self) -> str:
        return self.tr("Prepare SAR (units, speckle, grid)")

    def group(self) -> str:
        return self.tr("Preparation")

    def groupId(self) -> str:
        return "preparation"

    def tags(self) -> list[str]:
        words = "SAR,radar,speckle,despeckle,filter,Lee,refined Lee,Lee sigma,gamma MAP,Frost,multitemporal,"
        return self.tr(words + "calibration,decibel,dB,sigma0,gamma0,backscatter,Sentinel-1,align").split(",")

    def shortDescription(self) -> str:
        return self.tr("SAR layer in dB or linear power, with less speckle, on another layer's pixels")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, raster = self.tr, QgsProcessingParameterRasterLayer
        rasters = QgsProcessing.SourceType.TypeRaster
        kinds = QgsProcessingParameterNumber.Type
        self._declare(raster(self.INPUT, tr("SAR layer")))
        several = QgsProcessingParameterMultipleLayers
        self._declare(several(self.SERIES, tr("Further days of the same pixels"), rasters, None, True))
        self._declare(QgsProcessingParameterBand(self.BANDS, tr("Bands"), None, self.INPUT, True, True))
        self._choice(self.UNITS, "Units of the SAR layer")
        self._number(self.CALIBRATION, "Calibration constant (dB)", kinds.Double, None, -200, 200)
        self._choice(self.FILTER, "Speckle filter")
        self._number(self.WINDOW, "Filter window (pixels)", kinds.Integer, 7, 3, 31)
        self._number(self.LOOKS, "Number of looks", kinds.Double, 4.4, 0.0, 1e6)
        self._declare(raster(self.GRID, tr("Pixels of this layer"), None, True))
        self._choice(self.OUTPUT_UNITS, "Output units")
        self._number(self.DAMPING, "Damping of the Frost filter", kinds.Double, 2.0, 0.0, 1e6, advanced=True)
        self._number(self.SIGMA, "Sigma of the Lee sigma filter", kinds.Double, 0.9, 0.1, 0.99, advanced=True)
        self._choice(self.RESAMPLING, "Resampling", advanced=True)
        self._number(self.THREADS, "Threads", kinds.Integer, None, 1, 1024, advanced=True)
        self._declare(QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Prepared SAR")))
        self.addOutput(QgsProcessingOutputNumber("NODATA_PIXELS", tr("Pixels without data, all bands together")))
        self.addOutput(QgsProcessingOutputNumber("LOST_PIXELS", tr("Zero or negative power that became nodata")))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        """What cannot work: layers, series, units, window, grid, output name."""
        path = sources.output_path(parameters.get(self.OUTPUT), context)
        if path and Path(path).suffix.lower() not in (".tif", ".tiff"):
            return f"The output '{path}' is no .tif file; it is written as GeoTIFF. Let its name end in .tif."
        layers = [(self.parameterAsRasterLayer(parameters, self.INPUT, context), "SAR")]
        layers += [(layer, "SAR") for layer in self._series(parameters, context)]
        if parameters.get(self.GRID) not in (None, ""):
            layers.append((self.parameterAsRasterLayer(parameters, self.GRID, context), "grid"))
        for layer, role in layers:
            problem = sources.layer_problem(layer, role)
            if problem:
                return problem
        path = path or QgsProcessingUtils.generateTempFilename("prepared.tif")
        core_link.core_module("sar.prepare").check_preparation(self._request(parameters, context, path))
        return ""

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        """Note the layer's name while QGIS's main thread has it: the user may remove it during the run."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        self._place = layer.name() if layer is not None else ""
        return True

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)

        def work() -> Any:
            output = self.parameterAsOutputLayer(parameters, self.OUTPUT, context)
            job = self._request(parameters, context, output)
            return core_link.core_module("sar.prepare").prepare_sar(job, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        reporting.log(result, core_link.core_module("sar.preparation").summary_lines(result), feedback)
        unit = "dB" if result.output_units == "db" else "linear"
        styling.style_backscatter(context, result.path, f"{self._place}: {result.speckle.name}, {unit}")
        pixels = {"NODATA_PIXELS": result.nodata_pixels, "LOST_PIXELS": result.lost_pixels}
        return {self.OUTPUT: result.path, **pixels}

    def _request(self, parameters: dict[str, Any], context: Any, output: str) -> Any:
        """The core's ``PreparationParameters``; raises its ``InputError`` for values it refuses."""

        def decimal(name: str) -> float:
            return self.parameterAsDouble(parameters, name, context)

        def given(name: str, read: Any) -> Any:
            return None if self.is_empty(parameters, name, context) else read(parameters, name, context)

        layers = [self.parameterAsRasterLayer(parameters, self.INPUT, context), *self._series(parameters, context)]
        grid = self.parameterAsRasterLayer(parameters, self.GRID, context)
        window = self.parameterAsInt(parameters, self.WINDOW, context)
        word = self._word
        return core_link.core_module("sar.preparation").PreparationParameters(
            inputs=tuple(sources.gdal_source(layer) for layer in layers),
            output=output,
            bands=tuple(self.parameterAsInts(parameters, self.BANDS, context)) or None,
            units=word(parameters, self.UNITS, context),
            calibration_db=given(self.CALIBRATION, self.parameterAsDouble),
            speckle=core_link.core_module("sar.preparation").SpeckleFilter(
                name=word(parameters, self.FILTER, context),
                window=window,
                looks=decimal(self.LOOKS),
                damping=decimal(self.DAMPING),
                sigma=decimal(self.SIGMA),
            ),
            grid=sources.gdal_source(grid) if grid is not None else None,
            resampling=word(parameters, self.RESAMPLING, context),
            output_units=word(parameters, self.OUTPUT_UNITS, context),
            threads=given(self.THREADS, self.parameterAsInt),
        )

    def _series(self, parameters: dict[str, Any], context: Any) -> list[Any]:
        given = parameters.get(self.SERIES)
        return [] if given in (None, "") else self.parameterAsLayerList(parameters, self.SERIES, context)

    def _word(self, parameters: dict[str, Any], name: str, context: Any) -> str:
        return CHOICES[name][self.parameterAsEnum(parameters, name, context)][0]

    def _declare(self, parameter: Any, advanced: bool = False) -> None:
        self.add(parameter, HELP[parameter.name()], advanced)

    def _choice(self, name: str, text: str, advanced: bool = False) -> None:
        labels = [self.tr(label) for _, label in CHOICES[name]]
        self._declare(QgsProcessingParameterEnum(name, self.tr(text), labels, defaultValue=0), advanced)

    def _number(
        self, name: str, text: str, kind: Any, default: Optional[float], *limits: float, advanced: bool = False
    ) -> None:
        parameter = QgsProcessingParameterNumber(name, self.tr(text), kind, default, default is None, *limits)
        self._declare(parameter, advanced)
