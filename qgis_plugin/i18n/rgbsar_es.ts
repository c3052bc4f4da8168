<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
  <context>
    <name>RgbSar</name>
    <message>
      <source>SAR layer</source>
      <translation>Capa SAR</translation>
    </message>
    <message>
      <source>SAR image (Sentinel-1, Gaofen-3, ALOS PALSAR ...), geocoded, intensity or amplitude, not complex.</source>
      <translation>Imagen SAR (Sentinel-1, Gaofen-3, ALOS PALSAR ...), geocodificada, en intensidad o amplitud, no compleja.</translation>
    </message>
    <message>
      <source>Further days of the same pixels</source>
      <translation>Otras fechas de los mismos píxeles</translation>
    </message>
    <message>
      <source>Images of other days on the same pixels, with the same bands. The mean power of all days is taken before the filter, which then reckons with as many times the looks.</source>
      <translation>Imágenes de otras fechas sobre los mismos píxeles y con las mismas bandas. Antes del filtro se calcula la potencia media de todas las fechas; el filtro cuenta entonces otras tantas veces más vistas.</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Bandas</translation>
    </message>
    <message>
      <source>Bands to prepare. Empty: all.</source>
      <translation>Bandas que se preparan. Vacío: todas.</translation>
    </message>
    <message>
      <source>Detect (the log says what was assumed)</source>
      <translation>Detectar (el registro dice qué se ha supuesto)</translation>
    </message>
    <message>
      <source>Digital numbers</source>
      <translation>Números digitales</translation>
    </message>
    <message>
      <source>Amplitude</source>
      <translation>Amplitud</translation>
    </message>
    <message>
      <source>Linear power (sigma0, gamma0)</source>
      <translation>Potencia lineal (sigma0, gamma0)</translation>
    </message>
    <message>
      <source>Decibels</source>
      <translation>Decibelios</translation>
    </message>
    <message>
      <source>Units of the SAR layer</source>
      <translation>Unidad de la capa SAR</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layers mean.</source>
      <translation>Qué significan los números de las capas SAR.</translation>
    </message>
    <message>
      <source>Calibration constant (dB)</source>
      <translation>Constante de calibración (dB)</translation>
    </message>
    <message>
      <source>Of digital numbers: power in dB is 10 log10(DN^2) plus this, for instance -83 for ALOS PALSAR. Empty: none; levels are relative then.</source>
      <translation>Para números digitales: la potencia en dB es 10 log10(DN^2) más este valor, por ejemplo -83 para ALOS PALSAR. Vacío: ninguna; los niveles son entonces relativos.</translation>
    </message>
    <message>
      <source>Refined Lee</source>
      <translation>Lee refinado</translation>
    </message>
    <message>
      <source>Lee sigma</source>
      <translation>Lee sigma</translation>
    </message>
    <message>
      <source>Lee</source>
      <translation>Lee</translation>
    </message>
    <message>
      <source>Gamma MAP</source>
      <translation>Gamma MAP</translation>
    </message>
    <message>
      <source>Frost</source>
      <translation>Frost</translation>
    </message>
    <message>
      <source>None</source>
      <translation>Ninguno</translation>
    </message>
    <message>
      <source>Speckle filter</source>
      <translation>Filtro de moteado</translation>
    </message>
    <message>
      <source>Refined Lee and Lee sigma keep edges and bright targets best; Lee is the fastest. None: units, mean and grid only.</source>
      <translation>Lee refinado y Lee sigma conservan mejor los bordes y los blancos brillantes; Lee es el más rápido. Ninguno: solo unidad, media y malla.</translation>
    </message>
    <message>
      <source>Filter window (pixels)</source>
      <translation>Ventana del filtro (píxeles)</translation>
    </message>
    <message>
      <source>Side of the filter's square window, an odd number of pixels. Refined Lee: always 7.</source>
      <translation>Lado de la ventana cuadrada del filtro, un número impar de píxeles. Lee refinado: siempre 7.</translation>
    </message>
    <message>
      <source>Number of looks</source>
      <translation>Número de vistas</translation>
    </message>
    <message>
      <source>Equivalent number of looks of one image: 4.4 for Sentinel-1 IW GRD, 1 for a single-look image.</source>
      <translation>Número equivalente de vistas de una imagen: 4.4 para Sentinel-1 IW GRD, 1 para una imagen de una sola vista.</translation>
    </message>
    <message>
      <source>Pixels of this layer</source>
      <translation>Píxeles de esta capa</translation>
    </message>
    <message>
      <source>Write the pixels of this layer, to lay both on top of each other. Empty: the SAR layer's own.</source>
      <translation>Escribe sobre los píxeles de esta capa, para superponer ambas. Vacío: los de la propia capa SAR.</translation>
    </message>
    <message>
      <source>Linear power</source>
      <translation>Potencia lineal</translation>
    </message>
    <message>
      <source>Output units</source>
      <translation>Unidad de salida</translation>
    </message>
    <message>
      <source>Decibels for looking and for most models, linear power for further computing.</source>
      <translation>Decibelios para ver la imagen y para la mayoría de los modelos, potencia lineal para seguir calculando.</translation>
    </message>
    <message>
      <source>Damping of the Frost filter</source>
      <translation>Amortiguamiento del filtro de Frost</translation>
    </message>
    <message>
      <source>Of the Frost filter: larger keeps more detail and more speckle.</source>
      <translation>Para el filtro de Frost: un valor mayor conserva más detalle y más moteado.</translation>
    </message>
    <message>
      <source>Sigma of the Lee sigma filter</source>
      <translation>Sigma del filtro Lee sigma</translation>
    </message>
    <message>
      <source>Of the Lee sigma filter: share of a uniform area's pixels that count as like the centre.</source>
      <translation>Para el filtro Lee sigma: parte de los píxeles de una superficie uniforme que cuentan como parecidos al centro.</translation>
    </message>
    <message>
      <source>Bilinear</source>
      <translation>Bilineal</translation>
    </message>
    <message>
      <source>Nearest neighbour</source>
      <translation>Vecino más próximo</translation>
    </message>
    <message>
      <source>Resampling</source>
      <translation>Remuestreo</translation>
    </message>
    <message>
      <source>Onto that layer's pixels, after the filter, as linear power.</source>
      <translation>Sobre los píxeles de esa capa, después del filtro, como potencia lineal.</translation>
    </message>
    <message>
      <source>Threads</source>
      <translation>Hilos</translation>
    </message>
    <message>
      <source>Processor threads that filter. Empty: one per processor, 4 at most.</source>
      <translation>Hilos del procesador que filtran. Vacío: uno por procesador, 4 como máximo.</translation>
    </message>
    <message>
      <source>Prepared SAR</source>
      <translation>SAR preparado</translation>
    </message>
    <message>
      <source>32 bit floating point GeoTIFF with the bands' names; not-a-number = nodata.</source>
      <translation>GeoTIFF de coma flotante de 32 bits con los nombres de las bandas; NaN = sin datos.</translation>
    </message>
    <message>
      <source>Pixels without data, all bands together</source>
      <translation>Píxeles sin datos, todas las bandas juntas</translation>
    </message>
    <message>
      <source>Zero or negative power that became nodata</source>
      <translation>Potencia nula o negativa que pasó a sin datos</translation>
    </message>
    <message>
      <source>Optical layer</source>
      <translation>Capa óptica</translation>
    </message>
    <message>
      <source>Image that is taken to be in the right place.</source>
      <translation>Imagen cuya posición se da por correcta.</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels.</source>
      <translation>Imagen SAR del mismo lugar, geocodificada; con su propio SRC y sus propios píxeles.</translation>
    </message>
    <message>
      <source>Largest shift (pixels)</source>
      <translation>Mayor desplazamiento (píxeles)</translation>
    </message>
    <message>
      <source>How far to search, in pixels of the coarser layer.</source>
      <translation>Hasta dónde buscar, en píxeles de la capa más gruesa.</translation>
    </message>
    <message>
      <source>Optical bands</source>
      <translation>Bandas ópticas</translation>
    </message>
    <message>
      <source>Bands to match. Empty: the first three.</source>
      <translation>Bandas que se comparan. Vacío: las tres primeras.</translation>
    </message>
    <message>
      <source>SAR bands</source>
      <translation>Bandas SAR</translation>
    </message>
    <message>
      <source>Bands to match. Empty: all.</source>
      <translation>Bandas que se comparan. Vacío: todas.</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layer mean.</source>
      <translation>Qué significan los números de la capa SAR.</translation>
    </message>
    <message>
      <source>Window (pixels)</source>
      <translation>Ventana (píxeles)</translation>
    </message>
    <message>
      <source>Side of the squares that are matched. Larger ones are surer, smaller ones show more detail.</source>
      <translation>Lado de los cuadrados que se comparan. Los grandes son más seguros, los pequeños muestran más detalle.</translation>
    </message>
    <message>
      <source>Shifts</source>
      <translation>Desplazamientos</translation>
    </message>
    <message>
      <source>GeoPackage, one line per window in true length: columns and rows (pixels to the right and downwards), east_m, north_m, shift_m (metres), quality, reliable (1 or 0).</source>
      <translation>GeoPackage, una línea por ventana en su longitud real: columns y rows (píxeles hacia la derecha y hacia abajo), east_m, north_m, shift_m (metros), quality, reliable (1 o 0).</translation>
    </message>
    <message>
      <source>Corrected SAR layer</source>
      <translation>Capa SAR corregida</translation>
    </message>
    <message>
      <source>Copy of the SAR layer, moved back by the shift as a whole; its pixels stay as they are.</source>
      <translation>Copia de la capa SAR, devuelta en bloque por el desplazamiento; sus píxeles quedan como están.</translation>
    </message>
    <message>
      <source>Verdict: aligned, shifted or unknown</source>
      <translation>Veredicto: aligned (alineada), shifted (desplazada) o unknown (desconocido)</translation>
    </message>
    <message>
      <source>Verdict in words</source>
      <translation>Veredicto en palabras</translation>
    </message>
    <message>
      <source>Shift (pixels)</source>
      <translation>Desplazamiento (píxeles)</translation>
    </message>
    <message>
      <source>Shift to the east (m)</source>
      <translation>Desplazamiento hacia el este (m)</translation>
    </message>
    <message>
      <source>Shift to the north (m)</source>
      <translation>Desplazamiento hacia el norte (m)</translation>
    </message>
    <message>
      <source>Optical image (Sentinel-2, aerial, Gaofen-2 ...): a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent. It may be left out if the model was trained to do without one layer.</source>
      <translation>Imagen óptica (Sentinel-2, aérea, Gaofen-2 ...): un archivo ráster con SRC. Su SRC, tamaño de píxel y extensión pueden diferir de los de la capa SAR. Puede omitirse si el modelo se ha entrenado para prescindir de una de las capas.</translation>
    </message>
    <message>
      <source>Bands in the order the model wants them, for instance red, green, blue. Leave empty to take the bands whose names fit, else the first ones; the log says which.</source>
      <translation>Bandas en el orden que pide el modelo, por ejemplo rojo, verde, azul. Déjelo vacío para tomar las bandas cuyos nombres coinciden o, si no, las primeras; el registro dice cuáles.</translation>
    </message>
    <message>
      <source>SAR backscatter image (Sentinel-1, Gaofen-3 ...), geocoded, intensity or amplitude, not complex. It may be left out if the model was trained to do without one layer.</source>
      <translation>Imagen SAR de retrodispersión (Sentinel-1, Gaofen-3 ...), geocodificada, en intensidad o amplitud, no compleja. Puede omitirse si el modelo se ha entrenado para prescindir de una de las capas.</translation>
    </message>
    <message>
      <source>Polarisations in the order the model wants them, for instance VV, VH. Leave empty as above.</source>
      <translation>Polarizaciones en el orden que pide el modelo, por ejemplo VV, VH. Déjelo vacío como arriba.</translation>
    </message>
    <message>
      <source>Digital numbers, not calibrated</source>
      <translation>Números digitales, sin calibrar</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. They are converted to what the model was trained on.</source>
      <translation>Qué significan los números SAR. Se convierten a aquello con lo que se entrenó el modelo.</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modelo</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors). It carries its classes, colours, bands and units; the dialog shows them below the choice.</source>
      <translation>Un modelo instalado, por título o nombre, o la ruta de un archivo de modelo (.safetensors). Contiene sus clases, colores, bandas y unidades; el diálogo los muestra debajo de la elección.</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>Extensión</translation>
    </message>
    <message>
      <source>Part of the land to map. Empty: all ground both layers share.</source>
      <translation>Parte del territorio que se cartografía. Vacío: todo el terreno común a ambas capas.</translation>
    </message>
    <message>
      <source>Mask polygons</source>
      <translation>Polígonos de máscara</translation>
    </message>
    <message>
      <source>Only pixels whose centre lies in one of these polygons are mapped. A selection is honoured.</source>
      <translation>Solo se cartografían los píxeles cuyo centro está en uno de estos polígonos. Se respeta una selección.</translation>
    </message>
    <message>
      <source>Pixels of the optical layer</source>
      <translation>Píxeles de la capa óptica</translation>
    </message>
    <message>
      <source>Pixels of the SAR layer</source>
      <translation>Píxeles de la capa SAR</translation>
    </message>
    <message>
      <source>Pixel grid of the map</source>
      <translation>Malla de píxeles del mapa</translation>
    </message>
    <message>
      <source>Whose pixels the map has; the other layer is resampled to them.</source>
      <translation>De qué capa toma el mapa los píxeles; la otra se remuestrea a ellos.</translation>
    </message>
    <message>
      <source>Pixel size</source>
      <translation>Tamaño de píxel</translation>
    </message>
    <message>
      <source>Pixel size of the map in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>Tamaño de píxel del mapa en unidades del SRC de esa capa (metros o grados). Vacío: el de la capa.</translation>
    </message>
    <message>
      <source>Automatic: GPU if there is one</source>
      <translation>Automático: GPU si la hay</translation>
    </message>
    <message>
      <source>CPU</source>
      <translation>CPU</translation>
    </message>
    <message>
      <source>NVIDIA GPU</source>
      <translation>GPU NVIDIA</translation>
    </message>
    <message>
      <source>Second NVIDIA GPU</source>
      <translation>Segunda GPU NVIDIA</translation>
    </message>
    <message>
      <source>Third NVIDIA GPU</source>
      <translation>Tercera GPU NVIDIA</translation>
    </message>
    <message>
      <source>Fourth NVIDIA GPU</source>
      <translation>Cuarta GPU NVIDIA</translation>
    </message>
    <message>
      <source>Apple GPU</source>
      <translation>GPU Apple</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Dispositivo</translation>
    </message>
    <message>
      <source>Where the network runs. The log names the device really used.</source>
      <translation>Dónde se ejecuta la red. El registro nombra el dispositivo realmente usado.</translation>
    </message>
    <message>
      <source>Tile size (pixels)</source>
      <translation>Tamaño de tesela (píxeles)</translation>
    </message>
    <message>
      <source>Side of the squares the network sees, pixels. Empty: as the model was trained.</source>
      <translation>Lado de los cuadrados que ve la red, en píxeles. Vacío: como se entrenó el modelo.</translation>
    </message>
    <message>
      <source>Overlap (pixels)</source>
      <translation>Solape (píxeles)</translation>
    </message>
    <message>
      <source>Pixels shared by neighbouring squares and blended there. Empty: as the model says.</source>
      <translation>Píxeles que comparten los cuadrados vecinos y donde se funden. Vacío: lo que diga el modelo.</translation>
    </message>
    <message>
      <source>Batch size</source>
      <translation>Tamaño de lote</translation>
    </message>
    <message>
      <source>Squares per pass. Empty: chosen for the device.</source>
      <translation>Cuadrados por pasada. Vacío: se elige según el dispositivo.</translation>
    </message>
    <message>
      <source>CPU threads</source>
      <translation>Hilos de CPU</translation>
    </message>
    <message>
      <source>CPU threads of the network. Empty: all cores.</source>
      <translation>Hilos de CPU de la red. Vacío: todos los núcleos.</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automático</translation>
    </message>
    <message>
      <source>32 bit</source>
      <translation>32 bits</translation>
    </message>
    <message>
      <source>16 bit, bfloat16</source>
      <translation>16 bits, bfloat16</translation>
    </message>
    <message>
      <source>16 bit, float16 (GPU)</source>
      <translation>16 bits, float16 (GPU)</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>Precisión</translation>
    </message>
    <message>
      <source>Arithmetic of the network. Automatic takes 16 bit where that is faster.</source>
      <translation>Aritmética de la red. Automático usa 16 bits donde es más rápido.</translation>
    </message>
    <message>
      <source>PyTorch</source>
      <translation>PyTorch</translation>
    </message>
    <message>
      <source>OpenVINO (CPU)</source>
      <translation>OpenVINO (CPU)</translation>
    </message>
    <message>
      <source>Inference library</source>
      <translation>Biblioteca de inferencia</translation>
    </message>
    <message>
      <source>Library that runs the network. Automatic takes OpenVINO on a CPU if it is installed and agrees with PyTorch.</source>
      <translation>Biblioteca que ejecuta la red. Automático usa OpenVINO en una CPU si está instalado y coincide con PyTorch.</translation>
    </message>
    <message>
      <source>Cubic</source>
      <translation>Cúbico</translation>
    </message>
    <message>
      <source>For the layer that is put on the other's pixels. SAR is always averaged as linear power.</source>
      <translation>Para la capa que se lleva a los píxeles de la otra. El SAR se promedia siempre como potencia lineal.</translation>
    </message>
    <message>
      <source>Optical scale</source>
      <translation>Escala óptica</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset. Empty: from the file, or the model's convention.</source>
      <translation>Reflectancia = número * escala + desplazamiento. Vacío: según el archivo o la convención del modelo.</translation>
    </message>
    <message>
      <source>Optical offset</source>
      <translation>Desplazamiento óptico</translation>
    </message>
    <message>
      <source>Offset of that formula, for instance -0.1 for Sentinel-2 since baseline 04.00.</source>
      <translation>Desplazamiento de esa fórmula, por ejemplo -0.1 para Sentinel-2 desde la versión 04.00.</translation>
    </message>
    <message>
      <source>GeoTIFF</source>
      <translation>GeoTIFF</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFF</source>
      <translation>GeoTIFF optimizado para la nube</translation>
    </message>
    <message>
      <source>Output format</source>
      <translation>Formato de salida</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFFs have overviews and can be read over the network piece by piece.</source>
      <translation>Los GeoTIFF optimizados para la nube tienen vistas generales y pueden leerse por la red a trozos.</translation>
    </message>
    <message>
      <source>Go on from an interrupted run</source>
      <translation>Continuar una ejecución interrumpida</translation>
    </message>
    <message>
      <source>If the run is cancelled or fails, or the machine goes down, the finished rows stay in a hidden folder beside the output, and the same job started again goes on from them; the map is the same to the byte. The folder goes when the map is complete. Off: start from the top, and leave nothing behind.</source>
      <translation>Si la ejecución se cancela o falla, o el equipo se apaga, las filas terminadas quedan en una carpeta oculta junto a la salida, y el mismo trabajo iniciado de nuevo continúa desde ellas; el mapa es igual hasta el último byte. La carpeta desaparece cuando el mapa está completo. Desactivado: empezar desde el principio y no dejar nada.</translation>
    </message>
    <message>
      <source>Land cover</source>
      <translation>Cobertura del suelo</translation>
    </message>
    <message>
      <source>Class raster: one byte a pixel, 0 = nodata, class names and colours inside.</source>
      <translation>Ráster de clases: un byte por píxel, 0 = sin datos, con nombres y colores de las clases.</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>Confianza</translation>
    </message>
    <message>
      <source>Probability of the mapped class in percent, 255 = nodata.</source>
      <translation>Probabilidad de la clase cartografiada en porcentaje, 255 = sin datos.</translation>
    </message>
    <message>
      <source>Class probabilities</source>
      <translation>Probabilidades de las clases</translation>
    </message>
    <message>
      <source>One band per class, percent, 255 = nodata.</source>
      <translation>Una banda por clase, porcentaje, 255 = sin datos.</translation>
    </message>
    <message>
      <source>Area table</source>
      <translation>Tabla de superficies</translation>
    </message>
    <message>
      <source>CSV files (*.csv)</source>
      <translation>Archivos CSV (*.csv)</translation>
    </message>
    <message>
      <source>CSV with pixels and hectares of every class (true ground area, not that of the projection).</source>
      <translation>CSV con píxeles y hectáreas de cada clase (superficie real del terreno, no la de la proyección).</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>Informe</translation>
    </message>
    <message>
      <source>HTML files (*.html)</source>
      <translation>Archivos HTML (*.html)</translation>
    </message>
    <message>
      <source>HTML page with map, areas, model, settings and warnings.</source>
      <translation>Página HTML con mapa, superficies, modelo, ajustes y advertencias.</translation>
    </message>
    <message>
      <source>Mapped pixels</source>
      <translation>Píxeles cartografiados</translation>
    </message>
    <message>
      <source>Pixels without data</source>
      <translation>Píxeles sin datos</translation>
    </message>
    <message>
      <source>Mapped area (ha)</source>
      <translation>Superficie cartografiada (ha)</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>Mapa</translation>
    </message>
    <message>
      <source>Class raster to be assessed, 0 = nodata.</source>
      <translation>Ráster de clases que se evalúa, 0 = sin datos.</translation>
    </message>
    <message>
      <source>Band</source>
      <translation>Banda</translation>
    </message>
    <message>
      <source>Band with the classes.</source>
      <translation>Banda con las clases.</translation>
    </message>
    <message>
      <source>Expected user's accuracies</source>
      <translation>Exactitudes del usuario esperadas</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1: one number for all classes, or one for each, separated by commas, in the order of the map's legend. Guesses will do; 0.5 is the most cautious.</source>
      <translation>Qué parte de cada clase espera que sea correcta, de 0 a 1: un número para todas las clases o uno para cada una, separados por comas, en el orden de la leyenda. Bastan estimaciones; 0.5 es lo más prudente.</translation>
    </message>
    <message>
      <source>Target standard error</source>
      <translation>Error estándar deseado</translation>
    </message>
    <message>
      <source>Wanted standard error of the overall accuracy; 0.02 means a 95 % confidence interval of about ± 4 %.</source>
      <translation>Error estándar deseado de la exactitud global; 0.02 equivale a un intervalo de confianza del 95 % de unos ± 4 %.</translation>
    </message>
    <message>
      <source>Number of points</source>
      <translation>Número de puntos</translation>
    </message>
    <message>
      <source>Empty: computed from the two numbers above.</source>
      <translation>Vacío: se calcula con los dos números anteriores.</translation>
    </message>
    <message>
      <source>Good practice: a minimum for every class, the rest by area</source>
      <translation>Buena práctica: un mínimo para cada clase, el resto según la superficie</translation>
    </message>
    <message>
      <source>In proportion to area</source>
      <translation>Proporcional a la superficie</translation>
    </message>
    <message>
      <source>The same for every class</source>
      <translation>La misma para cada clase</translation>
    </message>
    <message>
      <source>Optimal for the overall accuracy (Neyman)</source>
      <translation>Óptima para la exactitud global (Neyman)</translation>
    </message>
    <message>
      <source>Allocation</source>
      <translation>Asignación</translation>
    </message>
    <message>
      <source>How the points are spread over the classes.</source>
      <translation>Cómo se reparten los puntos entre las clases.</translation>
    </message>
    <message>
      <source>Minimum for every class</source>
      <translation>Mínimo para cada clase</translation>
    </message>
    <message>
      <source>Points every class gets, as far as the number allows. Good practice only.</source>
      <translation>Puntos que recibe cada clase, hasta donde alcance el número. Solo con buena práctica.</translation>
    </message>
    <message>
      <source>Random seed</source>
      <translation>Semilla aleatoria</translation>
    </message>
    <message>
      <source>The same seed gives the same points of the same map.</source>
      <translation>La misma semilla da los mismos puntos del mismo mapa.</translation>
    </message>
    <message>
      <source>Show the map's class and weights</source>
      <translation>Mostrar la clase del mapa y los pesos</translation>
    </message>
    <message>
      <source>Writes class value, class name and the hectares each point stands for, for other programs. Who labels the points should not see them.</source>
      <translation>Escribe el valor y el nombre de la clase y las hectáreas que representa cada punto, para otros programas. Quien etiqueta los puntos no debería verlos.</translation>
    </message>
    <message>
      <source>Sample</source>
      <translation>Muestra</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label. A file that holds labels already is not overwritten.</source>
      <translation>GeoPackage de puntos con los campos id y label. No se sobrescribe un archivo que ya contiene etiquetas.</translation>
    </message>
    <message>
      <source>Expected standard error</source>
      <translation>Error estándar esperado</translation>
    </message>
    <message>
      <source>Band of the map</source>
      <translation>Banda del mapa</translation>
    </message>
    <message>
      <source>Reference points or polygons</source>
      <translation>Puntos o polígonos de referencia</translation>
    </message>
    <message>
      <source>Points stand for the pixel they lie in; polygons for the pixels whose centre they hold. A selection is honoured, but no longer a probability sample the layer knows of.</source>
      <translation>Los puntos representan el píxel en que están; los polígonos, los píxeles cuyo centro contienen. Se respeta una selección, pero deja de ser una muestra probabilística que la capa conozca.</translation>
    </message>
    <message>
      <source>Field with the class</source>
      <translation>Campo con la clase</translation>
    </message>
    <message>
      <source>Class names or class values as in the map; empty means no class. Default: label.</source>
      <translation>Nombres o valores de clase como en el mapa; vacío significa sin clase. Por defecto: label.</translation>
    </message>
    <message>
      <source>Reference raster</source>
      <translation>Ráster de referencia</translation>
    </message>
    <message>
      <source>Another class raster instead of points or polygons, of any CRS and pixel size: its class under the centre of each of the map's pixels counts.</source>
      <translation>Otro ráster de clases en lugar de puntos o polígonos, de cualquier SRC y tamaño de píxel: cuenta su clase bajo el centro de cada píxel del mapa.</translation>
    </message>
    <message>
      <source>Band of the reference raster</source>
      <translation>Banda del ráster de referencia</translation>
    </message>
    <message>
      <source>Probability sample</source>
      <translation>Muestra probabilística</translation>
    </message>
    <message>
      <source>Ask the layer (samples of 'Design sample' know)</source>
      <translation>Preguntar a la capa (las muestras de «Diseñar muestra» lo saben)</translation>
    </message>
    <message>
      <source>Yes: random points of the whole map or of each of its classes</source>
      <translation>Sí: puntos aleatorios de todo el mapa o de cada una de sus clases</translation>
    </message>
    <message>
      <source>No</source>
      <translation>No</translation>
    </message>
    <message>
      <source>Whether the points were drawn at random, so that accuracies and areas of the whole map can be estimated.</source>
      <translation>Si los puntos se extrajeron al azar, de modo que puedan estimarse las exactitudes y superficies de todo el mapa.</translation>
    </message>
    <message>
      <source>Match classes by</source>
      <translation>Emparejar clases por</translation>
    </message>
    <message>
      <source>Class names</source>
      <translation>Nombres de clase</translation>
    </message>
    <message>
      <source>Class values</source>
      <translation>Valores de clase</translation>
    </message>
    <message>
      <source>How the map's class is found for a class of the reference. Automatic: texts by name, numbers by value, rasters by name where both name their classes.</source>
      <translation>Cómo se encuentra la clase del mapa para una clase de la referencia. Automático: textos por nombre, números por valor, rásteres por nombre si ambos nombran sus clases.</translation>
    </message>
    <message>
      <source>Page with tables and plots, for reading and printing.</source>
      <translation>Página con tablas y gráficos, para leer e imprimir.</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>Tabla</translation>
    </message>
    <message>
      <source>Confusion matrix (rows are the reference) and the measures of each class.</source>
      <translation>Matriz de confusión (las filas son la referencia) y las medidas de cada clase.</translation>
    </message>
    <message>
      <source>Figures</source>
      <translation>Cifras</translation>
    </message>
    <message>
      <source>JSON files (*.json)</source>
      <translation>Archivos JSON (*.json)</translation>
    </message>
    <message>
      <source>Every figure, for programs.</source>
      <translation>Todas las cifras, para programas.</translation>
    </message>
    <message>
      <source>Points or pixels compared</source>
      <translation>Puntos o píxeles comparados</translation>
    </message>
    <message>
      <source>Overall accuracy, as counted</source>
      <translation>Exactitud global, según el recuento</translation>
    </message>
    <message>
      <source>Kappa</source>
      <translation>Kappa</translation>
    </message>
    <message>
      <source>Mean IoU</source>
      <translation>IoU medio</translation>
    </message>
    <message>
      <source>Mean F1</source>
      <translation>F1 medio</translation>
    </message>
    <message>
      <source>Overall accuracy of the map, estimated</source>
      <translation>Exactitud global del mapa, estimada</translation>
    </message>
    <message>
      <source>Its standard error</source>
      <translation>Su error estándar</translation>
    </message>
    <message>
      <source>Land-cover layer</source>
      <translation>Capa de cobertura del suelo</translation>
    </message>
    <message>
      <source>Class raster, values 1 to 254; its first band is read.</source>
      <translation>Ráster de clases, valores de 1 a 254; se lee su primera banda.</translation>
    </message>
    <message>
      <source>Confidence layer</source>
      <translation>Capa de confianza</translation>
    </message>
    <message>
      <source>Percent on the same pixels, as Classify land cover writes it. Sure pixels then count for more in the majority filter, and doubtful regions are given away first.</source>
      <translation>Porcentaje sobre los mismos píxeles, como lo escribe «Clasificar cobertura del suelo». Los píxeles seguros cuentan entonces más en el filtro de mayoría y las regiones dudosas se ceden primero.</translation>
    </message>
    <message>
      <source>Majority window (pixels)</source>
      <translation>Ventana de mayoría (píxeles)</translation>
    </message>
    <message>
      <source>Each pixel takes the most frequent class of the square around it. An odd number; 1 for no filter.</source>
      <translation>Cada píxel toma la clase más frecuente del cuadrado que lo rodea. Un número impar; 1 para ningún filtro.</translation>
    </message>
    <message>
      <source>Minimum mapping unit (hectares)</source>
      <translation>Unidad mínima de mapeo (hectáreas)</translation>
    </message>
    <message>
      <source>Smaller regions go to the neighbouring class they share the longest border with. Ground area, not that of the projection; 0 for none.</source>
      <translation>Las regiones menores pasan a la clase vecina con la que comparten el borde más largo. Superficie del terreno, no la de la proyección; 0 para ninguna.</translation>
    </message>
    <message>
      <source>over edges</source>
      <translation>por los lados</translation>
    </message>
    <message>
      <source>over edges and corners</source>
      <translation>por los lados y las esquinas</translation>
    </message>
    <message>
      <source>Regions hang together</source>
      <translation>Las regiones se unen</translation>
    </message>
    <message>
      <source>Whether pixels that meet only at a corner belong to one region. Polygons always follow edges.</source>
      <translation>Si los píxeles que solo se tocan en una esquina pertenecen a una misma región. Los polígonos siguen siempre los lados.</translation>
    </message>
    <message>
      <source>Simplify polygons (pixels)</source>
      <translation>Simplificar polígonos (píxeles)</translation>
    </message>
    <message>
      <source>By how much of a pixel outlines may leave the pixel edges, to lose their steps; 0.35 does well. Every pixel centre stays in its polygon.</source>
      <translation>Qué fracción de píxel pueden apartarse los contornos de los bordes de los píxeles para perder sus escalones; 0.35 va bien. Cada centro de píxel queda en su polígono.</translation>
    </message>
    <message>
      <source>Refined map</source>
      <translation>Mapa refinado</translation>
    </message>
    <message>
      <source>Class raster with the classes, names and colours of the input; 0 = nodata.</source>
      <translation>Ráster de clases con las clases, nombres y colores de la entrada; 0 = sin datos.</translation>
    </message>
    <message>
      <source>Polygons</source>
      <translation>Polígonos</translation>
    </message>
    <message>
      <source>GeoPackage, one polygon per region: value, class, area_ha, confidence (mean percent of the pixels that kept their class), changed (percent of its pixels).</source>
      <translation>GeoPackage, un polígono por región: value, class, area_ha, confidence (porcentaje medio de los píxeles que conservaron su clase), changed (porcentaje de sus píxeles).</translation>
    </message>
    <message>
      <source>Changed pixels (%)</source>
      <translation>Píxeles cambiados (%)</translation>
    </message>
    <message>
      <source>Regions given to a neighbour</source>
      <translation>Regiones cedidas a una vecina</translation>
    </message>
    <message>
      <source>Earlier map</source>
      <translation>Mapa anterior</translation>
    </message>
    <message>
      <source>Later map</source>
      <translation>Mapa posterior</translation>
    </message>
    <message>
      <source>Class raster of the same place; it may lie on other pixels.</source>
      <translation>Ráster de clases del mismo lugar; puede estar sobre otros píxeles.</translation>
    </message>
    <message>
      <source>Class of either map</source>
      <translation>Clase de uno de los mapas</translation>
    </message>
    <message>
      <source>Compare as</source>
      <translation>Comparar como</translation>
    </message>
    <message>
      <source>Mapping table</source>
      <translation>Tabla de correspondencias</translation>
    </message>
    <message>
      <source>Only where names differ: a class of either map, and the name to compare it as. Several classes with one new name count as one. A class that stands alone goes here under its own name.</source>
      <translation>Solo donde difieren los nombres: una clase de uno de los mapas y el nombre con el que se compara. Varias clases con un mismo nombre nuevo cuentan como una. Una clase sin pareja va aquí con su propio nombre.</translation>
    </message>
    <message>
      <source>Pixels of the earlier map</source>
      <translation>Píxeles del mapa anterior</translation>
    </message>
    <message>
      <source>Pixels of the later map</source>
      <translation>Píxeles del mapa posterior</translation>
    </message>
    <message>
      <source>Pixel grid</source>
      <translation>Malla de píxeles</translation>
    </message>
    <message>
      <source>Of the other map, what lies under the centres of these pixels is taken.</source>
      <translation>Del otro mapa se toma lo que hay bajo el centro de estos píxeles.</translation>
    </message>
    <message>
      <source>Changes</source>
      <translation>Cambios</translation>
    </message>
    <message>
      <source>Raster with one value per pair of classes that occurs, named 'from -&gt; to'; 0 where either map has none.</source>
      <translation>Ráster con un valor por cada par de clases que aparece, llamado «de -&gt; a»; 0 donde uno de los mapas no tiene nada.</translation>
    </message>
    <message>
      <source>Change matrix</source>
      <translation>Matriz de cambios</translation>
    </message>
    <message>
      <source>Rows are classes of the earlier map, columns of the later one; in pixels, then in hectares of ground.</source>
      <translation>Las filas son las clases del mapa anterior, las columnas las del posterior; en píxeles y luego en hectáreas de terreno.</translation>
    </message>
    <message>
      <source>Compared area (ha)</source>
      <translation>Superficie comparada (ha)</translation>
    </message>
    <message>
      <source>Changed area (ha)</source>
      <translation>Superficie cambiada (ha)</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent.</source>
      <translation>Imagen óptica: un archivo ráster con SRC. Su SRC, tamaño de píxel y extensión pueden diferir de los de la capa SAR.</translation>
    </message>
    <message>
      <source>Bands the network shall learn from. Empty: all.</source>
      <translation>Bandas de las que debe aprender la red. Vacío: todas.</translation>
    </message>
    <message>
      <source>SAR backscatter image of the same place, geocoded, intensity or amplitude, not complex.</source>
      <translation>Imagen SAR de retrodispersión del mismo lugar, geocodificada, en intensidad o amplitud, no compleja.</translation>
    </message>
    <message>
      <source>Polarisations the network shall learn from. Empty: all.</source>
      <translation>Polarizaciones de las que debe aprender la red. Vacío: todas.</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. The tiles keep the numbers; decibels become linear power only where the layer has to be resampled.</source>
      <translation>Qué significan los números SAR. Las teselas conservan los números; los decibelios solo pasan a potencia lineal donde la capa debe remuestrearse.</translation>
    </message>
    <message>
      <source>Label polygons</source>
      <translation>Polígonos etiquetados</translation>
    </message>
    <message>
      <source>Polygons of known land cover. They need not cover everything: the rest counts as unlabelled. Only selected ones are used if you say so.</source>
      <translation>Polígonos de cobertura del suelo conocida. No tienen que cubrirlo todo: el resto cuenta como sin etiquetar. Si lo indica, solo se usan los seleccionados.</translation>
    </message>
    <message>
      <source>Class names, or class values from 1 to 254. Empty means unlabelled. Default: label.</source>
      <translation>Nombres de clase o valores de clase de 1 a 254. Vacío significa sin etiquetar. Por defecto: label.</translation>
    </message>
    <message>
      <source>Label raster</source>
      <translation>Ráster etiquetado</translation>
    </message>
    <message>
      <source>A class raster instead of polygons, of any CRS and pixel size; 0 and nodata mean unlabelled.</source>
      <translation>Un ráster de clases en lugar de polígonos, de cualquier SRC y tamaño de píxel; 0 y sin datos significan sin etiquetar.</translation>
    </message>
    <message>
      <source>Band of the label raster</source>
      <translation>Banda del ráster etiquetado</translation>
    </message>
    <message>
      <source>Value</source>
      <translation>Valor</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Nombre</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Color</translation>
    </message>
    <message>
      <source>List of classes</source>
      <translation>Lista de clases</translation>
    </message>
    <message>
      <source>Only where the labels shall not decide: value (1 to 254), name, and perhaps colour as #rrggbb of each class. Labels with other classes are refused then.</source>
      <translation>Solo si no deben decidir las etiquetas: valor (1 a 254), nombre y, si se quiere, color como #rrggbb de cada clase. Las etiquetas de otras clases se rechazan entonces.</translation>
    </message>
    <message>
      <source>Side of the square pieces, pixels. 256 suits 10 m imagery.</source>
      <translation>Lado de los trozos cuadrados, en píxeles. 256 va bien con imágenes de 10 m.</translation>
    </message>
    <message>
      <source>Shares of training, validation, test (%)</source>
      <translation>Partes de entrenamiento, validación y prueba (%)</translation>
    </message>
    <message>
      <source>Of training, validation and test, separated by commas. Tiles are shared out in whole blocks, so that every class has about these shares; 80, 20, 0 leaves the test out.</source>
      <translation>De entrenamiento, validación y prueba, separadas por comas. Las teselas se reparten por bloques enteros, de modo que cada clase tenga aproximadamente estas partes; 80, 20, 0 omite la prueba.</translation>
    </message>
    <message>
      <source>Least labelled part of a tile (%)</source>
      <translation>Menor parte etiquetada de una tesela (%)</translation>
    </message>
    <message>
      <source>Tiles with a smaller share of labelled pixels are left out, percent.</source>
      <translation>Las teselas con una parte menor de píxeles etiquetados se omiten, en porcentaje.</translation>
    </message>
    <message>
      <source>Side of a block (tiles)</source>
      <translation>Lado de un bloque (teselas)</translation>
    </message>
    <message>
      <source>So many tiles in each direction form a block that stays in one share. Empty: up to 4, fewer where there would be too few blocks.</source>
      <translation>Tantas teselas en cada dirección forman un bloque que queda en una sola parte. Vacío: hasta 4, menos donde habría demasiado pocos bloques.</translation>
    </message>
    <message>
      <source>Gap between blocks (pixels)</source>
      <translation>Separación entre bloques (píxeles)</translation>
    </message>
    <message>
      <source>Pixels left out between blocks, so that no training tile touches a validation or test tile. Empty: a quarter of a tile.</source>
      <translation>Píxeles que se omiten entre bloques, para que ninguna tesela de entrenamiento toque una de validación o prueba. Vacío: un cuarto de tesela.</translation>
    </message>
    <message>
      <source>The same seed gives the same split of the same labels.</source>
      <translation>La misma semilla da el mismo reparto de las mismas etiquetas.</translation>
    </message>
    <message>
      <source>Part of the land to take tiles from. Empty: all ground both layers share.</source>
      <translation>Parte del territorio de la que se toman teselas. Vacío: todo el terreno común a ambas capas.</translation>
    </message>
    <message>
      <source>Labels outside these polygons are not used. A selection is honoured.</source>
      <translation>No se usan las etiquetas fuera de estos polígonos. Se respeta una selección.</translation>
    </message>
    <message>
      <source>Pixel grid of the tiles</source>
      <translation>Malla de píxeles de las teselas</translation>
    </message>
    <message>
      <source>Whose pixels the tiles have; the other layer is resampled to them.</source>
      <translation>De qué capa toman los píxeles las teselas; la otra se remuestrea a ellos.</translation>
    </message>
    <message>
      <source>Pixel size in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>Tamaño de píxel en unidades del SRC de esa capa (metros o grados). Vacío: el de la capa.</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset; noted for training. Empty: from the file.</source>
      <translation>Reflectancia = número * escala + desplazamiento; se anota para el entrenamiento. Vacío: según el archivo.</translation>
    </message>
    <message>
      <source>Further scenes</source>
      <translation>Otras escenas</translation>
    </message>
    <message>
      <source>Further places for the same data set: a CSV table with the columns optical, sar and labels (paths, relative to the table) and perhaps name. All need the same bands and units.</source>
      <translation>Otros lugares para el mismo conjunto de datos: una tabla CSV con las columnas optical, sar y labels (rutas relativas a la tabla) y, si se quiere, name. Todas necesitan las mismas bandas y unidades.</translation>
    </message>
    <message>
      <source>Data set</source>
      <translation>Conjunto de datos</translation>
    </message>
    <message>
      <source>New or empty folder. It gets optical, SAR and label tiles, the lists train.txt, val.txt and test.txt, and dataset.json, which says what they are.</source>
      <translation>Carpeta nueva o vacía. Recibe las teselas ópticas, SAR y de etiquetas, las listas train.txt, val.txt y test.txt, y dataset.json, que las describe.</translation>
    </message>
    <message>
      <source>Tiles</source>
      <translation>Teselas</translation>
    </message>
    <message>
      <source>Training tiles</source>
      <translation>Teselas de entrenamiento</translation>
    </message>
    <message>
      <source>Validation tiles</source>
      <translation>Teselas de validación</translation>
    </message>
    <message>
      <source>Test tiles</source>
      <translation>Teselas de prueba</translation>
    </message>
    <message>
      <source>Number of classes</source>
      <translation>Número de clases</translation>
    </message>
    <message>
      <source>Folder with dataset.json or with folders of optical, SAR and label tiles and the lists train.txt, val.txt (ASANet's layout), or with s1_dir, s2_dir and ann_dir (AMM-FuseNet's).</source>
      <translation>Carpeta con dataset.json, o con carpetas de teselas ópticas, SAR y de etiquetas y las listas train.txt, val.txt (estructura de ASANet), o con s1_dir, s2_dir y ann_dir (la de AMM-FuseNet).</translation>
    </message>
    <message>
      <source>Values the labels may have, separated by commas. Empty: as dataset.json says, else those that are found.</source>
      <translation>Valores que pueden tener las etiquetas, separados por comas. Vacío: como diga dataset.json o, si no, los que se encuentren.</translation>
    </message>
    <message>
      <source>Value of unlabelled pixels</source>
      <translation>Valor de los píxeles sin etiquetar</translation>
    </message>
    <message>
      <source>Empty: as dataset.json says, else 255.</source>
      <translation>Vacío: como diga dataset.json o, si no, 255.</translation>
    </message>
    <message>
      <source>Folder of the optical tiles</source>
      <translation>Carpeta de las teselas ópticas</translation>
    </message>
    <message>
      <source>Folder of the SAR tiles</source>
      <translation>Carpeta de las teselas SAR</translation>
    </message>
    <message>
      <source>Folder of the label tiles</source>
      <translation>Carpeta de las teselas de etiquetas</translation>
    </message>
    <message>
      <source>Its name inside the data set. Empty: found by its name.</source>
      <translation>Su nombre dentro del conjunto de datos. Vacío: se encuentra por su nombre.</translation>
    </message>
    <message>
      <source>Samples in the report</source>
      <translation>Ejemplos en el informe</translation>
    </message>
    <message>
      <source>So many samples are shown, spread evenly over the lists.</source>
      <translation>Cuántos ejemplos se muestran, repartidos por igual en las listas.</translation>
    </message>
    <message>
      <source>Page with findings, class balance, band statistics and pictures of samples.</source>
      <translation>Página con hallazgos, equilibrio de clases, estadísticas de las bandas e imágenes de ejemplos.</translation>
    </message>
    <message>
      <source>Kinds of errors</source>
      <translation>Tipos de errores</translation>
    </message>
    <message>
      <source>Kinds of warnings</source>
      <translation>Tipos de advertencias</translation>
    </message>
    <message>
      <source>Samples</source>
      <translation>Ejemplos</translation>
    </message>
    <message>
      <source>Folder that 'Create training data' made: tiles, lists and dataset.json. Run 'Check training data' on it first.</source>
      <translation>Carpeta que creó «Crear datos de entrenamiento»: teselas, listas y dataset.json. Ejecute antes «Comprobar datos de entrenamiento» con ella.</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>Red</translation>
    </message>
    <message>
      <source>Which network, and where it comes in sizes, how large: asanet atto is the smallest and trains on a CPU in minutes; tiny and base want a GPU. Not asked where you start from a model.</source>
      <translation>Qué red y, si la hay en varios tamaños, de cuál: asanet atto es la más pequeña y se entrena en una CPU en minutos; tiny y base piden una GPU. No se tiene en cuenta si parte de un modelo.</translation>
    </message>
    <message>
      <source>Start from this model</source>
      <translation>Partir de este modelo</translation>
    </message>
    <message>
      <source>Model whose weights are the start; often better than fresh ones where labels are few. It needs as many optical and SAR bands as the data set; its classes may be others. Empty: fresh weights.</source>
      <translation>Modelo cuyos pesos son el punto de partida; a menudo es mejor que pesos nuevos si hay pocas etiquetas. Necesita tantas bandas ópticas y SAR como el conjunto de datos; sus clases pueden ser otras. Vacío: pesos nuevos.</translation>
    </message>
    <message>
      <source>Time for training (minutes)</source>
      <translation>Tiempo de entrenamiento (minutos)</translation>
    </message>
    <message>
      <source>The learning rate falls to its end within this time. Starting, preparing tiles and writing the model come on top. Empty or 0: as many as the epochs take.</source>
      <translation>La tasa de aprendizaje baja hasta su valor final en este tiempo. El arranque, la preparación de las teselas y la escritura del modelo se suman. Vacío o 0: lo que duren las épocas.</translation>
    </message>
    <message>
      <source>Epochs</source>
      <translation>Épocas</translation>
    </message>
    <message>
      <source>So many times each training tile is seen, about. With minutes, whichever ends first. Empty: no limit.</source>
      <translation>Cuántas veces, aproximadamente, se ve cada tesela de entrenamiento. Si también se indican minutos, cuenta lo que termine antes. Vacío: sin límite.</translation>
    </message>
    <message>
      <source>Where the network is trained.</source>
      <translation>Dónde se entrena la red.</translation>
    </message>
    <message>
      <source>Form of the network</source>
      <translation>Forma de la red</translation>
    </message>
    <message>
      <source>Other forms of the network, such as variant=cfm or modality=optical; several separated by commas.</source>
      <translation>Otras formas de la red, como variant=cfm o modality=optical; varias se separan con comas.</translation>
    </message>
    <message>
      <source>Samples of one step. Smaller if memory runs out.</source>
      <translation>Ejemplos por paso. Menos si falta memoria.</translation>
    </message>
    <message>
      <source>Crop (pixels)</source>
      <translation>Recorte (píxeles)</translation>
    </message>
    <message>
      <source>Side of a sample, pixels. Empty: the tile's, up to 192.</source>
      <translation>Lado de un ejemplo, en píxeles. Vacío: el de la tesela, hasta 192.</translation>
    </message>
    <message>
      <source>Learning rate</source>
      <translation>Tasa de aprendizaje</translation>
    </message>
    <message>
      <source>Empty: one that suits the network, a third of it where you start from a model.</source>
      <translation>Vacío: una adecuada para la red; un tercio de ella si parte de un modelo.</translation>
    </message>
    <message>
      <source>Of weights and samples.</source>
      <translation>De los pesos y los ejemplos.</translation>
    </message>
    <message>
      <source>Worker processes</source>
      <translation>Procesos de trabajo</translation>
    </message>
    <message>
      <source>Processes that make samples, on Linux. Empty: chosen for the device.</source>
      <translation>Procesos que preparan ejemplos, en Linux. Vacío: se eligen según el dispositivo.</translation>
    </message>
    <message>
      <source>Samples without optical or SAR (%)</source>
      <translation>Ejemplos sin óptico o SAR (%)</translation>
    </message>
    <message>
      <source>In so many samples optical or SAR is left out, so that the model can map where one is missing (clouds, gaps). 20 is a good value; accuracy where both are there falls a little.</source>
      <translation>En este porcentaje de los ejemplos se omite el óptico o el SAR, para que el modelo pueda cartografiar donde falta uno de los dos (nubes, huecos). 20 es un buen valor; donde están ambos, la exactitud baja un poco.</translation>
    </message>
    <message>
      <source>Title of the model</source>
      <translation>Título del modelo</translation>
    </message>
    <message>
      <source>Name of the model for people. Empty: that of the data set.</source>
      <translation>Nombre del modelo para las personas. Vacío: el del conjunto de datos.</translation>
    </message>
    <message>
      <source>Licence of the model</source>
      <translation>Licencia del modelo</translation>
    </message>
    <message>
      <source>Under which the model may be used; it stands in the model file. That of your data may bind you.</source>
      <translation>Con la que se puede usar el modelo; figura en el archivo del modelo. La de sus datos puede obligarle.</translation>
    </message>
    <message>
      <source>Model files (*.safetensors)</source>
      <translation>Archivos de modelo (*.safetensors)</translation>
    </message>
    <message>
      <source>Model file (.safetensors) for 'Classify land cover'. Cancelling writes the best weights so far.</source>
      <translation>Archivo de modelo (.safetensors) para «Clasificar cobertura del suelo». Al cancelar se escriben los mejores pesos hasta el momento.</translation>
    </message>
    <message>
      <source>HTML page with curves, confusion matrix, accuracy of each class and predictions beside the labels.</source>
      <translation>Página HTML con curvas, matriz de confusión, exactitud de cada clase y predicciones junto a las etiquetas.</translation>
    </message>
    <message>
      <source>Overall accuracy</source>
      <translation>Exactitud global</translation>
    </message>
    <message>
      <source>Steps behind the weights</source>
      <translation>Pasos hasta estos pesos</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>Archivo de modelo</translation>
    </message>
    <message>
      <source>A model file (.safetensors) on this computer. Either this or an address.</source>
      <translation>Un archivo de modelo (.safetensors) en este equipo. O este o una dirección.</translation>
    </message>
    <message>
      <source>Or its address on the web</source>
      <translation>O su dirección en la web</translation>
    </message>
    <message>
      <source>An address that starts with https:// or http://. QGIS's proxy and certificates are used.</source>
      <translation>Una dirección que empieza por https:// o http://. Se usan el proxy y los certificados de QGIS.</translation>
    </message>
    <message>
      <source>SHA-256</source>
      <translation>SHA-256</translation>
    </message>
    <message>
      <source>Checksum of the file as its publisher gives it, 64 digits; another file is refused. Empty: not compared.</source>
      <translation>Suma de comprobación del archivo tal como la da quien lo publica, 64 cifras; otro archivo se rechaza. Vacío: no se compara.</translation>
    </message>
    <message>
      <source>Install (untick to only see the card)</source>
      <translation>Instalar (desmarque para ver solo la ficha)</translation>
    </message>
    <message>
      <source>Unticked, the file is read and shown, and nothing is kept.</source>
      <translation>Sin marcar, el archivo se lee y se muestra, y no se guarda nada.</translation>
    </message>
    <message>
      <source>Replace an installed model of the same name</source>
      <translation>Sustituir un modelo instalado del mismo nombre</translation>
    </message>
    <message>
      <source>Otherwise an installed model of that name stays and the import is refused.</source>
      <translation>Si no, un modelo instalado de ese nombre permanece y la importación se rechaza.</translation>
    </message>
    <message>
      <source>Title</source>
      <translation>Título</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors).</source>
      <translation>Un modelo instalado, por título o nombre, o la ruta de un archivo de modelo (.safetensors).</translation>
    </message>
    <message>
      <source>Model card</source>
      <translation>Ficha del modelo</translation>
    </message>
    <message>
      <source>The card as a page, classes in their colours.</source>
      <translation>La ficha como página, con las clases en sus colores.</translation>
    </message>
    <message>
      <source>STAC item</source>
      <translation>Elemento STAC</translation>
    </message>
    <message>
      <source>The card as a STAC item with the Machine Learning Model extension, for catalogues.</source>
      <translation>La ficha como elemento STAC con la extensión Machine Learning Model, para catálogos.</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>Todos los archivos (*)</translation>
    </message>
    <message>
      <source>Show status</source>
      <translation>Mostrar el estado</translation>
    </message>
    <message>
      <source>Use this Python</source>
      <translation>Usar este Python</translation>
    </message>
    <message>
      <source>Create the managed environment</source>
      <translation>Crear el entorno gestionado</translation>
    </message>
    <message>
      <source>Remove the managed environment</source>
      <translation>Eliminar el entorno gestionado</translation>
    </message>
    <message>
      <source>Plan: what would a creation download?</source>
      <translation>Plan: ¿qué descargaría una creación?</translation>
    </message>
    <message>
      <source>Repair the managed environment</source>
      <translation>Reparar el entorno gestionado</translation>
    </message>
    <message>
      <source>What to do</source>
      <translation>Qué hacer</translation>
    </message>
    <message>
      <source>See above.</source>
      <translation>Véase arriba.</translation>
    </message>
    <message>
      <source>Python</source>
      <translation>Python</translation>
    </message>
    <message>
      <source>The python program (python.exe, bin/python3) to use; when creating, the one to build on (3.10 or newer). Empty when creating: QGIS's own.</source>
      <translation>El programa Python (python.exe, bin/python3) que se usará; al crear, aquel sobre el que se construye (3.10 o posterior). Vacío al crear: el de QGIS.</translation>
    </message>
    <message>
      <source>Yes, download PyTorch (the plan says how much)</source>
      <translation>Sí, descargar PyTorch (el plan dice cuánto)</translation>
    </message>
    <message>
      <source>Needed to create the environment; nothing is downloaded without it. About 0.3 GB, with support for NVIDIA GPUs 2.8 GB.</source>
      <translation>Necesario para crear el entorno; sin ello no se descarga nada. Unos 0,3 GB; con soporte para GPU NVIDIA, 2,8 GB.</translation>
    </message>
    <message>
      <source>Automatic: for the NVIDIA GPU if driver and GPU allow it</source>
      <translation>Automático: para la GPU NVIDIA si el controlador y la GPU lo permiten</translation>
    </message>
    <message>
      <source>Build of PyTorch</source>
      <translation>Versión de PyTorch</translation>
    </message>
    <message>
      <source>For NVIDIA GPUs the CUDA version is chosen by driver and GPU. Apple GPUs need no choice.</source>
      <translation>Para GPU NVIDIA la versión de CUDA se elige según el controlador y la GPU. Las GPU Apple no requieren elección.</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>Carpeta de wheels</translation>
    </message>
    <message>
      <source>Install from these downloaded files instead of from the network (docs/user/runtime.md says how to get them).</source>
      <translation>Instalar desde estos archivos descargados en lugar de la red (docs/user/runtime.md dice cómo obtenerlos).</translation>
    </message>
    <message>
      <source>HTML files (*.html);;Markdown files (*.md)</source>
      <translation>Archivos HTML (*.html);;Archivos Markdown (*.md)</translation>
    </message>
    <message>
      <source>Status report</source>
      <translation>Informe de estado</translation>
    </message>
    <message>
      <source>The status as a page or as Markdown, for a bug report: your home folder appears as ~.</source>
      <translation>El estado como página o como Markdown, para un informe de error: su carpeta personal aparece como ~.</translation>
    </message>
    <message>
      <source>Python used</source>
      <translation>Python usado</translation>
    </message>
    <message>
      <source>PyTorch version</source>
      <translation>Versión de PyTorch</translation>
    </message>
    <message>
      <source>Best device</source>
      <translation>Mejor dispositivo</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may be left out if the model was trained to do without one layer.</source>
      <translation>Imagen óptica: un archivo ráster con SRC. Puede omitirse si el modelo se ha entrenado para prescindir de una de las capas.</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels. It may be left out if the model was trained to do without one layer.</source>
      <translation>Imagen SAR del mismo lugar, geocodificada; con su propio SRC y sus propios píxeles. Puede omitirse si el modelo se ha entrenado para prescindir de una de las capas.</translation>
    </message>
    <message>
      <source>Smaller regions go to a neighbouring class; 0 for none.</source>
      <translation>Las regiones menores pasan a una clase vecina; 0 para ninguna.</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1; the number of points follows from it.</source>
      <translation>Qué parte de cada clase espera que sea correcta, de 0 a 1; de ello resulta el número de puntos.</translation>
    </message>
    <message>
      <source>Class raster of the model's classes, 0 = nodata.</source>
      <translation>Ráster de clases con las clases del modelo, 0 = sin datos.</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label.</source>
      <translation>GeoPackage de puntos con los campos id y label.</translation>
    </message>
    <message>
      <source>Assess accuracy</source>
      <translation>Evaluar exactitud</translation>
    </message>
    <message>
      <source>Accuracy</source>
      <translation>Exactitud</translation>
    </message>
    <message>
      <source>Confusion matrix, accuracies and adjusted areas of a class raster</source>
      <translation>Matriz de confusión, exactitudes y superficies ajustadas de un ráster de clases</translation>
    </message>
    <message>
      <source>accuracy,validation,confusion matrix,error matrix,kappa,IoU,F1,user's accuracy,producer's accuracy,area estimation,confidence interval,Olofsson,Stehman,land cover</source>
      <translation>exactitud,validación,matriz de confusión,matriz de error,kappa,IoU,F1,exactitud del usuario,exactitud del productor,estimación de superficie,intervalo de confianza,Olofsson,Stehman,cobertura del suelo</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds a class raster against labelled points, labelled polygons or another class raster: confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU.&lt;/p&gt;&lt;p&gt;Of points drawn at random (&lt;i&gt;Design sample&lt;/i&gt;), it also estimates the accuracies of the whole map and the true area of each class, with 95 % confidence intervals (Olofsson et al. 2014; Stehman 2014).&lt;/p&gt;</source>
      <translation>&lt;p&gt;Contrasta un ráster de clases con puntos etiquetados, polígonos etiquetados u otro ráster de clases: matriz de confusión, exactitud global, kappa, exactitud del usuario y del productor, F1 e IoU.&lt;/p&gt;&lt;p&gt;A partir de puntos extraídos al azar (&lt;i&gt;Diseñar muestra&lt;/i&gt;) estima también las exactitudes de todo el mapa y la superficie real de cada clase, con intervalos de confianza del 95 % (Olofsson et al. 2014; Stehman 2014).&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check alignment (optical and SAR)</source>
      <translation>Comprobar alineación (óptico y SAR)</translation>
    </message>
    <message>
      <source>Preparation</source>
      <translation>Preparación</translation>
    </message>
    <message>
      <source>How far a SAR layer lies from an optical one, as arrows and in words</source>
      <translation>Cuánto se aparta una capa SAR de una óptica, en flechas y en palabras</translation>
    </message>
    <message>
      <source>SAR,radar,optical,alignment,align,co-registration,coregistration,registration,shift,offset,displacement,georeferencing,matching,correlation</source>
      <translation>SAR,radar,óptico,alineación,alinear,correferenciación,corregistro,registro,desplazamiento,desfase,georreferenciación,emparejamiento,correlación</translation>
    </message>
    <message>
      <source>&lt;p&gt;Measures whether a SAR layer lies on an optical one, to a part of a pixel: in 50 to 400 windows spread over the scene, by the edges both show. The log says in words what was found.&lt;/p&gt;&lt;p&gt;Each arrow leads from a place in the optical layer to where the SAR layer shows it; its attributes give the shift in pixels and metres. Grey arrows are doubtful.&lt;/p&gt;&lt;p&gt;A constant shift can be mended: the corrected SAR layer has the same pixels and another origin. In hills a SAR layer without terrain correction is shifted by other amounts at other heights; that needs terrain correction.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Mide, con precisión de una fracción de píxel, si una capa SAR se superpone a una óptica: en 50 a 400 ventanas repartidas por la escena, por los bordes que muestran ambas. El registro dice en palabras lo que se encontró.&lt;/p&gt;&lt;p&gt;Cada flecha va de un lugar de la capa óptica a donde lo muestra la capa SAR; sus atributos dan el desplazamiento en píxeles y metros. Las flechas grises son dudosas.&lt;/p&gt;&lt;p&gt;Un desplazamiento constante puede corregirse: la capa SAR corregida tiene los mismos píxeles y otro origen. En terreno montañoso, una capa SAR sin corrección del terreno está desplazada de forma distinta a distintas alturas; eso requiere corrección del terreno.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check training data</source>
      <translation>Comprobar datos de entrenamiento</translation>
    </message>
    <message>
      <source>Training</source>
      <translation>Entrenamiento</translation>
    </message>
    <message>
      <source>What is wrong with a folder of training data</source>
      <translation>Qué está mal en una carpeta de datos de entrenamiento</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,data set,dataset,check,validate,quality,class balance,statistics,mean,standard deviation,leakage,alignment,deep learning</source>
      <translation>entrenamiento,etiquetas,ejemplos,teselas,conjunto de datos,dataset,comprobar,validar,calidad,equilibrio de clases,estadísticas,media,desviación estándar,fuga,alineación,aprendizaje profundo</translation>
    </message>
    <message>
      <source>&lt;p&gt;Reads every tile of a training data set and says what would spoil training or make it suffer: missing or unreadable files, sizes and places that differ, labels outside the class list, samples in two lists, neighbours on both sides of a split, empty or constant images, NaN, rare or missing classes, SAR that does not lie on the optical image.&lt;/p&gt;&lt;p&gt;Folders of &lt;i&gt;Create training data&lt;/i&gt; and folders in ASANet's or AMM-FuseNet's layout can be checked; nothing in them is changed. The report shows samples side by side: look at them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Lee cada tesela de un conjunto de datos de entrenamiento y dice qué estropearía o perjudicaría el entrenamiento: archivos que faltan o no se leen, tamaños y lugares que difieren, etiquetas fuera de la lista de clases, ejemplos en dos listas, vecinos a ambos lados de un reparto, imágenes vacías o constantes, NaN, clases raras o ausentes, SAR que no se superpone a la imagen óptica.&lt;/p&gt;&lt;p&gt;Pueden comprobarse carpetas de &lt;i&gt;Crear datos de entrenamiento&lt;/i&gt; y carpetas con la estructura de ASANet o AMM-FuseNet; no se cambia nada en ellas. El informe muestra ejemplos lado a lado: mírelos.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify land cover (optical + SAR)</source>
      <translation>Clasificar cobertura del suelo (óptico + SAR)</translation>
    </message>
    <message>
      <source>Land-cover map from an optical and a SAR layer</source>
      <translation>Mapa de cobertura del suelo a partir de una capa óptica y otra SAR</translation>
    </message>
    <message>
      <source>land cover,land use,classification,segmentation,deep learning,neural network,radar,SAR,optical,Sentinel-1,Sentinel-2,fusion,ASANet,raster</source>
      <translation>cobertura del suelo,uso del suelo,clasificación,segmentación,aprendizaje profundo,red neuronal,radar,SAR,óptico,Sentinel-1,Sentinel-2,fusión,ASANet,ráster</translation>
    </message>
    <message>
      <source>&lt;p&gt;Maps land cover from an optical and a SAR layer of the same place with a two-input neural network. The layers may differ in CRS, pixel size and extent: they are put on one grid while they are read. Where either has no data, the map has none, unless the model was trained to do without one. With such a model one of the two layers may also be left out.&lt;/p&gt;&lt;p&gt;Choose the two layers and a model; everything else has a sensible default. The network runs in a process of its own; the algorithm &lt;i&gt;Runtime&lt;/i&gt; sets that up.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Cartografía la cobertura del suelo a partir de una capa óptica y otra SAR del mismo lugar con una red neuronal de dos entradas. Las capas pueden diferir en SRC, tamaño de píxel y extensión: se llevan a una misma malla al leerlas. Donde una no tiene datos, el mapa tampoco, salvo que el modelo se haya entrenado para prescindir de ella. Con un modelo así también puede omitirse una de las dos capas.&lt;/p&gt;&lt;p&gt;Elija las dos capas y un modelo; todo lo demás tiene un valor predeterminado sensato. La red se ejecuta en un proceso propio; el algoritmo &lt;i&gt;Entorno de ejecución&lt;/i&gt; lo prepara.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No Python with PyTorch (torch) is known, and the network needs one. Run the algorithm 'Runtime: status and set-up' (rgbsar:runtime): choose a Python that has torch, numpy and safetensors, or let it create a managed environment.</source>
      <translation>No se conoce ningún Python con PyTorch (torch), y la red lo necesita. Ejecute el algoritmo «Entorno de ejecución: estado y preparación» (rgbsar:runtime): elija un Python que tenga torch, numpy y safetensors, o deje que cree un entorno gestionado.</translation>
    </message>
    <message>
      <source>Compare maps (change matrix)</source>
      <translation>Comparar mapas (matriz de cambios)</translation>
    </message>
    <message>
      <source>What changed between two land-cover layers</source>
      <translation>Qué cambió entre dos capas de cobertura del suelo</translation>
    </message>
    <message>
      <source>land cover,change,change detection,change matrix,transition,from-to,cross tabulation,difference,gain,loss,post-classification comparison</source>
      <translation>cobertura del suelo,cambio,detección de cambios,matriz de cambios,transición,de-a,tabulación cruzada,diferencia,ganancia,pérdida,comparación posclasificación</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds two land-cover layers of the same place against each other: which class became which, in pixels and hectares, and a layer that names every change. Layers on different pixels or in different CRS are put on one grid.&lt;/p&gt;&lt;p&gt;Classes are matched by name; where the names differ, a table says which mean the same.&lt;/p&gt;&lt;p&gt;Errors of both maps count as change. For the area of change with its uncertainty, assess the change layer with a reference sample.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Contrasta dos capas de cobertura del suelo del mismo lugar: qué clase se convirtió en cuál, en píxeles y hectáreas, y una capa que nombra cada cambio. Las capas sobre píxeles distintos o en SRC distintos se llevan a una misma malla.&lt;/p&gt;&lt;p&gt;Las clases se emparejan por nombre; donde los nombres difieren, una tabla dice cuáles significan lo mismo.&lt;/p&gt;&lt;p&gt;Los errores de ambos mapas cuentan como cambio. Para la superficie de cambio con su incertidumbre, evalúe la capa de cambios con una muestra de referencia.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Create training data</source>
      <translation>Crear datos de entrenamiento</translation>
    </message>
    <message>
      <source>Tiles with labels, split by blocks, from an optical and a SAR layer</source>
      <translation>Teselas con etiquetas, repartidas por bloques, a partir de una capa óptica y otra SAR</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,chips,patches,data set,dataset,train validation test split,spatial blocks,polygons,ground truth,land cover,deep learning,SAR,optical</source>
      <translation>entrenamiento,etiquetas,ejemplos,teselas,recortes,parches,conjunto de datos,dataset,reparto entrenamiento validación prueba,bloques espaciales,polígonos,verdad de terreno,cobertura del suelo,aprendizaje profundo,SAR,óptico</translation>
    </message>
    <message>
      <source>&lt;p&gt;Cuts an optical and a SAR layer, and what is known of the land cover there, into tiles from which a network can learn. The labels are polygons with a class, or a class raster; a few well-chosen polygons of each class in many places are better than one corner labelled completely.&lt;/p&gt;&lt;p&gt;The tiles are split into training, validation and test by blocks with a gap between them, so that no tile the network learns from touches one it is judged by. The log counts the labelled pixels of each class in each share.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Corta una capa óptica y otra SAR, y lo que se sabe allí de la cobertura del suelo, en teselas de las que puede aprender una red. Las etiquetas son polígonos con una clase o un ráster de clases; unos pocos polígonos bien elegidos de cada clase en muchos lugares valen más que una esquina etiquetada por completo.&lt;/p&gt;&lt;p&gt;Las teselas se reparten en entrenamiento, validación y prueba por bloques con una separación entre ellos, de modo que ninguna tesela de la que aprende la red toque otra con la que se la juzga. El registro cuenta los píxeles etiquetados de cada clase en cada parte.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Describe model</source>
      <translation>Describir modelo</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>Modelos</translation>
    </message>
    <message>
      <source>What a model needs, which classes it maps, how accurate it was</source>
      <translation>Qué necesita un modelo, qué clases cartografía, qué exactitud tuvo</translation>
    </message>
    <message>
      <source>model,card,metadata,classes,bands,licence,accuracy,STAC,MLM,safetensors,checksum</source>
      <translation>modelo,ficha,metadatos,clases,bandas,licencia,exactitud,STAC,MLM,safetensors,suma de comprobación</translation>
    </message>
    <message>
      <source>&lt;p&gt;Every model file carries a card: which bands it takes and in which units, the pixel size it was trained on, its classes and colours, what it was trained and tested on, its licence. This algorithm shows the card; the network itself is not loaded, so no PyTorch is needed.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Cada archivo de modelo lleva una ficha: qué bandas toma y en qué unidades, con qué tamaño de píxel se entrenó, sus clases y colores, con qué se entrenó y probó, su licencia. Este algoritmo muestra la ficha; la red misma no se carga, así que no hace falta PyTorch.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Design sample (stratified random points)</source>
      <translation>Diseñar muestra (puntos aleatorios estratificados)</translation>
    </message>
    <message>
      <source>Random points within each class of a map, to be labelled for an accuracy assessment</source>
      <translation>Puntos aleatorios en cada clase de un mapa, para etiquetarlos en una evaluación de exactitud</translation>
    </message>
    <message>
      <source>accuracy,validation,sample,sample size,stratified,random points,reference,Olofsson,Cochran,land cover</source>
      <translation>exactitud,validación,muestra,tamaño de muestra,estratificado,puntos aleatorios,referencia,Olofsson,Cochran,cobertura del suelo</translation>
    </message>
    <message>
      <source>&lt;p&gt;Draws random points within each class of a map, to be labelled from better images or in the field. The number of points is computed from the accuracy you expect and the standard error you want (Olofsson et al. 2014; Cochran 1977).&lt;/p&gt;&lt;p&gt;Fill the field &lt;i&gt;label&lt;/i&gt; with class names, then run &lt;i&gt;Assess accuracy&lt;/i&gt;. The map's class is not shown, so that it cannot sway who labels; the layer remembers the design.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Extrae puntos aleatorios en cada clase de un mapa, para etiquetarlos con mejores imágenes o en el campo. El número de puntos se calcula con la exactitud que espera y el error estándar que desea (Olofsson et al. 2014; Cochran 1977).&lt;/p&gt;&lt;p&gt;Rellene el campo &lt;i&gt;label&lt;/i&gt; con nombres de clase y ejecute después &lt;i&gt;Evaluar exactitud&lt;/i&gt;. La clase del mapa no se muestra, para no influir en quien etiqueta; la capa recuerda el diseño.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Import model</source>
      <translation>Importar modelo</translation>
    </message>
    <message>
      <source>Install a model file from disk or from the web</source>
      <translation>Instalar un archivo de modelo desde el disco o la web</translation>
    </message>
    <message>
      <source>model,install,download,weights,URL,checksum,SHA-256,safetensors,model zoo</source>
      <translation>modelo,instalar,descargar,pesos,URL,suma de comprobación,SHA-256,safetensors,repositorio de modelos</translation>
    </message>
    <message>
      <source>&lt;p&gt;Copies or downloads a model file into the models folder; &lt;i&gt;Classify land cover&lt;/i&gt; then offers it by its title. The file is read first: its card and checksum are shown, and a damaged file, another kind of file or one with another checksum than the announced one is refused. Model files hold numbers and text; nothing in them is ever executed.&lt;/p&gt;&lt;p&gt;Untick &lt;i&gt;Install&lt;/i&gt; to see card and checksum of a file first.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Copia o descarga un archivo de modelo en la carpeta de modelos; &lt;i&gt;Clasificar cobertura del suelo&lt;/i&gt; lo ofrece después por su título. Primero se lee el archivo: se muestran su ficha y su suma de comprobación, y se rechaza un archivo dañado, uno de otro tipo o uno cuya suma de comprobación no sea la anunciada. Los archivos de modelo contienen números y texto; nada de ellos se ejecuta nunca.&lt;/p&gt;&lt;p&gt;Desmarque &lt;i&gt;Instalar&lt;/i&gt; para ver antes la ficha y la suma de comprobación de un archivo.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify, refine and design sample (model)</source>
      <translation>Clasificar, refinar y diseñar muestra (modelo)</translation>
    </message>
    <message>
      <source>From two layers to a refined map and a sample to be labelled, in one go</source>
      <translation>De dos capas a un mapa refinado y una muestra por etiquetar, de una vez</translation>
    </message>
    <message>
      <source>land cover,model,workflow,chain,classification,refine,sample,optical,SAR</source>
      <translation>cobertura del suelo,modelo,flujo de trabajo,cadena,clasificación,refinar,muestra,óptico,SAR</translation>
    </message>
    <message>
      <source>&lt;p&gt;Three steps in one: &lt;i&gt;Classify land cover&lt;/i&gt;, &lt;i&gt;Refine map&lt;/i&gt; with a minimum mapping unit, and &lt;i&gt;Design sample&lt;/i&gt;, whose points are to be labelled before &lt;i&gt;Assess accuracy&lt;/i&gt; can tell how right the map is.&lt;/p&gt;&lt;p&gt;It is a model of the Model Designer: open the file land_cover_chain.model3 in the plugin's folder processing_models to see it, or to make your own from it.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Tres pasos en uno: &lt;i&gt;Clasificar cobertura del suelo&lt;/i&gt;, &lt;i&gt;Refinar mapa&lt;/i&gt; con una unidad mínima de mapeo y &lt;i&gt;Diseñar muestra&lt;/i&gt;, cuyos puntos hay que etiquetar antes de que &lt;i&gt;Evaluar exactitud&lt;/i&gt; pueda decir cuán correcto es el mapa.&lt;/p&gt;&lt;p&gt;Es un modelo del diseñador de modelos: abra el archivo land_cover_chain.model3 de la carpeta processing_models del complemento para verlo o para hacer el suyo a partir de él.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Prepare SAR (units, speckle, grid)</source>
      <translation>Preparar SAR (unidad, moteado, malla)</translation>
    </message>
    <message>
      <source>SAR layer in dB or linear power, with less speckle, on another layer's pixels</source>
      <translation>Capa SAR en dB o potencia lineal, con menos moteado, sobre los píxeles de otra capa</translation>
    </message>
    <message>
      <source>SAR,radar,speckle,despeckle,filter,Lee,refined Lee,Lee sigma,gamma MAP,Frost,multitemporal,calibration,decibel,dB,sigma0,gamma0,backscatter,Sentinel-1,align</source>
      <translation>SAR,radar,moteado,speckle,filtro,Lee,Lee refinado,Lee sigma,gamma MAP,Frost,multitemporal,calibración,decibelio,dB,sigma0,gamma0,retrodispersión,Sentinel-1,alinear</translation>
    </message>
    <message>
      <source>&lt;p&gt;Converts a SAR layer to linear power or decibels, reduces speckle, and writes it on the pixels of another layer if you choose one. Several days of the same pixels can be averaged first.&lt;/p&gt;&lt;p&gt;Filters and means work on linear power, whatever the input's unit. Rasters of any size are filtered in strips.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Convierte una capa SAR a potencia lineal o decibelios, reduce el moteado y la escribe sobre los píxeles de otra capa si elige una. Antes pueden promediarse varias fechas de los mismos píxeles.&lt;/p&gt;&lt;p&gt;Filtros y medias trabajan con potencia lineal, sea cual sea la unidad de la entrada. Los rásteres de cualquier tamaño se filtran por franjas.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Refine map (majority, minimum mapping unit, polygons)</source>
      <translation>Refinar mapa (mayoría, unidad mínima de mapeo, polígonos)</translation>
    </message>
    <message>
      <source>Filters and generalises a land-cover layer, and makes polygons of it</source>
      <translation>Filtra y generaliza una capa de cobertura del suelo y hace polígonos con ella</translation>
    </message>
    <message>
      <source>land cover,sieve,majority,mode filter,minimum mapping unit,MMU,generalise,generalize,clump,eliminate,speckle,smooth,polygonize,vectorize,simplify,post-classification</source>
      <translation>cobertura del suelo,tamiz,mayoría,filtro de moda,unidad mínima de mapeo,UMM,MMU,generalizar,agrupar,eliminar,ruido,suavizar,poligonizar,vectorizar,simplificar,posclasificación</translation>
    </message>
    <message>
      <source>&lt;p&gt;Removes from a land-cover layer what is too small to be mapped: a majority filter first, then regions below a minimum mapping unit, the least certain ones first. Nodata, class values, names and colours stay.&lt;/p&gt;&lt;p&gt;Polygons, if wanted, carry class, ground area, mean confidence and the share of changed pixels. Neighbours share their edges to the last digit, also when simplified.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Quita de una capa de cobertura del suelo lo que es demasiado pequeño para cartografiarse: primero un filtro de mayoría, luego las regiones por debajo de una unidad mínima de mapeo, las menos seguras primero. Se conservan los píxeles sin datos y los valores, nombres y colores de las clases.&lt;/p&gt;&lt;p&gt;Los polígonos, si se desean, llevan clase, superficie del terreno, confianza media y la parte de píxeles cambiados. Los vecinos comparten sus bordes hasta la última cifra, también simplificados.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Runtime: status and set-up</source>
      <translation>Entorno de ejecución: estado y preparación</translation>
    </message>
    <message>
      <source>Set-up</source>
      <translation>Puesta a punto</translation>
    </message>
    <message>
      <source>Which Python runs the network, and how to change it</source>
      <translation>Qué Python ejecuta la red y cómo cambiarlo</translation>
    </message>
    <message>
      <source>install,torch,PyTorch,GPU,CUDA,Python,interpreter,environment,diagnosis,status</source>
      <translation>instalar,torch,PyTorch,GPU,CUDA,Python,intérprete,entorno,diagnóstico,estado</translation>
    </message>
    <message>
      <source>&lt;p&gt;The network needs PyTorch, which runs in a process of its own: never inside QGIS, so neither can harm the other. This algorithm shows which Python is used, changes it, or sets one up.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Status&lt;/b&gt; tests the Python in use. &lt;b&gt;Use&lt;/b&gt; makes another one the standard: a conda or virtual environment with torch, numpy and safetensors. &lt;b&gt;Plan&lt;/b&gt; says what a creation would download and where it would lie; nothing is downloaded. &lt;b&gt;Create&lt;/b&gt; downloads PyTorch into an environment of the plugin's own, outside QGIS; one that was stopped goes on where it was. &lt;b&gt;Repair&lt;/b&gt; makes a broken environment anew from what is downloaded already. &lt;b&gt;Remove&lt;/b&gt; deletes environment and downloads and forgets a chosen Python.&lt;/p&gt;</source>
      <translation>&lt;p&gt;La red necesita PyTorch, que se ejecuta en un proceso propio: nunca dentro de QGIS, así ninguno puede dañar al otro. Este algoritmo muestra qué Python se usa, lo cambia o prepara uno.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Mostrar el estado&lt;/b&gt; prueba el Python en uso. &lt;b&gt;Usar&lt;/b&gt; establece otro: un entorno conda o virtual con torch, numpy y safetensors. &lt;b&gt;Plan&lt;/b&gt; dice qué descargaría una creación y dónde estaría; no se descarga nada. &lt;b&gt;Crear&lt;/b&gt; descarga PyTorch en un entorno propio del complemento, fuera de QGIS; una creación interrumpida continúa donde estaba. &lt;b&gt;Reparar&lt;/b&gt; rehace un entorno dañado con lo ya descargado. &lt;b&gt;Eliminar&lt;/b&gt; borra el entorno y las descargas y olvida un Python elegido.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Train model</source>
      <translation>Entrenar modelo</translation>
    </message>
    <message>
      <source>A land-cover model of your own from training data</source>
      <translation>Un modelo propio de cobertura del suelo a partir de datos de entrenamiento</translation>
    </message>
    <message>
      <source>training,train,learn,fit,model,neural network,deep learning,fine-tuning,transfer learning,land cover,classification,segmentation,SAR,optical,ASANet,U-Net</source>
      <translation>entrenamiento,entrenar,aprender,ajustar,modelo,red neuronal,aprendizaje profundo,ajuste fino,aprendizaje por transferencia,cobertura del suelo,clasificación,segmentación,SAR,óptico,ASANet,U-Net</translation>
    </message>
    <message>
      <source>&lt;p&gt;Teaches a network the classes of your training data. The result is a model file for &lt;i&gt;Classify land cover&lt;/i&gt;, and a report that says how good it is, on tiles it did not learn from.&lt;/p&gt;&lt;p&gt;Choose the folder that &lt;i&gt;Create training data&lt;/i&gt; made, and how long you can wait; everything else has a sensible default. The log shows loss and mean IoU as they come. &lt;b&gt;Cancel&lt;/b&gt; when you have seen enough: the best weights so far become the model.&lt;/p&gt;&lt;p&gt;Training runs outside QGIS in the Python that &lt;i&gt;Runtime&lt;/i&gt; sets up, which needs the packages lightning and PyYAML beside torch; the managed environment has them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Enseña a una red las clases de sus datos de entrenamiento. El resultado es un archivo de modelo para &lt;i&gt;Clasificar cobertura del suelo&lt;/i&gt; y un informe que dice lo bueno que es, en teselas de las que no aprendió.&lt;/p&gt;&lt;p&gt;Elija la carpeta que creó &lt;i&gt;Crear datos de entrenamiento&lt;/i&gt; y cuánto puede esperar; todo lo demás tiene un valor predeterminado razonable. El registro muestra la pérdida y el IoU medio a medida que llegan. &lt;b&gt;Cancelar&lt;/b&gt; cuando haya visto bastante: los mejores pesos hasta el momento serán el modelo.&lt;/p&gt;&lt;p&gt;El entrenamiento se ejecuta fuera de QGIS en el Python que prepara &lt;i&gt;Entorno de ejecución&lt;/i&gt;, que necesita los paquetes lightning y PyYAML además de torch; el entorno gestionado los tiene.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No reference is given. Choose points, polygons, or a class raster: one of them.</source>
      <translation>No se ha indicado ninguna referencia. Elija puntos, polígonos o un ráster de clases.</translation>
    </message>
    <message>
      <source>Both a reference layer and a reference raster are given. Choose one of them.</source>
      <translation>Se han indicado una capa y un ráster de referencia. Elija uno de los dos.</translation>
    </message>
    <message>
      <source>The reference layer '{}' has no class in any feature. Fill in its field '{}'.</source>
      <translation>La capa de referencia «{}» no tiene clase en ningún objeto. Rellene su campo «{}».</translation>
    </message>
    <message>
      <source>reference layer '{}'</source>
      <translation>capa de referencia «{}»</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Cancelado.</translation>
    </message>
    <message>
      <source>Nothing was written.</source>
      <translation>No se ha escrito nada.</translation>
    </message>
    <message>
      <source>Shifts: {}</source>
      <translation>Desplazamientos: {}</translation>
    </message>
    <message>
      <source>Corrected: {}</source>
      <translation>Corregida: {}</translation>
    </message>
    <message>
      <source>The shifts have no arrows: {}</source>
      <translation>Los desplazamientos no tienen flechas: {}</translation>
    </message>
    <message>
      <source>The folder '{}' was not found; expected a data set. Choose its folder.</source>
      <translation>No se encontró la carpeta «{}»; se espera un conjunto de datos. Elija su carpeta.</translation>
    </message>
    <message>
      <source>No model is chosen. Choose a model file (.safetensors) or an installed model.</source>
      <translation>No se ha elegido ningún modelo. Elija un archivo de modelo (.safetensors) o un modelo instalado.</translation>
    </message>
    <message>
      <source>Confidence (%)</source>
      <translation>Confianza (%)</translation>
    </message>
    <message>
      <source>Class probabilities (%), band 1: {}</source>
      <translation>Probabilidades de las clases (%), banda 1: {}</translation>
    </message>
    <message>
      <source>Land cover of {}</source>
      <translation>Cobertura del suelo de {}</translation>
    </message>
    <message>
      <source>Land cover: {}</source>
      <translation>Cobertura del suelo: {}</translation>
    </message>
    <message>
      <source>Changes: {} to {}</source>
      <translation>Cambios: {} a {}</translation>
    </message>
    <message>
      <source>No labels are given. Choose polygons or a class raster: one of them.</source>
      <translation>No se han indicado etiquetas. Elija polígonos o un ráster de clases: uno de los dos.</translation>
    </message>
    <message>
      <source>Both label polygons and a label raster are given. Choose one of them.</source>
      <translation>Se han indicado polígonos y un ráster etiquetados. Elija uno de los dos.</translation>
    </message>
    <message>
      <source>Sample of {}</source>
      <translation>Muestra de {}</translation>
    </message>
    <message>
      <source>Expected user's accuracies '{}' found; expected numbers like 0.8 or 0.9, 0.7.</source>
      <translation>Exactitudes del usuario esperadas «{}» encontradas; se esperan números como 0.8 o 0.9, 0.7.</translation>
    </message>
    <message>
      <source>Both a file and an address are given</source>
      <translation>Se han indicado un archivo y una dirección</translation>
    </message>
    <message>
      <source>No model file is given</source>
      <translation>No se ha indicado ningún archivo de modelo</translation>
    </message>
    <message>
      <source>{}. Choose a file (.safetensors), or give an address on the web.</source>
      <translation>{}. Elija un archivo (.safetensors) o indique una dirección en la web.</translation>
    </message>
    <message>
      <source>'{}' is no web address; expected one that starts with https:// or http://.</source>
      <translation>«{}» no es una dirección web; se espera una que empiece por https:// o http://.</translation>
    </message>
    <message>
      <source>Not installed, as asked.</source>
      <translation>No instalado, como se pidió.</translation>
    </message>
    <message>
      <source>Installed as '{}' in {}</source>
      <translation>Instalado como «{}» en {}</translation>
    </message>
    <message>
      <source>Refined: {}</source>
      <translation>Refinado: {}</translation>
    </message>
    <message>
      <source>Polygons: {}</source>
      <translation>Polígonos: {}</translation>
    </message>
    <message>
      <source>The polygons have no colours: {}</source>
      <translation>Los polígonos no tienen colores: {}</translation>
    </message>
    <message>
      <source>Creating the environment downloads PyTorch. Tick 'Yes, download PyTorch' to agree.</source>
      <translation>Crear el entorno descarga PyTorch. Marque «Sí, descargar PyTorch» para aceptar.</translation>
    </message>
    <message>
      <source>No Python is given. Choose the python program to use.</source>
      <translation>No se ha indicado ningún Python. Elija el programa Python que se usará.</translation>
    </message>
    <message>
      <source>Nothing to repair: the managed environment works, or there is none.</source>
      <translation>Nada que reparar: el entorno gestionado funciona, o no hay ninguno.</translation>
    </message>
    <message>
      <source>'{}' is no file. Choose the python program itself, not its folder.</source>
      <translation>«{}» no es un archivo. Elija el propio programa Python, no su carpeta.</translation>
    </message>
    <message>
      <source>Cancelled: the best weights so far were kept in {}.</source>
      <translation>Cancelado: los mejores pesos hasta el momento se conservaron en {}.</translation>
    </message>
    <message>
      <source>Model files (*.safetensors);;All files (*)</source>
      <translation>Archivos de modelo (*.safetensors);;Todos los archivos (*)</translation>
    </message>
    <message>
      <source>Look for a model file</source>
      <translation>Buscar un archivo de modelo</translation>
    </message>
    <message>
      <source>The creation of the managed environment was interrupted. Set up the runtime to go on.</source>
      <translation>La creación del entorno gestionado se interrumpió. Prepare el entorno de ejecución para continuar.</translation>
    </message>
    <message>
      <source>Not set up: the network needs PyTorch.</source>
      <translation>Sin preparar: la red necesita PyTorch.</translation>
    </message>
    <message>
      <source>Automatic: managed environment, else QGIS's own Python</source>
      <translation>Automático: entorno gestionado o, si no, el Python de QGIS</translation>
    </message>
    <message>
      <source>All</source>
      <translation>Todos</translation>
    </message>
    <message>
      <source>Set up the runtime…</source>
      <translation>Preparar el entorno de ejecución…</translation>
    </message>
    <message>
      <source>Engine</source>
      <translation>Motor</translation>
    </message>
    <message>
      <source>Python of the engine</source>
      <translation>Python del motor</translation>
    </message>
    <message>
      <source>Models folder</source>
      <translation>Carpeta de modelos</translation>
    </message>
    <message>
      <source>Default device</source>
      <translation>Dispositivo predeterminado</translation>
    </message>
    <message>
      <source>Default CPU threads</source>
      <translation>Hilos de CPU predeterminados</translation>
    </message>
    <message>
      <source>Runs in {}</source>
      <translation>Se ejecuta en {}</translation>
    </message>
    <message>
      <source>'{}' does not exist. Choose a python program or an environment's folder.</source>
      <translation>«{}» no existe. Elija un programa Python o la carpeta de un entorno.</translation>
    </message>
    <message>
      <source>'{}' is no folder. Choose an existing folder for the models, or none.</source>
      <translation>«{}» no es una carpeta. Elija una carpeta existente para los modelos, o ninguna.</translation>
    </message>
    <message>
      <source>to be labelled</source>
      <translation>por etiquetar</translation>
    </message>
    <message>
      <source>labelled</source>
      <translation>etiquetado</translation>
    </message>
  </context>
</TS>
