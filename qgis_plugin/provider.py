"""The Processing provider ``rgbsar`` and its list of algorithms."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.assess_accuracy import AssessAccuracyAlgorithm
from .algorithms.check_alignment import CheckAlignmentAlgorithm
from .algorithms.check_training_data import CheckTrainingDataAlgorithm
from .algorithms.classify import ClassifyAlgorithm
from .algorithms.compare_maps import CompareMapsAlgorithm
from .algorithms.create_training_data import CreateTrainingDataAlgorithm
from .algorithms.describe_model import DescribeModelAlgorithm
from .algorithms.design_sample import DesignSampleAlgorithm
from .algorithms.import_model import ImportModelAlgorithm
from .algorithms.land_cover_chain import LandCoverChain
from .algorithms.prepare_sar import PrepareSarAlgorithm
from .algorithms.refine_map import RefineMapAlgorithm
from .algorithms.runtime import RuntimeAlgorithm
from .algorithms.train_model import TrainModelAlgorithm

ICON = Path(__file__).parent / "resources" / "icon.svg"


class RgbSarProvider(QgsProcessingProvider):
    """Land cover from optical and SAR layers."""

    def id(self) -> str:
        """Stable: scripts and saved models name it."""
        return "rgbsar"

    def name(self) -> str:
        """Shown in the toolbox."""
        return "RGB-SAR Land Cover"

    def icon(self) -> QIcon:
        """Shown in the toolbox."""
        return QIcon(str(ICON))

    def svgIconPath(self) -> str:
        """Shown in the Model Designer."""
        return str(ICON)

    def loadAlgorithms(self) -> None:
        """One line per algorithm."""
        self.addAlgorithm(PrepareSarAlgorithm())
        self.addAlgorithm(CheckAlignmentAlgorithm())
        self.addAlgorithm(ClassifyAlgorithm())
        self.addAlgorithm(DesignSampleAlgorithm())
        self.addAlgorithm(AssessAccuracyAlgorithm())
        self.addAlgorithm(RefineMapAlgorithm())
        self.addAlgorithm(CompareMapsAlgorithm())
        self.addAlgorithm(CreateTrainingDataAlgorithm())
        self.addAlgorithm(CheckTrainingDataAlgorithm())
        self.addAlgorithm(TrainModelAlgorithm())
        self.addAlgorithm(ImportModelAlgorithm())
        self.addAlgorithm(DescribeModelAlgorithm())
        self.addAlgorithm(RuntimeAlgorithm())
        self.addAlgorithm(LandCoverChain())

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """Maps are GeoTIFF (or COG) files."""
        return ["tif", "tiff"]

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """Vector layers are GeoPackages."""
        return ["gpkg"]
