"""The parameters of ``rgbsar:createtrainingdata``: their widgets and help, and the way to the core's values."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .. import core_link, references, sources
from .classify_parameters import CHOICES, bands, chosen_extent, chosen_word

HELP = {
    "OPTICAL": "Optical image: a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and "
    "extent.",
    "OPTICAL_BANDS": "Bands the network shall learn from. Empty: all.",
    "SAR": "SAR backscatter image of the same place, geocoded, intensity or amplitude, not complex.",
    "SAR_BANDS": "Polarisations the network shall learn from. Empty: all.",
    "SAR_UNITS": "What the SAR numbers mean. The tiles keep the numbers; decibels become linear power only where the "
    "layer has to be resampled.",
    "LABELS": "Polygons of known land cover. They need not cover everything: the rest counts as unlabelled. Only "
    "selected ones are used if you say so.",
    "FIELD": "Class names, or class values from 1 to 254. Empty means unlabelled. Default: label.",
    "LABEL_RASTER": "A class raster instead of polygons, of any CRS and pixel size; 0 and nodata mean unlabelled.",
    "LABEL_BAND": "Band with the classes.",
    "CLASSES": "Only where the labels shall not decide: value (1 to 254), name, and perhaps colour as #rrggbb of each "
    "class. Labels with other classes are refused then.",
    "TILE_SIZE": "Side of the square pieces, pixels. 256 suits 10 m imagery.",
    "SHARES": "Of training, validation and test, separated by commas. Tiles are shared out in whole blocks, so that "
    "every class has about these shares; 80, 20, 0 leaves the test out.",
    "LEAST_LABELLED": "Tiles with a smaller share of labelled pixels are left out, percent.",
    "BLOCK_TILES": "So many tiles in each direction form a block that stays in one share. Empty: up to 4, fewer where "
    "there would be too few blocks.",
    "GAP": "Pixels left out between blocks, so that no training tile touches a validation or test tile. Empty: a "
    "quarter of a tile.",
    "SEED": "The same seed gives the same split of the same labels.",
    "EXTENT": "Part of the land to take tiles from. Empty: all ground both layers share.",
    "MASK": "Labels outside these polygons are not used. A selection is honoured.",
    "GRID": "Whose pixels the tiles have; the other layer is resampled to them.",
    "GSD": "Pixel size in units of that layer's CRS (metres, or degrees). Empty: as the layer.",
    "RESAMPLING": "For the layer that is put on the other's pixels. SAR is always averaged as linear power.",
    "OPTICAL_SCALE": "Reflectance = number * scale + offset; noted for training. Empty: from the file.",
    "OPTICAL_OFFSET": "Offset of that formula, for instance -0.1 for Sentinel-2 since baseline 04.00.",
    "SCENES": "Further places for the same data set: a CSV table with the columns optical, sar and labels (paths, "
    "relative to the table) and perhaps name. All need the same bands and units.",
    "OUTPUT": "New or empty folder. It gets optical, SAR and label tiles, the lists train.txt, val.txt and test.txt, "
    "and dataset.json, which says what they are.",
}


def add_parameters(algorithm: Any) -> None:
    """Declare every input and output."""
    raster, band, kinds = QgsProcessingParameterRasterLayer, QgsProcessingParameterBand, QgsProcessingParameterNumber
    tr = algorithm.tr

    def add(parameter: Any, advanced: bool = False) -> None:
        algorithm.add(parameter, HELP[parameter.name()], advanced)

    def choice(name: str, text: str, advanced: bool = False) -> None:
        labels = [tr(label) for _, label in CHOICES[name]]
        add(QgsProcessingParameterEnum(name, text, labels, defaultValue=0), advanced)

    def number(name: str, text: str, default: Any, lowest: Any, advanced: bool = True, whole: bool = True) -> None:
        kind = kinds.Type.Integer if whole else kinds.Type.Double
        parameter = kinds(name, text, kind, default, default is None)
        if lowest is not None:
            parameter.setMinimum(lowest)
        if not whole:
            parameter.setMetadata({"widget_wrapper": {"decimals": 6}})
        add(parameter, advanced)

    add(raster("OPTICAL", tr("Optical layer")))
    add(band("OPTICAL_BANDS", tr("Optical bands"), None, "OPTICAL", True, True))
    add(raster("SAR", tr("SAR layer")))
    add(band("SAR_BANDS", tr("SAR bands"), None, "SAR", True, True))
    choice("SAR_UNITS", tr("Units of the SAR layer"))
    polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
    add(QgsProcessingParameterFeatureSource("LABELS", tr("Label polygons"), polygons, None, True))
    field = QgsProcessingParameterField
    add(field("FIELD", tr("Field with the class"), references.DEFAULT_FIELD, "LABELS", optional=True))
    add(raster("LABEL_RASTER", tr("Label raster"), None, True))
    add(band("LABEL_BAND", tr("Band of the label raster"), 1, "LABEL_RASTER", True), advanced=True)
    headers = [tr("Value"), tr("Name"), tr("Colour")]
    add(QgsProcessingParameterMatrix("CLASSES", tr("List of classes"), 0, False, headers, None, True))
    number("TILE_SIZE", tr("Tile size (pixels)"), 256, 32, advanced=False)
    add(QgsProcessingParameterString("SHARES", tr("Shares of training, validation, test (%)"), "70, 15, 15"))
    number("LEAST_LABELLED", tr("Least labelled part of a tile (%)"), 1.0, 0.0, advanced=False, whole=False)
    number("BLOCK_TILES", tr("Side of a block (tiles)"), None, 1)
    number("GAP", tr("Gap between blocks (pixels)"), None, 1)
    number("SEED", tr("Random seed"), 1, 0)
    add(QgsProcessingParameterExtent("EXTENT", tr("Extent"), None, True), advanced=True)
    add(QgsProcessingParameterFeatureSource("MASK", tr("Mask polygons"), polygons, None, True), advanced=True)
    choice("GRID", tr("Pixel grid of the tiles"), advanced=True)
    number("GSD", tr("Pixel size"), None, 0.0, whole=False)
    choice("RESAMPLING", tr("Resampling"), advanced=True)
    number("OPTICAL_SCALE", tr("Optical scale"), None, None, whole=False)
    number("OPTICAL_OFFSET", tr("Optical offset"), None, None, whole=False)
    file, filters = QgsProcessingParameterFile, tr("CSV files (*.csv)")
    add(file("SCENES", tr("Further scenes"), file.Behavior.File, "csv", None, True, filters), advanced=True)
    add(QgsProcessingParameterFolderDestination("OUTPUT", tr("Data set")))
    for name, text in (
        ("TILES", tr("Tiles")),
        ("TRAIN_TILES", tr("Training tiles")),
        ("VAL_TILES", tr("Validation tiles")),
        ("TEST_TILES", tr("Test tiles")),
        ("CLASS_COUNT", tr("Number of classes")),
    ):
        algorithm.addOutput(QgsProcessingOutputNumber(name, text))


def request(
    algorithm: Any, parameters: dict[str, Any], context: Any, output: str, labels: str, mask: Optional[str]
) -> Any:
    """The core's ``MakeParameters``.

    Args:
        algorithm, parameters, context: as in ``processAlgorithm``.
        output: folder to make.
        labels: file of the labels.
        mask: file of the mask polygons, or None.

    Raises:
        QgsProcessingException: a layer cannot be opened by GDAL.
        InputError: values the core refuses.
    """

    def layer(name: str, role: str) -> str:
        found = algorithm.parameterAsRasterLayer(parameters, name, context)
        problem = sources.layer_problem(found, role)
        if problem:
            raise QgsProcessingException(problem)
        return sources.gdal_source(found)

    def given(name: str, read: Any) -> Any:
        return None if algorithm.is_empty(parameters, name, context) else read(parameters, name, context)

    make = core_link.core_module("dataset.make")
    scenes = [make.SceneFiles(layer("OPTICAL", "optical"), layer("SAR", "SAR"), labels)]
    table = algorithm.parameterAsFile(parameters, "SCENES", context)
    if table:
        scenes += core_link.core_module("dataset.scene_list").read_scene_list(table)
    return make.MakeParameters(
        scenes=tuple(scenes),
        output=output,
        field=algorithm.parameterAsString(parameters, "FIELD", context) or None,
        label_band=algorithm.parameterAsInt(parameters, "LABEL_BAND", context),
        classes=_classes(algorithm, parameters, context),
        optical_bands=bands(algorithm, parameters, "OPTICAL_BANDS", context),
        sar_bands=bands(algorithm, parameters, "SAR_BANDS", context),
        optical_scale=given("OPTICAL_SCALE", algorithm.parameterAsDouble),
        optical_offset=given("OPTICAL_OFFSET", algorithm.parameterAsDouble),
        sar_units=chosen_word(algorithm, parameters, "SAR_UNITS", context),
        grid=chosen_word(algorithm, parameters, "GRID", context),
        gsd=given("GSD", algorithm.parameterAsDouble) or None,
        extent=chosen_extent(algorithm, parameters, context),
        mask=mask,
        resampling=chosen_word(algorithm, parameters, "RESAMPLING", context),
        tile_size=algorithm.parameterAsInt(parameters, "TILE_SIZE", context),
        block_tiles=given("BLOCK_TILES", algorithm.parameterAsInt),
        gap=given("GAP", algorithm.parameterAsInt),
        shares=_shares(algorithm.parameterAsString(parameters, "SHARES", context)),
        least_labelled=algorithm.parameterAsDouble(parameters, "LEAST_LABELLED", context) / 100,
        seed=algorithm.parameterAsInt(parameters, "SEED", context),
    )


def _classes(algorithm: Any, parameters: dict[str, Any], context: Any) -> Optional[Any]:
    """The core's ``Legend``, or None where the labels decide."""
    cells = [_text(cell) for cell in algorithm.parameterAsMatrix(parameters, "CLASSES", context)]
    rows = [row for row in zip(cells[::3], cells[1::3], cells[2::3]) if any(row)]
    if not rows:
        return None
    parse = core_link.core_module("dataset.classes").parse_class
    legend = core_link.core_module("legend")
    return legend.Legend(tuple(parse("=".join(filter(None, row)), index) for index, row in enumerate(rows)))


def _text(cell: Any) -> str:
    """A cell of a table; `qgis_process` turns whole numbers into floats."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.replace(";", ",").split(","))
    except ValueError as error:
        raise core_link.errors.InputError(
            f"The shares '{text}' were given; expected three numbers such as 70, 15, 15. Correct them."
        ) from error
