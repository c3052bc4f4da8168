"""The parameters of ``rgbsar:classify``: their widgets and help, and the way from QGIS's values to the core's."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from .. import core_link, runtime, sources
from .model_parameter import model_parameter, model_path

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "SAR_UNITS": (
        ("auto", "Detect (the log says what was assumed)"),
        ("digital_number", "Digital numbers, not calibrated"),
        ("amplitude", "Amplitude"),
        ("linear", "Linear power (sigma0, gamma0)"),
        ("db", "Decibels"),
    ),
    "GRID": (("optical", "Pixels of the optical layer"), ("sar", "Pixels of the SAR layer")),
    "DEVICE": (
        ("auto", "Automatic: GPU if there is one"),
        ("cpu", "CPU"),
        ("cuda", "NVIDIA GPU"),
        ("cuda:1", "Second NVIDIA GPU"),
        ("cuda:2", "Third NVIDIA GPU"),
        ("cuda:3", "Fourth NVIDIA GPU"),
        ("mps", "Apple GPU"),
    ),
    "PRECISION": (
        ("auto", "Automatic"),
        ("float32", "32 bit"),
        ("bfloat16", "16 bit, bfloat16"),
        ("float16", "16 bit, float16 (GPU)"),
    ),
    "BACKEND": (("auto", "Automatic"), ("torch", "PyTorch"), ("openvino", "OpenVINO (CPU)")),
    "RESAMPLING": (("bilinear", "Bilinear"), ("cubic", "Cubic"), ("nearest", "Nearest neighbour")),
    "FORMAT": (("GTiff", "GeoTIFF"), ("COG", "Cloud optimised GeoTIFF")),
}
"""Enum parameters: the core's word and the user's, in the order of the enum's index."""

HELP = {
    "OPTICAL": "Optical image (Sentinel-2, aerial, Gaofen-2 ...): a raster file with a CRS. It may differ from the "
    "SAR layer in CRS, pixel size and extent. It may be left out if the model was trained to do without one "
    "layer.",
    "OPTICAL_BANDS": "Bands in the order the model wants them, for instance red, green, blue. Leave empty to take "
    "the bands whose names fit, else the first ones; the log says which.",
    "SAR": "SAR backscatter image (Sentinel-1, Gaofen-3 ...), geocoded, intensity or amplitude, not complex. "
    "It may be left out if the model was trained to do without one layer.",
    "SAR_BANDS": "Polarisations in the order the model wants them, for instance VV, VH. Leave empty as above.",
    "SAR_UNITS": "What the SAR numbers mean. They are converted to what the model was trained on.",
    "MODEL": "An installed model, by title or name, or the path of a model file (.safetensors). It carries its "
    "classes, colours, bands and units; the dialog shows them below the choice.",
    "EXTENT": "Part of the land to map. Empty: all ground both layers share.",
    "MASK": "Only pixels whose centre lies in one of these polygons are mapped. A selection is honoured.",
    "GRID": "Whose pixels the map has; the other layer is resampled to them.",
    "GSD": "Pixel size of the map in units of that layer's CRS (metres, or degrees). Empty: as the layer.",
    "DEVICE": "Where the network runs. The log names the device really used.",
    "TILE_SIZE": "Side of the squares the network sees, pixels. Empty: as the model was trained.",
    "OVERLAP": "Pixels shared by neighbouring squares and blended there. Empty: as the model says.",
    "BATCH_SIZE": "Squares per pass. Empty: chosen for the device.",
    "THREADS": "CPU threads of the network. Empty: all cores.",
    "PRECISION": "Arithmetic of the network. Automatic takes 16 bit where that is faster.",
    "BACKEND": "Library that runs the network. Automatic takes OpenVINO on a CPU if it is installed and agrees with "
    "PyTorch.",
    "RESAMPLING": "For the layer that is put on the other's pixels. SAR is always averaged as linear power.",
    "OPTICAL_SCALE": "Reflectance = number * scale + offset. Empty: from the file, or the model's convention.",
    "OPTICAL_OFFSET": "Offset of that formula, for instance -0.1 for Sentinel-2 since baseline 04.00.",
    "FORMAT": "Cloud optimised GeoTIFFs have overviews and can be read over the network piece by piece.",
    "RESUME": "If the run is cancelled or fails, or the machine goes down, the finished rows stay in a hidden folder "
    "beside the output, and the same job started again goes on from them; the map is the same to the byte. The folder "
    "goes when the map is complete. Off: start from the top, and leave nothing behind.",
    "OUTPUT": "Class raster: one byte a pixel, 0 = nodata, class names and colours inside.",
    "CONFIDENCE": "Probability of the mapped class in percent, 255 = nodata.",
    "PROBABILITIES": "One band per class, percent, 255 = nodata.",
    "AREA_TABLE": "CSV with pixels and hectares of every class (true ground area, not that of the projection).",
    "REPORT": "HTML page with map, areas, model, settings and warnings.",
}


