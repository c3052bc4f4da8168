"""``rgbsar:classify``: one optical and one SAR layer become a styled land-cover layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingException, QgsSettings

from .. import core_link, runtime, sources, styling
from .. import feedback as reporting
from . import classify_parameters
from .base import RgbSarAlgorithm
from .model_parameter import model_path


class ClassifyAlgorithm(RgbSarAlgorithm):
    """Land cover from an optical and a SAR layer; the parameters stand in ``classify_parameters``."""

    OPTICAL, OPTICAL_BANDS, SAR, SAR_BANDS = "OPTICAL", "OPTICAL_BANDS", "SAR", "SAR_BANDS"
    MODEL = "MODEL"
    OUTPUT, CONFIDENCE, PROBABILITIES = "OUTPUT", "CONFIDENCE", "PROBABILITIES"
    AREA_TABLE, REPORT = "AREA_TABLE", "REPORT"
    ICON = "classify.svg"
    DESCRIPTION = (
        "<p>Maps land cover from an optical and a SAR layer of the same place with a two-input neural network. The "
        "layers may differ in CRS, pixel size and extent: they are put on one grid while they are read. Where either "
        "has no data, the map has none, unless the model was trained to do without one. With such a model one of the "
        "two layers may also be left out.</p>"
        "<p>Choose the two layers and a model; everything else has a sensible default. The network runs in a "
        "process of its own; the algorithm <i>Runtime</i> sets that up.</p>"
    )

    def name(self) -> str:
        return "classify"

    def displayName(self) -> str:
        return self.tr("Classify land cover (optical + SAR)")

    def group(self) -> str:
        return self.tr("Land cover")

    def groupId(self) -> str:
        return "landcover"

    def tags(self) -> list[str]:
        words = "land cover,land use,classification,segmentation,deep learning,neural network,radar,SAR,optical,"
        return self.tr(words + "Sentinel-1,Sentinel-2,fusion,ASANet,raster").split(",")

    def shortDescription(self) -> str:
        return self.tr("Land-cover map from an optical and a SAR layer")

    def canExecute(self) -> tuple[bool, str]:
        """False with what to do where no interpreter could run the network (no process is started here)."""
        return (True, "") if runtime.is_configured() else (False, self.tr(runtime.WHAT_TO_DO))

    def initAlgorithm(self, configuration: Any = None) -> None:
        classify_parameters.add_parameters(self)

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        """What cannot work: model, layers, bands, common ground, output names, tile sizes."""
        model = model_path(self, parameters, self.MODEL, context)
        if not model:
            return self.tr("No model is chosen. Choose a model file (.safetensors) or an installed model.")
        card = core_link.model_card.read_card(model)
        optical = classify_parameters.chosen_layer(self, parameters, self.OPTICAL, context)
        sar = classify_parameters.chosen_layer(self, parameters, self.SAR, context)
        given = (sources.gdal_source(layer) for layer in (optical, sar))
        core_link.core_module("missing_layer").inputs_given(card, *given)
        chosen = classify_parameters.bands(self, parameters, self.OPTICAL_BANDS, context)
        chosen_sar = classify_parameters.bands(self, parameters, self.SAR_BANDS, context)
        classify_parameters.engine_options(self, parameters, context)
        return (
            sources.band_problem(optical, "optical", chosen, card.optical, card.title)
            or sources.band_problem(sar, "SAR", chosen_sar, card.sar, card.title)
            or sources.overlap_problem(optical, sar, context)
            or self._output_problem(parameters, context, optical, sar, model)
        )

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        """Note the first layer's name while QGIS's main thread has it: the user may remove it during the run."""
        layers = (self.parameterAsRasterLayer(parameters, name, context) for name in (self.OPTICAL, self.SAR))
        self._place = next((layer.name() for layer in layers if layer is not None), "")
        return True

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        if not runtime.is_configured():
            raise QgsProcessingException(self.tr(runtime.WHAT_TO_DO))
        progress = reporting.ProgressReporter(feedback)

        def work() -> Any:
            job = classify_parameters.request(self, parameters, context, feedback)
            with runtime.engine(progress.is_cancelled, feedback.pushInfo) as engine:
                return core_link.core_module("classify").classify_rasters(job, progress, progress.is_cancelled, engine)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        reporting.log(result, core_link.core_module("report").summary_lines(result), feedback)
        QgsSettings().setValue(runtime.MODEL_SETTING, model_path(self, parameters, self.MODEL, context))
        self._style(context, result)
        files = {
            self.OUTPUT: result.path,
            self.CONFIDENCE: result.confidence,
            self.PROBABILITIES: result.probabilities,
            self.AREA_TABLE: result.area_table,
            self.REPORT: result.report,
        }
        return {
            **{name: path for name, path in files.items() if path},
            "MAPPED_PIXELS": result.width * result.height - result.nodata_pixels,
            "NODATA_PIXELS": result.nodata_pixels,
            "MAPPED_HECTARES": round(sum(area.hectares for area in result.areas), 4),
        }

    def _style(self, context: Any, result: Any) -> None:
        several = result.confidence or result.probabilities
        group = self.tr("Land cover of {}").format(self._place) if several else ""
        styling.style_result(context, result.path, self.tr("Land cover: {}").format(self._place), result.areas, group)
        styling.style_result(context, result.confidence, self.tr("Confidence (%)"), (), group)
        label = self.tr("Class probabilities (%), band 1: {}").format(result.areas[0].name)
        styling.style_result(context, result.probabilities, label, (), group)

    def _output_problem(self, parameters: dict[str, Any], context: Any, *inputs: Any) -> str:
        read = [entry if isinstance(entry, str) else sources.gdal_source(entry) for entry in inputs]
        written: list[str] = []
        for name in (self.OUTPUT, self.CONFIDENCE, self.PROBABILITIES, self.AREA_TABLE, self.REPORT):
            path = sources.output_path(parameters.get(name), context)
            if not path:
                continue
            if any(sources.same_file(path, other) for other in read):
                return f"The output '{path}' is also an input. Choose another name for the output."
            if any(sources.same_file(path, other) for other in written):
                return f"Two outputs share the name '{path}'. Give each output a name of its own."
            if name not in (self.AREA_TABLE, self.REPORT) and Path(path).suffix.lower() not in (".tif", ".tiff"):
                return f"The output '{path}' is no .tif file; maps are written as GeoTIFF. Let its name end in .tif."
            if not Path(path).absolute().parent.is_dir():
                return f"The folder of the output '{path}' does not exist. Create it or choose another."
            written.append(path)
        return ""
