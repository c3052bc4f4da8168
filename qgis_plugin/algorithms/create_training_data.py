"""``rgbsar:createtrainingdata``: layers and labels become a folder of tiles to train a network with."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import QgsProcessingUtils

from .. import core_link, references, sources
from .. import feedback as reporting
from . import dataset_parameters
from .base import RgbSarAlgorithm


class CreateTrainingDataAlgorithm(RgbSarAlgorithm):
    """Tiles of optical, SAR and labels; the parameters stand in ``dataset_parameters``."""

    OPTICAL, SAR, LABELS, LABEL_RASTER = "OPTICAL", "SAR", "LABELS", "LABEL_RASTER"
    FIELD, MASK, OUTPUT = "FIELD", "MASK", "OUTPUT"
    ICON = "create_data.svg"
    DESCRIPTION = (
        "<p>Cuts an optical and a SAR layer, and what is known of the land cover there, into tiles from which a "
        "network can learn. The labels are polygons with a class, or a class raster; a few well-chosen polygons of "
        "each class in many places are better than one corner labelled completely.</p>"
        "<p>The tiles are split into training, validation and test by blocks with a gap between them, so that no tile "
        "the network learns from touches one it is judged by. The log counts the labelled pixels of each class in each "
        "share.</p>"
    )

    def name(self) -> str:
        return "createtrainingdata"

    def displayName(self) -> str:
        return self.tr("Create training data")

    def group(self) -> str:
        return self.tr("Training")

    def groupId(self) -> str:
        return "training"

    def tags(self) -> list[str]:
        words = "training,labels,samples,tiles,chips,patches,data set,dataset,train validation test split,"
        return self.tr(words + "spatial blocks,polygons,ground truth,land cover,deep learning,SAR,optical").split(",")

    def shortDescription(self) -> str:
        return self.tr("Tiles with labels, split by blocks, from an optical and a SAR layer")

    def initAlgorithm(self, configuration: Any = None) -> None:
        dataset_parameters.add_parameters(self)

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        for name, role in ((self.OPTICAL, "optical"), (self.SAR, "SAR")):
            problem = sources.layer_problem(self.parameterAsRasterLayer(parameters, name, context), role)
            if problem:
                return problem
        given = [name for name in (self.LABELS, self.LABEL_RASTER) if parameters.get(name) not in (None, "")]
        if not given:
            return self.tr("No labels are given. Choose polygons or a class raster: one of them.")
        if len(given) == 2:
            return self.tr("Both label polygons and a label raster are given. Choose one of them.")
        labels = ""
        if given == [self.LABEL_RASTER]:
            layer = self.parameterAsRasterLayer(parameters, self.LABEL_RASTER, context)
            problem = sources.layer_problem(layer, "label")
            labels = "" if problem else sources.gdal_source(layer)
        else:
            source = self.parameterAsSource(parameters, self.LABELS, context)
            vector = self.parameterAsVectorLayer(parameters, self.LABELS, context)
            field = self.parameterAsString(parameters, self.FIELD, context)
            problem = references.vector_problem(source, vector, field, "label", points=False)
        if problem:
            return problem
        output = sources.output_path(parameters.get(self.OUTPUT), context)
        output = output or QgsProcessingUtils.generateTempFilename("dataset")
        request = dataset_parameters.request(self, parameters, context, output, labels, None)
        make = core_link.core_module("dataset.make")
        make.check_layers(request)
        if labels:
            make.check_labels(request)
        return ""

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)
        output = self.parameterAsFileOutput(parameters, self.OUTPUT, context)

        def work() -> Any:
            labels, mask = self._vector_files(parameters, context, feedback)
            request = dataset_parameters.request(self, parameters, context, output, labels, mask)
            return core_link.core_module("dataset.make").make_dataset(request, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        reporting.log(result, result.summary_lines(), feedback)
        counts = {f"{split.name.upper()}_TILES": split.tiles for split in result.splits}
        return {self.OUTPUT: result.path, "TILES": result.tiles, **counts, "CLASS_COUNT": len(result.legend)}

    def _vector_files(self, parameters: dict[str, Any], context: Any, feedback: Any) -> tuple[str, Optional[str]]:
        """Files of labels and mask: the layers' own, or copies of what is selected, filtered or held in memory."""
        raster = self.parameterAsRasterLayer(parameters, self.LABEL_RASTER, context)
        if raster is not None:
            labels = sources.gdal_source(raster)
        else:
            field = self.parameterAsString(parameters, self.FIELD, context)
            labels = references.vector_path(self, parameters, self.LABELS, field, context, feedback)
        mask = None
        if parameters.get(self.MASK) not in (None, ""):
            mask = self.parameterAsCompatibleSourceLayerPath(parameters, self.MASK, context, [], "gpkg", feedback)
        return labels, mask