def add_parameters(algorithm: Any) -> None:
    """Declare every input and output of ``rgbsar:classify``."""
    raster, band = QgsProcessingParameterRasterLayer, QgsProcessingParameterBand

    def add(parameter: Any, advanced: bool = False) -> None:
        algorithm.add(parameter, HELP[parameter.name()], advanced)

    def choice(name: str, text: str, advanced: bool = False, default: str = "auto") -> None:
        labels = [algorithm.tr(label) for _, label in CHOICES[name]]
        words = [word for word, _ in CHOICES[name]]
        chosen = words.index(default) if default in words else 0
        add(QgsProcessingParameterEnum(name, algorithm.tr(text), labels, defaultValue=chosen), advanced)

    def number(
        name: str, text: str, lowest: Optional[float], advanced: bool = True, whole: bool = True, default: Any = None
    ) -> None:
        kinds = QgsProcessingParameterNumber.Type
        kind = kinds.Integer if whole else kinds.Double
        parameter = QgsProcessingParameterNumber(name, algorithm.tr(text), kind, default, True)
        if lowest is not None:
            parameter.setMinimum(lowest)
        if not whole:
            parameter.setMetadata({"widget_wrapper": {"decimals": 6}})
        add(parameter, advanced)

    tr = algorithm.tr
    add(raster("OPTICAL", tr("Optical layer"), None, True))
    add(band("OPTICAL_BANDS", tr("Optical bands"), None, "OPTICAL", True, True))
    add(raster("SAR", tr("SAR layer"), None, True))
    add(band("SAR_BANDS", tr("SAR bands"), None, "SAR", True, True))
    choice("SAR_UNITS", "Units of the SAR layer")
    add(model_parameter("MODEL", tr("Model")))
    add(QgsProcessingParameterExtent("EXTENT", tr("Extent"), None, True))
    polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
    add(QgsProcessingParameterFeatureSource("MASK", tr("Mask polygons"), polygons, None, True))
    choice("GRID", "Pixel grid of the map")
    number("GSD", "Pixel size", 0.0, advanced=False, whole=False)
    choice("DEVICE", "Device", default=runtime.device_setting())
    number("TILE_SIZE", "Tile size (pixels)", 32)
    number("OVERLAP", "Overlap (pixels)", 0)
    number("BATCH_SIZE", "Batch size", 1)
    number("THREADS", "CPU threads", 1, default=runtime.threads_setting())
    choice("PRECISION", "Precision", advanced=True)
    choice("BACKEND", "Inference library", advanced=True)
    choice("RESAMPLING", "Resampling", advanced=True)
    number("OPTICAL_SCALE", "Optical scale", None, whole=False)
    number("OPTICAL_OFFSET", "Optical offset", None, whole=False)
    choice("FORMAT", "Output format", advanced=True)
    add(QgsProcessingParameterBoolean("RESUME", tr("Go on from an interrupted run"), True), advanced=True)
    destination, document = QgsProcessingParameterRasterDestination, QgsProcessingParameterFileDestination
    add(destination("OUTPUT", tr("Land cover")))
    add(destination("CONFIDENCE", tr("Confidence"), None, True, False))
    add(destination("PROBABILITIES", tr("Class probabilities"), None, True, False))
    add(document("AREA_TABLE", tr("Area table"), tr("CSV files (*.csv)"), None, True, False))
    add(document("REPORT", tr("Report"), tr("HTML files (*.html)"), None, True, False))
    algorithm.addOutput(QgsProcessingOutputNumber("MAPPED_PIXELS", tr("Mapped pixels")))
    algorithm.addOutput(QgsProcessingOutputNumber("NODATA_PIXELS", tr("Pixels without data")))
    algorithm.addOutput(QgsProcessingOutputNumber("MAPPED_HECTARES", tr("Mapped area (ha)")))


