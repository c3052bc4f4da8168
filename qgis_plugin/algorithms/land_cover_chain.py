"""``rgbsar:landcoverchain``: a Model Designer model of the work up to the sample that somebody has to label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingModelAlgorithm

from ..when_loaded import CHAIN_LABELS
from .base import RgbSarAlgorithm
from .classify import ClassifyAlgorithm
from .model_parameter import model_parameter

MODEL_FILE = Path(__file__).resolve().parent.parent / "processing_models" / "land_cover_chain.model3"
TEXTS = {
    "OPTICAL": (
        "Optical layer",
        "Optical image: a raster file with a CRS. It may be left out if the model was trained to do without one layer.",
    ),
    "SAR": (
        "SAR layer",
        "SAR image of the same place, geocoded; its own CRS and pixels. It may be left out if the model was trained to "
        "do without one layer.",
    ),
    "MODEL": ("Model", "An installed model, by title or name, or the path of a model file (.safetensors)."),
    "MINIMUM_AREA": ("Minimum mapping unit (hectares)", "Smaller regions go to a neighbouring class; 0 for none."),
    "EXPECTED_USERS": (
        "Expected user's accuracies",
        "What share of each class you expect to be right, 0 to 1; the number of points follows from it.",
    ),
    "CONFIDENCE": ("Confidence", "Probability of the mapped class in percent, 255 = nodata."),
    "MAP": ("Refined map", "Class raster of the model's classes, 0 = nodata."),
    "SAMPLE": ("Sample", "GeoPackage of points with the fields id and label."),
}
"""Label and help of each parameter; an output's name is ``step:NAME`` in QGIS 3.22, ``NAME`` in later ones."""


class LandCoverChain(QgsProcessingModelAlgorithm):
    """The model file with an id, texts and the list of installed models.

    Its steps are found only once QGIS knows the provider: one made earlier has no outputs.
    """

    ICON = "icon.svg"
    DESCRIPTION = (
        "<p>Three steps in one: <i>Classify land cover</i>, <i>Refine map</i> with a minimum mapping unit, and "
        "<i>Design sample</i>, whose points are to be labelled before <i>Assess accuracy</i> can tell how right the "
        "map is.</p>"
        "<p>It is a model of the Model Designer: open the file land_cover_chain.model3 in the plugin's folder "
        "processing_models to see it, or to make your own from it.</p>"
    )
    icon = RgbSarAlgorithm.icon
    svgIconPath = RgbSarAlgorithm.svgIconPath
    helpUrl = RgbSarAlgorithm.helpUrl
    shortHelpString = RgbSarAlgorithm.shortHelpString

    def __init__(self) -> None:
        super().__init__()
        self.fromFile(str(MODEL_FILE))
        for parameter in self.parameterDefinitions():
            label, help_text = TEXTS[parameter.name().rpartition(":")[2]]
            parameter.setDescription(self.tr(label))
            if parameter.isDestination():
                CHAIN_LABELS[parameter.name().rpartition(":")[2]] = self.tr(label)
            parameter.setHelp(self.tr(help_text))
        ours, model = model_parameter("MODEL", ""), self.parameterDefinition("MODEL")
        model.setMetadata(ours.metadata())
        model.setDefaultValue(ours.defaultValue())

    def tr(self, text: str) -> str:
        """Translate a text of the interface."""
        return RgbSarAlgorithm.tr(self, text)

    def createInstance(self) -> LandCoverChain:
        """QGIS runs a fresh copy each time."""
        return LandCoverChain()

    def checkParameterValues(self, parameters: dict[str, Any], context: Any) -> tuple[bool, str]:
        """Refuse what the first step would refuse: of that QGIS only says that it failed."""
        classify = ClassifyAlgorithm().create()
        fits, message = classify.checkParameterValues({**parameters, classify.OUTPUT: "TEMPORARY_OUTPUT"}, context)
        return super().checkParameterValues(parameters, context) if fits else (False, message)

    def name(self) -> str:
        return "landcoverchain"

    def displayName(self) -> str:
        return self.tr("Classify, refine and design sample (model)")

    def group(self) -> str:
        return self.tr("Land cover")

    def groupId(self) -> str:
        return "landcover"

    def shortDescription(self) -> str:
        return self.tr("From two layers to a refined map and a sample to be labelled, in one go")

    def tags(self) -> list[str]:
        return self.tr("land cover,model,workflow,chain,classification,refine,sample,optical,SAR").split(",")