def bands(algorithm: Any, parameters: dict[str, Any], name: str, context: Any) -> Optional[tuple[int, ...]]:
    """Chosen band numbers, or None where the choice is left to the core."""
    return tuple(algorithm.parameterAsInts(parameters, name, context)) or None


def engine_options(algorithm: Any, parameters: dict[str, Any], context: Any) -> Any:
    """The core's ``EngineOptions``; raises its ``InputError`` for values that contradict each other."""
    numbers = {
        name.lower(): algorithm.parameterAsInt(parameters, name, context)
        for name in ("TILE_SIZE", "OVERLAP", "BATCH_SIZE", "THREADS")
        if not algorithm.is_empty(parameters, name, context)
    }
    enums = ("DEVICE", "PRECISION", "BACKEND")
    words = {name.lower(): chosen_word(algorithm, parameters, name, context) for name in enums}
    return core_link.parameters.EngineOptions(**words, **numbers)


def request(algorithm: Any, parameters: dict[str, Any], context: Any, feedback: Any) -> Any:
    """The core's ``ClassificationParameters``.

    Raises:
        InputError: a layer that GDAL cannot open, values the core refuses.
    """

    def layer(name: str) -> str:
        return sources.gdal_source(chosen_layer(algorithm, parameters, name, context))

    def decimal(name: str) -> Optional[float]:
        empty = algorithm.is_empty(parameters, name, context)
        return None if empty else float(algorithm.parameterAsDouble(parameters, name, context))

    def word(name: str) -> str:
        return chosen_word(algorithm, parameters, name, context)

    mask = None
    if parameters.get("MASK") not in (None, ""):
        mask = algorithm.parameterAsCompatibleSourceLayerPath(parameters, "MASK", context, [], "gpkg", feedback)
    return core_link.parameters.ClassificationParameters(
        optical=layer("OPTICAL"),
        sar=layer("SAR"),
        model=model_path(algorithm, parameters, "MODEL", context),
        output=algorithm.parameterAsOutputLayer(parameters, "OUTPUT", context),
        optical_bands=bands(algorithm, parameters, "OPTICAL_BANDS", context),
        sar_bands=bands(algorithm, parameters, "SAR_BANDS", context),
        optical_scale=decimal("OPTICAL_SCALE"),
        optical_offset=decimal("OPTICAL_OFFSET"),
        sar_units=word("SAR_UNITS"),
        grid=word("GRID"),
        gsd=decimal("GSD") or None,
        extent=chosen_extent(algorithm, parameters, context),
        mask=mask,
        resampling=word("RESAMPLING"),
        confidence=algorithm.parameterAsOutputLayer(parameters, "CONFIDENCE", context) or None,
        probabilities=algorithm.parameterAsOutputLayer(parameters, "PROBABILITIES", context) or None,
        area_table=algorithm.parameterAsFileOutput(parameters, "AREA_TABLE", context) or None,
        report=algorithm.parameterAsFileOutput(parameters, "REPORT", context) or None,
        output_format=word("FORMAT"),
        resume=algorithm.parameterAsBoolean(parameters, "RESUME", context),
        engine=engine_options(algorithm, parameters, context),
    )


def chosen_layer(algorithm: Any, parameters: dict[str, Any], name: str, context: Any) -> Any:
    """The raster layer of a parameter; None where it is left out.

    Raises:
        InputError: a layer or file that cannot be used.
    """
    if parameters.get(name) in (None, ""):
        return None
    layer = algorithm.parameterAsRasterLayer(parameters, name, context)
    problem = sources.layer_problem(layer, "optical" if name == "OPTICAL" else "SAR")
    if problem:
        raise core_link.errors.InputError(problem)
    return layer


def chosen_word(algorithm: Any, parameters: dict[str, Any], name: str, context: Any) -> str:
    """The core's word for what an enum parameter holds."""
    return CHOICES[name][algorithm.parameterAsEnum(parameters, name, context)][0]


def chosen_extent(algorithm: Any, parameters: dict[str, Any], context: Any) -> Optional[Any]:
    """The core's ``Extent``, or None for all ground."""
    box = algorithm.parameterAsExtent(parameters, "EXTENT", context)
    if box.isNull() or parameters.get("EXTENT") in (None, ""):
        return None
    crs = algorithm.parameterAsExtentCrs(parameters, "EXTENT", context)
    name = crs.authid() if crs.authid().startswith("EPSG:") else crs.toWkt()
    corners = (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
    return core_link.parameters.Extent(*corners, name)
