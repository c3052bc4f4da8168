<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>RgbSar</name>
    <message>
      <source>SAR layer</source>
      <translation>SAR-Layer</translation>
    </message>
    <message>
      <source>SAR image (Sentinel-1, Gaofen-3, ALOS PALSAR ...), geocoded, intensity or amplitude, not complex.</source>
      <translation>SAR-Bild (Sentinel-1, Gaofen-3, ALOS PALSAR ...), geokodiert, Intensität oder Amplitude, nicht komplex.</translation>
    </message>
    <message>
      <source>Further days of the same pixels</source>
      <translation>Weitere Tage derselben Pixel</translation>
    </message>
    <message>
      <source>Images of other days on the same pixels, with the same bands. The mean power of all days is taken before the filter, which then reckons with as many times the looks.</source>
      <translation>Bilder anderer Tage auf denselben Pixeln und mit denselben Kanälen. Vor dem Filter wird die mittlere Leistung aller Tage gebildet; er rechnet dann mit entsprechend mehr Looks.</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Kanäle</translation>
    </message>
    <message>
      <source>Bands to prepare. Empty: all.</source>
      <translation>Kanäle, die aufbereitet werden. Leer: alle.</translation>
    </message>
    <message>
      <source>Detect (the log says what was assumed)</source>
      <translation>Erkennen (das Protokoll nennt die Annahme)</translation>
    </message>
    <message>
      <source>Digital numbers</source>
      <translation>Digitalwerte</translation>
    </message>
    <message>
      <source>Amplitude</source>
      <translation>Amplitude</translation>
    </message>
    <message>
      <source>Linear power (sigma0, gamma0)</source>
      <translation>Lineare Leistung (Sigma0, Gamma0)</translation>
    </message>
    <message>
      <source>Decibels</source>
      <translation>Dezibel</translation>
    </message>
    <message>
      <source>Units of the SAR layer</source>
      <translation>Einheit des SAR-Layers</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layers mean.</source>
      <translation>Was die Zahlen der SAR-Layer bedeuten.</translation>
    </message>
    <message>
      <source>Calibration constant (dB)</source>
      <translation>Kalibrierkonstante (dB)</translation>
    </message>
    <message>
      <source>Of digital numbers: power in dB is 10 log10(DN^2) plus this, for instance -83 for ALOS PALSAR. Empty: none; levels are relative then.</source>
      <translation>Für Digitalwerte: Leistung in dB ist 10 log10(DN^2) plus dieser Wert, zum Beispiel -83 für ALOS PALSAR. Leer: keine; die Pegel sind dann relativ.</translation>
    </message>
    <message>
      <source>Refined Lee</source>
      <translation>Refined Lee</translation>
    </message>
    <message>
      <source>Lee sigma</source>
      <translation>Lee-Sigma</translation>
    </message>
    <message>
      <source>Lee</source>
      <translation>Lee</translation>
    </message>
    <message>
      <source>Gamma MAP</source>
      <translation>Gamma-MAP</translation>
    </message>
    <message>
      <source>Frost</source>
      <translation>Frost</translation>
    </message>
    <message>
      <source>None</source>
      <translation>Keiner</translation>
    </message>
    <message>
      <source>Speckle filter</source>
      <translation>Speckle-Filter</translation>
    </message>
    <message>
      <source>Refined Lee and Lee sigma keep edges and bright targets best; Lee is the fastest. None: units, mean and grid only.</source>
      <translation>Refined Lee und Lee-Sigma erhalten Kanten und helle Ziele am besten; Lee ist am schnellsten. Keiner: nur Einheit, Mittel und Gitter.</translation>
    </message>
    <message>
      <source>Filter window (pixels)</source>
      <translation>Filterfenster (Pixel)</translation>
    </message>
    <message>
      <source>Side of the filter's square window, an odd number of pixels. Refined Lee: always 7.</source>
      <translation>Seitenlänge des quadratischen Filterfensters, eine ungerade Zahl von Pixeln. Refined Lee: immer 7.</translation>
    </message>
    <message>
      <source>Number of looks</source>
      <translation>Anzahl der Looks</translation>
    </message>
    <message>
      <source>Equivalent number of looks of one image: 4.4 for Sentinel-1 IW GRD, 1 for a single-look image.</source>
      <translation>Äquivalente Anzahl der Looks eines Bildes: 4.4 für Sentinel-1 IW GRD, 1 für ein Single-Look-Bild.</translation>
    </message>
    <message>
      <source>Pixels of this layer</source>
      <translation>Pixel dieses Layers</translation>
    </message>
    <message>
      <source>Write the pixels of this layer, to lay both on top of each other. Empty: the SAR layer's own.</source>
      <translation>Schreibt auf die Pixel dieses Layers, damit beide aufeinander passen. Leer: die eigenen des SAR-Layers.</translation>
    </message>
    <message>
      <source>Linear power</source>
      <translation>Lineare Leistung</translation>
    </message>
    <message>
      <source>Output units</source>
      <translation>Ausgabeeinheit</translation>
    </message>
    <message>
      <source>Decibels for looking and for most models, linear power for further computing.</source>
      <translation>Dezibel zum Betrachten und für die meisten Modelle, lineare Leistung zum Weiterrechnen.</translation>
    </message>
    <message>
      <source>Damping of the Frost filter</source>
      <translation>Dämpfung des Frost-Filters</translation>
    </message>
    <message>
      <source>Of the Frost filter: larger keeps more detail and more speckle.</source>
      <translation>Für den Frost-Filter: Ein größerer Wert erhält mehr Details und mehr Speckle.</translation>
    </message>
    <message>
      <source>Sigma of the Lee sigma filter</source>
      <translation>Sigma des Lee-Sigma-Filters</translation>
    </message>
    <message>
      <source>Of the Lee sigma filter: share of a uniform area's pixels that count as like the centre.</source>
      <translation>Für den Lee-Sigma-Filter: Anteil der Pixel einer gleichförmigen Fläche, die als der Mitte ähnlich gelten.</translation>
    </message>
    <message>
      <source>Bilinear</source>
      <translation>Bilinear</translation>
    </message>
    <message>
      <source>Nearest neighbour</source>
      <translation>Nächster Nachbar</translation>
    </message>
    <message>
      <source>Resampling</source>
      <translation>Neuabtastung</translation>
    </message>
    <message>
      <source>Onto that layer's pixels, after the filter, as linear power.</source>
      <translation>Auf die Pixel jenes Layers, nach dem Filter, als lineare Leistung.</translation>
    </message>
    <message>
      <source>Threads</source>
      <translation>Threads</translation>
    </message>
    <message>
      <source>Processor threads that filter. Empty: one per processor, 4 at most.</source>
      <translation>Prozessor-Threads zum Filtern. Leer: einer je Prozessor, höchstens 4.</translation>
    </message>
    <message>
      <source>Prepared SAR</source>
      <translation>Aufbereitetes SAR</translation>
    </message>
    <message>
      <source>32 bit floating point GeoTIFF with the bands' names; not-a-number = nodata.</source>
      <translation>GeoTIFF mit 32-Bit-Gleitkommazahlen und den Namen der Kanäle; NaN = Nodata.</translation>
    </message>
    <message>
      <source>Pixels without data, all bands together</source>
      <translation>Pixel ohne Daten, alle Kanäle zusammen</translation>
    </message>
    <message>
      <source>Zero or negative power that became nodata</source>
      <translation>Pixel mit Leistung null oder negativ, die Nodata wurden</translation>
    </message>
    <message>
      <source>Optical layer</source>
      <translation>Optischer Layer</translation>
    </message>
    <message>
      <source>Image that is taken to be in the right place.</source>
      <translation>Bild, dessen Lage als richtig gilt.</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels.</source>
      <translation>SAR-Bild desselben Ortes, geokodiert; mit eigenem KBS und eigenen Pixeln.</translation>
    </message>
    <message>
      <source>Largest shift (pixels)</source>
      <translation>Größte Verschiebung (Pixel)</translation>
    </message>
    <message>
      <source>How far to search, in pixels of the coarser layer.</source>
      <translation>Wie weit gesucht wird, in Pixeln des gröberen Layers.</translation>
    </message>
    <message>
      <source>Optical bands</source>
      <translation>Optische Kanäle</translation>
    </message>
    <message>
      <source>Bands to match. Empty: the first three.</source>
      <translation>Kanäle, die verglichen werden. Leer: die ersten drei.</translation>
    </message>
    <message>
      <source>SAR bands</source>
      <translation>SAR-Kanäle</translation>
    </message>
    <message>
      <source>Bands to match. Empty: all.</source>
      <translation>Kanäle, die verglichen werden. Leer: alle.</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layer mean.</source>
      <translation>Was die Zahlen des SAR-Layers bedeuten.</translation>
    </message>
    <message>
      <source>Window (pixels)</source>
      <translation>Fenster (Pixel)</translation>
    </message>
    <message>
      <source>Side of the squares that are matched. Larger ones are surer, smaller ones show more detail.</source>
      <translation>Seitenlänge der Quadrate, die verglichen werden. Größere sind sicherer, kleinere zeigen mehr Einzelheiten.</translation>
    </message>
    <message>
      <source>Shifts</source>
      <translation>Verschiebungen</translation>
    </message>
    <message>
      <source>GeoPackage, one line per window in true length: columns and rows (pixels to the right and downwards), east_m, north_m, shift_m (metres), quality, reliable (1 or 0).</source>
      <translation>GeoPackage, eine Linie je Fenster in wahrer Länge: columns und rows (Pixel nach rechts und nach unten), east_m, north_m, shift_m (Meter), quality, reliable (1 oder 0).</translation>
    </message>
    <message>
      <source>Corrected SAR layer</source>
      <translation>Korrigierter SAR-Layer</translation>
    </message>
    <message>
      <source>Copy of the SAR layer, moved back by the shift as a whole; its pixels stay as they are.</source>
      <translation>Kopie des SAR-Layers, um die Verschiebung als Ganzes zurückgesetzt; seine Pixel bleiben, wie sie sind.</translation>
    </message>
    <message>
      <source>Verdict: aligned, shifted or unknown</source>
      <translation>Urteil: aligned (passt), shifted (verschoben) oder unknown (unbekannt)</translation>
    </message>
    <message>
      <source>Verdict in words</source>
      <translation>Urteil in Worten</translation>
    </message>
    <message>
      <source>Shift (pixels)</source>
      <translation>Verschiebung (Pixel)</translation>
    </message>
    <message>
      <source>Shift to the east (m)</source>
      <translation>Verschiebung nach Osten (m)</translation>
    </message>
    <message>
      <source>Shift to the north (m)</source>
      <translation>Verschiebung nach Norden (m)</translation>
    </message>
    <message>
      <source>Optical image (Sentinel-2, aerial, Gaofen-2 ...): a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent. It may be left out if the model was trained to do without one layer.</source>
      <translation>Optisches Bild (Sentinel-2, Luftbild, Gaofen-2 ...): eine Rasterdatei mit KBS. KBS, Pixelgröße und Ausdehnung dürfen vom SAR-Layer abweichen. Es darf fehlen, wenn das Modell dafür trainiert wurde, ohne einen der Layer auszukommen.</translation>
    </message>
    <message>
      <source>Bands in the order the model wants them, for instance red, green, blue. Leave empty to take the bands whose names fit, else the first ones; the log says which.</source>
      <translation>Kanäle in der Reihenfolge des Modells, zum Beispiel Rot, Grün, Blau. Leer lassen, um die Kanäle mit passenden Namen zu nehmen, sonst die ersten; das Protokoll nennt sie.</translation>
    </message>
    <message>
      <source>SAR backscatter image (Sentinel-1, Gaofen-3 ...), geocoded, intensity or amplitude, not complex. It may be left out if the model was trained to do without one layer.</source>
      <translation>SAR-Rückstreubild (Sentinel-1, Gaofen-3 ...), geokodiert, Intensität oder Amplitude, nicht komplex. Es darf fehlen, wenn das Modell dafür trainiert wurde, ohne einen der Layer auszukommen.</translation>
    </message>
    <message>
      <source>Polarisations in the order the model wants them, for instance VV, VH. Leave empty as above.</source>
      <translation>Polarisationen in der Reihenfolge des Modells, zum Beispiel VV, VH. Leer lassen wie oben.</translation>
    </message>
    <message>
      <source>Digital numbers, not calibrated</source>
      <translation>Digitalwerte, nicht kalibriert</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. They are converted to what the model was trained on.</source>
      <translation>Was die SAR-Zahlen bedeuten. Sie werden in das umgerechnet, womit das Modell trainiert wurde.</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors). It carries its classes, colours, bands and units; the dialog shows them below the choice.</source>
      <translation>Ein installiertes Modell, nach Titel oder Namen, oder der Pfad einer Modelldatei (.safetensors). Es enthält Klassen, Farben, Kanäle und Einheiten; der Dialog zeigt sie unter der Auswahl.</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>Ausdehnung</translation>
    </message>
    <message>
      <source>Part of the land to map. Empty: all ground both layers share.</source>
      <translation>Teil des Landes, der kartiert wird. Leer: alles, was beide Layer abdecken.</translation>
    </message>
    <message>
      <source>Mask polygons</source>
      <translation>Maskenpolygone</translation>
    </message>
    <message>
      <source>Only pixels whose centre lies in one of these polygons are mapped. A selection is honoured.</source>
      <translation>Nur Pixel, deren Mitte in einem dieser Polygone liegt, werden kartiert. Eine Auswahl wird beachtet.</translation>
    </message>
    <message>
      <source>Pixels of the optical layer</source>
      <translation>Pixel des optischen Layers</translation>
    </message>
    <message>
      <source>Pixels of the SAR layer</source>
      <translation>Pixel des SAR-Layers</translation>
    </message>
    <message>
      <source>Pixel grid of the map</source>
      <translation>Pixelgitter der Karte</translation>
    </message>
    <message>
      <source>Whose pixels the map has; the other layer is resampled to them.</source>
      <translation>Wessen Pixel die Karte hat; der andere Layer wird auf sie umgerechnet.</translation>
    </message>
    <message>
      <source>Pixel size</source>
      <translation>Pixelgröße</translation>
    </message>
    <message>
      <source>Pixel size of the map in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>Pixelgröße der Karte in Einheiten des KBS jenes Layers (Meter oder Grad). Leer: wie der Layer.</translation>
    </message>
    <message>
      <source>Automatic: GPU if there is one</source>
      <translation>Automatisch: GPU, falls vorhanden</translation>
    </message>
    <message>
      <source>CPU</source>
      <translation>CPU</translation>
    </message>
    <message>
      <source>NVIDIA GPU</source>
      <translation>NVIDIA-GPU</translation>
    </message>
    <message>
      <source>Second NVIDIA GPU</source>
      <translation>Zweite NVIDIA-GPU</translation>
    </message>
    <message>
      <source>Third NVIDIA GPU</source>
      <translation>Dritte NVIDIA-GPU</translation>
    </message>
    <message>
      <source>Fourth NVIDIA GPU</source>
      <translation>Vierte NVIDIA-GPU</translation>
    </message>
    <message>
      <source>Apple GPU</source>
      <translation>Apple-GPU</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <source>Where the network runs. The log names the device really used.</source>
      <translation>Worauf das Netz läuft. Das Protokoll nennt das wirklich benutzte Gerät.</translation>
    </message>
    <message>
      <source>Tile size (pixels)</source>
      <translation>Kachelgröße (Pixel)</translation>
    </message>
    <message>
      <source>Side of the squares the network sees, pixels. Empty: as the model was trained.</source>
      <translation>Seitenlänge der Quadrate, die das Netz sieht, in Pixeln. Leer: wie das Modell trainiert wurde.</translation>
    </message>
    <message>
      <source>Overlap (pixels)</source>
      <translation>Überlappung (Pixel)</translation>
    </message>
    <message>
      <source>Pixels shared by neighbouring squares and blended there. Empty: as the model says.</source>
      <translation>Pixel, die benachbarte Quadrate gemeinsam haben und die dort verblendet werden. Leer: wie das Modell vorgibt.</translation>
    </message>
    <message>
      <source>Batch size</source>
      <translation>Stapelgröße</translation>
    </message>
    <message>
      <source>Squares per pass. Empty: chosen for the device.</source>
      <translation>Quadrate je Durchlauf. Leer: passend zum Gerät gewählt.</translation>
    </message>
    <message>
      <source>CPU threads</source>
      <translation>CPU-Threads</translation>
    </message>
    <message>
      <source>CPU threads of the network. Empty: all cores.</source>
      <translation>CPU-Threads des Netzes. Leer: alle Kerne.</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automatisch</translation>
    </message>
    <message>
      <source>32 bit</source>
      <translation>32 Bit</translation>
    </message>
    <message>
      <source>16 bit, bfloat16</source>
      <translation>16 Bit, bfloat16</translation>
    </message>
    <message>
      <source>16 bit, float16 (GPU)</source>
      <translation>16 Bit, float16 (GPU)</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>Genauigkeit</translation>
    </message>
    <message>
      <source>Arithmetic of the network. Automatic takes 16 bit where that is faster.</source>
      <translation>Rechengenauigkeit des Netzes. Automatisch nimmt 16 Bit, wo das schneller ist.</translation>
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
      <translation>Inferenzbibliothek</translation>
    </message>
    <message>
      <source>Library that runs the network. Automatic takes OpenVINO on a CPU if it is installed and agrees with PyTorch.</source>
      <translation>Bibliothek, die das Netz ausführt. Automatisch nimmt auf einer CPU OpenVINO, wenn es installiert ist und mit PyTorch übereinstimmt.</translation>
    </message>
    <message>
      <source>Cubic</source>
      <translation>Kubisch</translation>
    </message>
    <message>
      <source>For the layer that is put on the other's pixels. SAR is always averaged as linear power.</source>
      <translation>Für den Layer, der auf die Pixel des anderen gebracht wird. SAR wird immer als lineare Leistung gemittelt.</translation>
    </message>
    <message>
      <source>Optical scale</source>
      <translation>Optische Skalierung</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset. Empty: from the file, or the model's convention.</source>
      <translation>Reflexionsgrad = Zahl * Skalierung + Versatz. Leer: aus der Datei oder wie beim Modell üblich.</translation>
    </message>
    <message>
      <source>Optical offset</source>
      <translation>Optischer Versatz</translation>
    </message>
    <message>
      <source>Offset of that formula, for instance -0.1 for Sentinel-2 since baseline 04.00.</source>
      <translation>Versatz in dieser Formel, zum Beispiel -0.1 für Sentinel-2 ab Baseline 04.00.</translation>
    </message>
    <message>
      <source>GeoTIFF</source>
      <translation>GeoTIFF</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFF</source>
      <translation>Cloud-optimiertes GeoTIFF</translation>
    </message>
    <message>
      <source>Output format</source>
      <translation>Ausgabeformat</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFFs have overviews and can be read over the network piece by piece.</source>
      <translation>Cloud-optimierte GeoTIFFs haben Übersichten und lassen sich stückweise über das Netz lesen.</translation>
    </message>
    <message>
      <source>Go on from an interrupted run</source>
      <translation>Einen unterbrochenen Lauf fortsetzen</translation>
    </message>
    <message>
      <source>If the run is cancelled or fails, or the machine goes down, the finished rows stay in a hidden folder beside the output, and the same job started again goes on from them; the map is the same to the byte. The folder goes when the map is complete. Off: start from the top, and leave nothing behind.</source>
      <translation>Wird der Lauf abgebrochen, scheitert er oder fällt der Rechner aus, bleiben die fertigen Zeilen in einem versteckten Ordner neben der Ausgabe, und derselbe Auftrag geht beim nächsten Start von dort weiter; die Karte ist aufs Byte dieselbe. Der Ordner verschwindet, wenn die Karte vollständig ist. Aus: von vorn beginnen und nichts zurücklassen.</translation>
    </message>
    <message>
      <source>Land cover</source>
      <translation>Bodenbedeckung</translation>
    </message>
    <message>
      <source>Class raster: one byte a pixel, 0 = nodata, class names and colours inside.</source>
      <translation>Klassenraster: ein Byte je Pixel, 0 = Nodata, mit Klassennamen und Farben.</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>Konfidenz</translation>
    </message>
    <message>
      <source>Probability of the mapped class in percent, 255 = nodata.</source>
      <translation>Wahrscheinlichkeit der kartierten Klasse in Prozent, 255 = Nodata.</translation>
    </message>
    <message>
      <source>Class probabilities</source>
      <translation>Klassenwahrscheinlichkeiten</translation>
    </message>
    <message>
      <source>One band per class, percent, 255 = nodata.</source>
      <translation>Ein Kanal je Klasse, Prozent, 255 = Nodata.</translation>
    </message>
    <message>
      <source>Area table</source>
      <translation>Flächentabelle</translation>
    </message>
    <message>
      <source>CSV files (*.csv)</source>
      <translation>CSV-Dateien (*.csv)</translation>
    </message>
    <message>
      <source>CSV with pixels and hectares of every class (true ground area, not that of the projection).</source>
      <translation>CSV mit Pixeln und Hektar jeder Klasse (wahre Fläche am Boden, nicht die der Projektion).</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>Bericht</translation>
    </message>
    <message>
      <source>HTML files (*.html)</source>
      <translation>HTML-Dateien (*.html)</translation>
    </message>
    <message>
      <source>HTML page with map, areas, model, settings and warnings.</source>
      <translation>HTML-Seite mit Karte, Flächen, Modell, Einstellungen und Warnungen.</translation>
    </message>
    <message>
      <source>Mapped pixels</source>
      <translation>Kartierte Pixel</translation>
    </message>
    <message>
      <source>Pixels without data</source>
      <translation>Pixel ohne Daten</translation>
    </message>
    <message>
      <source>Mapped area (ha)</source>
      <translation>Kartierte Fläche (ha)</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>Karte</translation>
    </message>
    <message>
      <source>Class raster to be assessed, 0 = nodata.</source>
      <translation>Zu prüfendes Klassenraster, 0 = Nodata.</translation>
    </message>
    <message>
      <source>Band</source>
      <translation>Kanal</translation>
    </message>
    <message>
      <source>Band with the classes.</source>
      <translation>Kanal mit den Klassen.</translation>
    </message>
    <message>
      <source>Expected user's accuracies</source>
      <translation>Erwartete Nutzergenauigkeiten</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1: one number for all classes, or one for each, separated by commas, in the order of the map's legend. Guesses will do; 0.5 is the most cautious.</source>
      <translation>Welcher Anteil jeder Klasse vermutlich richtig ist, 0 bis 1: eine Zahl für alle Klassen oder eine für jede, durch Kommas getrennt, in der Reihenfolge der Legende. Schätzungen genügen; 0.5 ist am vorsichtigsten.</translation>
    </message>
    <message>
      <source>Target standard error</source>
      <translation>Angestrebter Standardfehler</translation>
    </message>
    <message>
      <source>Wanted standard error of the overall accuracy; 0.02 means a 95 % confidence interval of about ± 4 %.</source>
      <translation>Gewünschter Standardfehler der Gesamtgenauigkeit; 0.02 bedeutet ein 95-%-Konfidenzintervall von etwa ± 4 %.</translation>
    </message>
    <message>
      <source>Number of points</source>
      <translation>Anzahl der Punkte</translation>
    </message>
    <message>
      <source>Empty: computed from the two numbers above.</source>
      <translation>Leer: aus den beiden Zahlen oben berechnet.</translation>
    </message>
    <message>
      <source>Good practice: a minimum for every class, the rest by area</source>
      <translation>Gute Praxis: ein Minimum für jede Klasse, der Rest nach Fläche</translation>
    </message>
    <message>
      <source>In proportion to area</source>
      <translation>Proportional zur Fläche</translation>
    </message>
    <message>
      <source>The same for every class</source>
      <translation>Für jede Klasse gleich viele</translation>
    </message>
    <message>
      <source>Optimal for the overall accuracy (Neyman)</source>
      <translation>Optimal für die Gesamtgenauigkeit (Neyman)</translation>
    </message>
    <message>
      <source>Allocation</source>
      <translation>Aufteilung</translation>
    </message>
    <message>
      <source>How the points are spread over the classes.</source>
      <translation>Wie die Punkte auf die Klassen verteilt werden.</translation>
    </message>
    <message>
      <source>Minimum for every class</source>
      <translation>Minimum für jede Klasse</translation>
    </message>
    <message>
      <source>Points every class gets, as far as the number allows. Good practice only.</source>
      <translation>Punkte, die jede Klasse erhält, soweit die Anzahl reicht. Nur bei guter Praxis.</translation>
    </message>
    <message>
      <source>Random seed</source>
      <translation>Startwert des Zufallsgenerators</translation>
    </message>
    <message>
      <source>The same seed gives the same points of the same map.</source>
      <translation>Derselbe Startwert ergibt dieselben Punkte derselben Karte.</translation>
    </message>
    <message>
      <source>Show the map's class and weights</source>
      <translation>Klasse der Karte und Gewichte zeigen</translation>
    </message>
    <message>
      <source>Writes class value, class name and the hectares each point stands for, for other programs. Who labels the points should not see them.</source>
      <translation>Schreibt Klassenwert, Klassennamen und die Hektar, für die jeder Punkt steht, für andere Programme. Wer die Punkte beschriftet, sollte sie nicht sehen.</translation>
    </message>
    <message>
      <source>Sample</source>
      <translation>Stichprobe</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label. A file that holds labels already is not overwritten.</source>
      <translation>GeoPackage mit Punkten und den Feldern id und label. Eine Datei, die schon Beschriftungen enthält, wird nicht überschrieben.</translation>
    </message>
    <message>
      <source>Expected standard error</source>
      <translation>Erwarteter Standardfehler</translation>
    </message>
    <message>
      <source>Band of the map</source>
      <translation>Kanal der Karte</translation>
    </message>
    <message>
      <source>Reference points or polygons</source>
      <translation>Referenzpunkte oder -polygone</translation>
    </message>
    <message>
      <source>Points stand for the pixel they lie in; polygons for the pixels whose centre they hold. A selection is honoured, but no longer a probability sample the layer knows of.</source>
      <translation>Punkte stehen für das Pixel, in dem sie liegen; Polygone für die Pixel, deren Mitte sie enthalten. Eine Auswahl wird beachtet, gilt aber nicht mehr als Zufallsstichprobe, von der der Layer weiß.</translation>
    </message>
    <message>
      <source>Field with the class</source>
      <translation>Feld mit der Klasse</translation>
    </message>
    <message>
      <source>Class names or class values as in the map; empty means no class. Default: label.</source>
      <translation>Klassennamen oder Klassenwerte wie in der Karte; leer heißt keine Klasse. Vorgabe: label.</translation>
    </message>
    <message>
      <source>Reference raster</source>
      <translation>Referenzraster</translation>
    </message>
    <message>
      <source>Another class raster instead of points or polygons, of any CRS and pixel size: its class under the centre of each of the map's pixels counts.</source>
      <translation>Ein anderes Klassenraster statt Punkten oder Polygonen, in beliebigem KBS und mit beliebiger Pixelgröße: Es zählt seine Klasse unter der Mitte jedes Pixels der Karte.</translation>
    </message>
    <message>
      <source>Band of the reference raster</source>
      <translation>Kanal des Referenzrasters</translation>
    </message>
    <message>
      <source>Probability sample</source>
      <translation>Zufallsstichprobe</translation>
    </message>
    <message>
      <source>Ask the layer (samples of 'Design sample' know)</source>
      <translation>Den Layer fragen (Stichproben aus „Stichprobe entwerfen“ wissen es)</translation>
    </message>
    <message>
      <source>Yes: random points of the whole map or of each of its classes</source>
      <translation>Ja: zufällige Punkte der ganzen Karte oder jeder ihrer Klassen</translation>
    </message>
    <message>
      <source>No</source>
      <translation>Nein</translation>
    </message>
    <message>
      <source>Whether the points were drawn at random, so that accuracies and areas of the whole map can be estimated.</source>
      <translation>Ob die Punkte zufällig gezogen wurden, so dass sich Genauigkeiten und Flächen der ganzen Karte schätzen lassen.</translation>
    </message>
    <message>
      <source>Match classes by</source>
      <translation>Klassen zuordnen nach</translation>
    </message>
    <message>
      <source>Class names</source>
      <translation>Klassennamen</translation>
    </message>
    <message>
      <source>Class values</source>
      <translation>Klassenwerte</translation>
    </message>
    <message>
      <source>How the map's class is found for a class of the reference. Automatic: texts by name, numbers by value, rasters by name where both name their classes.</source>
      <translation>Wie zu einer Klasse der Referenz die Klasse der Karte gefunden wird. Automatisch: Texte nach Namen, Zahlen nach Wert, Raster nach Namen, wenn beide ihre Klassen benennen.</translation>
    </message>
    <message>
      <source>Page with tables and plots, for reading and printing.</source>
      <translation>Seite mit Tabellen und Diagrammen, zum Lesen und Drucken.</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>Tabelle</translation>
    </message>
    <message>
      <source>Confusion matrix (rows are the reference) and the measures of each class.</source>
      <translation>Konfusionsmatrix (die Zeilen sind die Referenz) und die Maße jeder Klasse.</translation>
    </message>
    <message>
      <source>Figures</source>
      <translation>Kennzahlen</translation>
    </message>
    <message>
      <source>JSON files (*.json)</source>
      <translation>JSON-Dateien (*.json)</translation>
    </message>
    <message>
      <source>Every figure, for programs.</source>
      <translation>Alle Kennzahlen, für Programme.</translation>
    </message>
    <message>
      <source>Points or pixels compared</source>
      <translation>Verglichene Punkte oder Pixel</translation>
    </message>
    <message>
      <source>Overall accuracy, as counted</source>
      <translation>Gesamtgenauigkeit, wie gezählt</translation>
    </message>
    <message>
      <source>Kappa</source>
      <translation>Kappa</translation>
    </message>
    <message>
      <source>Mean IoU</source>
      <translation>Mittlere IoU</translation>
    </message>
    <message>
      <source>Mean F1</source>
      <translation>Mittleres F1</translation>
    </message>
    <message>
      <source>Overall accuracy of the map, estimated</source>
      <translation>Gesamtgenauigkeit der Karte, geschätzt</translation>
    </message>
    <message>
      <source>Its standard error</source>
      <translation>Ihr Standardfehler</translation>
    </message>
    <message>
      <source>Land-cover layer</source>
      <translation>Bodenbedeckungslayer</translation>
    </message>
    <message>
      <source>Class raster, values 1 to 254; its first band is read.</source>
      <translation>Klassenraster, Werte 1 bis 254; der erste Kanal wird gelesen.</translation>
    </message>
    <message>
      <source>Confidence layer</source>
      <translation>Konfidenzlayer</translation>
    </message>
    <message>
      <source>Percent on the same pixels, as Classify land cover writes it. Sure pixels then count for more in the majority filter, and doubtful regions are given away first.</source>
      <translation>Prozent auf denselben Pixeln, wie „Bodenbedeckung klassifizieren“ sie schreibt. Sichere Pixel zählen dann im Mehrheitsfilter mehr, und zweifelhafte Gebiete werden zuerst abgegeben.</translation>
    </message>
    <message>
      <source>Majority window (pixels)</source>
      <translation>Fenster des Mehrheitsfilters (Pixel)</translation>
    </message>
    <message>
      <source>Each pixel takes the most frequent class of the square around it. An odd number; 1 for no filter.</source>
      <translation>Jedes Pixel erhält die häufigste Klasse des Quadrats um es herum. Eine ungerade Zahl; 1 für keinen Filter.</translation>
    </message>
    <message>
      <source>Minimum mapping unit (hectares)</source>
      <translation>Kleinste Kartierfläche (Hektar)</translation>
    </message>
    <message>
      <source>Smaller regions go to the neighbouring class they share the longest border with. Ground area, not that of the projection; 0 for none.</source>
      <translation>Kleinere Gebiete gehen an die Nachbarklasse, mit der sie die längste Grenze teilen. Fläche am Boden, nicht die der Projektion; 0 für keine.</translation>
    </message>
    <message>
      <source>over edges</source>
      <translation>über Kanten</translation>
    </message>
    <message>
      <source>over edges and corners</source>
      <translation>über Kanten und Ecken</translation>
    </message>
    <message>
      <source>Regions hang together</source>
      <translation>Gebiete hängen zusammen</translation>
    </message>
    <message>
      <source>Whether pixels that meet only at a corner belong to one region. Polygons always follow edges.</source>
      <translation>Ob Pixel, die sich nur an einer Ecke berühren, zu einem Gebiet gehören. Polygone folgen immer den Kanten.</translation>
    </message>
    <message>
      <source>Simplify polygons (pixels)</source>
      <translation>Polygone vereinfachen (Pixel)</translation>
    </message>
    <message>
      <source>By how much of a pixel outlines may leave the pixel edges, to lose their steps; 0.35 does well. Every pixel centre stays in its polygon.</source>
      <translation>Um welchen Bruchteil eines Pixels Umrisse von den Pixelkanten abweichen dürfen, um ihre Stufen zu verlieren; 0.35 ist gut. Jede Pixelmitte bleibt in ihrem Polygon.</translation>
    </message>
    <message>
      <source>Refined map</source>
      <translation>Bereinigte Karte</translation>
    </message>
    <message>
      <source>Class raster with the classes, names and colours of the input; 0 = nodata.</source>
      <translation>Klassenraster mit Klassen, Namen und Farben der Eingabe; 0 = Nodata.</translation>
    </message>
    <message>
      <source>Polygons</source>
      <translation>Polygone</translation>
    </message>
    <message>
      <source>GeoPackage, one polygon per region: value, class, area_ha, confidence (mean percent of the pixels that kept their class), changed (percent of its pixels).</source>
      <translation>GeoPackage, ein Polygon je Gebiet: value, class, area_ha, confidence (mittlere Prozent der Pixel, die ihre Klasse behielten), changed (Prozent seiner Pixel).</translation>
    </message>
    <message>
      <source>Changed pixels (%)</source>
      <translation>Geänderte Pixel (%)</translation>
    </message>
    <message>
      <source>Regions given to a neighbour</source>
      <translation>An Nachbarn abgegebene Gebiete</translation>
    </message>
    <message>
      <source>Earlier map</source>
      <translation>Frühere Karte</translation>
    </message>
    <message>
      <source>Later map</source>
      <translation>Spätere Karte</translation>
    </message>
    <message>
      <source>Class raster of the same place; it may lie on other pixels.</source>
      <translation>Klassenraster desselben Ortes; es darf auf anderen Pixeln liegen.</translation>
    </message>
    <message>
      <source>Class of either map</source>
      <translation>Klasse einer der Karten</translation>
    </message>
    <message>
      <source>Compare as</source>
      <translation>Vergleichen als</translation>
    </message>
    <message>
      <source>Mapping table</source>
      <translation>Zuordnungstabelle</translation>
    </message>
    <message>
      <source>Only where names differ: a class of either map, and the name to compare it as. Several classes with one new name count as one. A class that stands alone goes here under its own name.</source>
      <translation>Nur wo sich Namen unterscheiden: eine Klasse einer der Karten und der Name, unter dem sie verglichen wird. Mehrere Klassen mit einem neuen Namen zählen als eine. Eine Klasse ohne Gegenstück steht hier unter ihrem eigenen Namen.</translation>
    </message>
    <message>
      <source>Pixels of the earlier map</source>
      <translation>Pixel der früheren Karte</translation>
    </message>
    <message>
      <source>Pixels of the later map</source>
      <translation>Pixel der späteren Karte</translation>
    </message>
    <message>
      <source>Pixel grid</source>
      <translation>Pixelgitter</translation>
    </message>
    <message>
      <source>Of the other map, what lies under the centres of these pixels is taken.</source>
      <translation>Von der anderen Karte wird genommen, was unter der Mitte dieser Pixel liegt.</translation>
    </message>
    <message>
      <source>Changes</source>
      <translation>Änderungen</translation>
    </message>
    <message>
      <source>Raster with one value per pair of classes that occurs, named 'from -&gt; to'; 0 where either map has none.</source>
      <translation>Raster mit einem Wert je vorkommendem Klassenpaar, benannt „von -&gt; nach“; 0, wo eine der Karten nichts hat.</translation>
    </message>
    <message>
      <source>Change matrix</source>
      <translation>Änderungsmatrix</translation>
    </message>
    <message>
      <source>Rows are classes of the earlier map, columns of the later one; in pixels, then in hectares of ground.</source>
      <translation>Zeilen sind Klassen der früheren Karte, Spalten die der späteren; in Pixeln, dann in Hektar am Boden.</translation>
    </message>
    <message>
      <source>Compared area (ha)</source>
      <translation>Verglichene Fläche (ha)</translation>
    </message>
    <message>
      <source>Changed area (ha)</source>
      <translation>Geänderte Fläche (ha)</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent.</source>
      <translation>Optisches Bild: eine Rasterdatei mit KBS. KBS, Pixelgröße und Ausdehnung dürfen vom SAR-Layer abweichen.</translation>
    </message>
    <message>
      <source>Bands the network shall learn from. Empty: all.</source>
      <translation>Kanäle, von denen das Netz lernen soll. Leer: alle.</translation>
    </message>
    <message>
      <source>SAR backscatter image of the same place, geocoded, intensity or amplitude, not complex.</source>
      <translation>SAR-Rückstreubild desselben Ortes, geokodiert, Intensität oder Amplitude, nicht komplex.</translation>
    </message>
    <message>
      <source>Polarisations the network shall learn from. Empty: all.</source>
      <translation>Polarisationen, von denen das Netz lernen soll. Leer: alle.</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. The tiles keep the numbers; decibels become linear power only where the layer has to be resampled.</source>
      <translation>Was die SAR-Zahlen bedeuten. Die Kacheln behalten die Zahlen; Dezibel werden nur dort zu linearer Leistung, wo der Layer neu abgetastet werden muss.</translation>
    </message>
    <message>
      <source>Label polygons</source>
      <translation>Beschriftungspolygone</translation>
    </message>
    <message>
      <source>Polygons of known land cover. They need not cover everything: the rest counts as unlabelled. Only selected ones are used if you say so.</source>
      <translation>Polygone bekannter Bodenbedeckung. Sie müssen nicht alles abdecken: Der Rest gilt als unbeschriftet. Auf Wunsch werden nur ausgewählte verwendet.</translation>
    </message>
    <message>
      <source>Class names, or class values from 1 to 254. Empty means unlabelled. Default: label.</source>
      <translation>Klassennamen oder Klassenwerte von 1 bis 254. Leer heißt unbeschriftet. Vorgabe: label.</translation>
    </message>
    <message>
      <source>Label raster</source>
      <translation>Beschriftungsraster</translation>
    </message>
    <message>
      <source>A class raster instead of polygons, of any CRS and pixel size; 0 and nodata mean unlabelled.</source>
      <translation>Ein Klassenraster statt Polygonen, in beliebigem KBS und mit beliebiger Pixelgröße; 0 und Nodata heißen unbeschriftet.</translation>
    </message>
    <message>
      <source>Band of the label raster</source>
      <translation>Kanal des Beschriftungsrasters</translation>
    </message>
    <message>
      <source>Value</source>
      <translation>Wert</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Farbe</translation>
    </message>
    <message>
      <source>List of classes</source>
      <translation>Liste der Klassen</translation>
    </message>
    <message>
      <source>Only where the labels shall not decide: value (1 to 254), name, and perhaps colour as #rrggbb of each class. Labels with other classes are refused then.</source>
      <translation>Nur wenn nicht die Beschriftungen entscheiden sollen: Wert (1 bis 254), Name und gegebenenfalls Farbe als #rrggbb jeder Klasse. Beschriftungen mit anderen Klassen werden dann abgelehnt.</translation>
    </message>
    <message>
      <source>Side of the square pieces, pixels. 256 suits 10 m imagery.</source>
      <translation>Seitenlänge der quadratischen Stücke in Pixeln. 256 passt zu Bildern mit 10 m.</translation>
    </message>
    <message>
      <source>Shares of training, validation, test (%)</source>
      <translation>Anteile für Training, Validierung, Test (%)</translation>
    </message>
    <message>
      <source>Of training, validation and test, separated by commas. Tiles are shared out in whole blocks, so that every class has about these shares; 80, 20, 0 leaves the test out.</source>
      <translation>Für Training, Validierung und Test, durch Kommas getrennt. Kacheln werden in ganzen Blöcken so verteilt, dass jede Klasse etwa diese Anteile hat; 80, 20, 0 lässt den Test weg.</translation>
    </message>
    <message>
      <source>Least labelled part of a tile (%)</source>
      <translation>Kleinster beschrifteter Teil einer Kachel (%)</translation>
    </message>
    <message>
      <source>Tiles with a smaller share of labelled pixels are left out, percent.</source>
      <translation>Kacheln mit einem kleineren Anteil beschrifteter Pixel werden weggelassen, in Prozent.</translation>
    </message>
    <message>
      <source>Side of a block (tiles)</source>
      <translation>Seitenlänge eines Blocks (Kacheln)</translation>
    </message>
    <message>
      <source>So many tiles in each direction form a block that stays in one share. Empty: up to 4, fewer where there would be too few blocks.</source>
      <translation>So viele Kacheln in jeder Richtung bilden einen Block, der in einem Anteil bleibt. Leer: bis zu 4, weniger, wo es sonst zu wenige Blöcke gäbe.</translation>
    </message>
    <message>
      <source>Gap between blocks (pixels)</source>
      <translation>Abstand zwischen Blöcken (Pixel)</translation>
    </message>
    <message>
      <source>Pixels left out between blocks, so that no training tile touches a validation or test tile. Empty: a quarter of a tile.</source>
      <translation>Pixel, die zwischen Blöcken weggelassen werden, damit keine Trainingskachel eine Validierungs- oder Testkachel berührt. Leer: eine Viertelkachel.</translation>
    </message>
    <message>
      <source>The same seed gives the same split of the same labels.</source>
      <translation>Derselbe Startwert ergibt dieselbe Aufteilung derselben Beschriftungen.</translation>
    </message>
    <message>
      <source>Part of the land to take tiles from. Empty: all ground both layers share.</source>
      <translation>Teil des Landes, aus dem Kacheln genommen werden. Leer: alles, was beide Layer abdecken.</translation>
    </message>
    <message>
      <source>Labels outside these polygons are not used. A selection is honoured.</source>
      <translation>Beschriftungen außerhalb dieser Polygone werden nicht verwendet. Eine Auswahl wird beachtet.</translation>
    </message>
    <message>
      <source>Pixel grid of the tiles</source>
      <translation>Pixelgitter der Kacheln</translation>
    </message>
    <message>
      <source>Whose pixels the tiles have; the other layer is resampled to them.</source>
      <translation>Wessen Pixel die Kacheln haben; der andere Layer wird auf sie umgerechnet.</translation>
    </message>
    <message>
      <source>Pixel size in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>Pixelgröße in Einheiten des KBS jenes Layers (Meter oder Grad). Leer: wie der Layer.</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset; noted for training. Empty: from the file.</source>
      <translation>Reflexionsgrad = Zahl * Skalierung + Versatz; wird für das Training vermerkt. Leer: aus der Datei.</translation>
    </message>
    <message>
      <source>Further scenes</source>
      <translation>Weitere Szenen</translation>
    </message>
    <message>
      <source>Further places for the same data set: a CSV table with the columns optical, sar and labels (paths, relative to the table) and perhaps name. All need the same bands and units.</source>
      <translation>Weitere Orte für denselben Datensatz: eine CSV-Tabelle mit den Spalten optical, sar und labels (Pfade, relativ zur Tabelle) und gegebenenfalls name. Alle brauchen dieselben Kanäle und Einheiten.</translation>
    </message>
    <message>
      <source>Data set</source>
      <translation>Datensatz</translation>
    </message>
    <message>
      <source>New or empty folder. It gets optical, SAR and label tiles, the lists train.txt, val.txt and test.txt, and dataset.json, which says what they are.</source>
      <translation>Neuer oder leerer Ordner. Er erhält optische, SAR- und Beschriftungskacheln, die Listen train.txt, val.txt und test.txt sowie dataset.json, das sie beschreibt.</translation>
    </message>
    <message>
      <source>Tiles</source>
      <translation>Kacheln</translation>
    </message>
    <message>
      <source>Training tiles</source>
      <translation>Trainingskacheln</translation>
    </message>
    <message>
      <source>Validation tiles</source>
      <translation>Validierungskacheln</translation>
    </message>
    <message>
      <source>Test tiles</source>
      <translation>Testkacheln</translation>
    </message>
    <message>
      <source>Number of classes</source>
      <translation>Anzahl der Klassen</translation>
    </message>
    <message>
      <source>Folder with dataset.json or with folders of optical, SAR and label tiles and the lists train.txt, val.txt (ASANet's layout), or with s1_dir, s2_dir and ann_dir (AMM-FuseNet's).</source>
      <translation>Ordner mit dataset.json oder mit Ordnern optischer, SAR- und Beschriftungskacheln und den Listen train.txt, val.txt (Aufbau von ASANet), oder mit s1_dir, s2_dir und ann_dir (von AMM-FuseNet).</translation>
    </message>
    <message>
      <source>Values the labels may have, separated by commas. Empty: as dataset.json says, else those that are found.</source>
      <translation>Werte, die die Beschriftungen haben dürfen, durch Kommas getrennt. Leer: wie dataset.json sagt, sonst die gefundenen.</translation>
    </message>
    <message>
      <source>Value of unlabelled pixels</source>
      <translation>Wert unbeschrifteter Pixel</translation>
    </message>
    <message>
      <source>Empty: as dataset.json says, else 255.</source>
      <translation>Leer: wie dataset.json sagt, sonst 255.</translation>
    </message>
    <message>
      <source>Folder of the optical tiles</source>
      <translation>Ordner der optischen Kacheln</translation>
    </message>
    <message>
      <source>Folder of the SAR tiles</source>
      <translation>Ordner der SAR-Kacheln</translation>
    </message>
    <message>
      <source>Folder of the label tiles</source>
      <translation>Ordner der Beschriftungskacheln</translation>
    </message>
    <message>
      <source>Its name inside the data set. Empty: found by its name.</source>
      <translation>Sein Name innerhalb des Datensatzes. Leer: wird nach dem Namen gefunden.</translation>
    </message>
    <message>
      <source>Samples in the report</source>
      <translation>Beispiele im Bericht</translation>
    </message>
    <message>
      <source>So many samples are shown, spread evenly over the lists.</source>
      <translation>So viele Beispiele werden gezeigt, gleichmäßig über die Listen verteilt.</translation>
    </message>
    <message>
      <source>Page with findings, class balance, band statistics and pictures of samples.</source>
      <translation>Seite mit Befunden, Klassenverteilung, Kanalstatistik und Bildern von Beispielen.</translation>
    </message>
    <message>
      <source>Kinds of errors</source>
      <translation>Arten von Fehlern</translation>
    </message>
    <message>
      <source>Kinds of warnings</source>
      <translation>Arten von Warnungen</translation>
    </message>
    <message>
      <source>Samples</source>
      <translation>Beispiele</translation>
    </message>
    <message>
      <source>Folder that 'Create training data' made: tiles, lists and dataset.json. Run 'Check training data' on it first.</source>
      <translation>Ordner, den „Trainingsdaten erstellen“ angelegt hat: Kacheln, Listen und dataset.json. Lassen Sie vorher „Trainingsdaten prüfen“ darüber laufen.</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>Netz</translation>
    </message>
    <message>
      <source>Which network, and where it comes in sizes, how large: asanet atto is the smallest and trains on a CPU in minutes; tiny and base want a GPU. Not asked where you start from a model.</source>
      <translation>Welches Netz und, wo es verschiedene Größen gibt, wie groß: asanet atto ist das kleinste und lernt auf einer CPU in Minuten; tiny und base brauchen eine GPU. Ohne Bedeutung, wenn Sie von einem Modell ausgehen.</translation>
    </message>
    <message>
      <source>Start from this model</source>
      <translation>Von diesem Modell ausgehen</translation>
    </message>
    <message>
      <source>Model whose weights are the start; often better than fresh ones where labels are few. It needs as many optical and SAR bands as the data set; its classes may be others. Empty: fresh weights.</source>
      <translation>Modell, dessen Gewichte der Anfang sind; oft besser als neue, wenn es wenige Beschriftungen gibt. Es braucht so viele optische und SAR-Kanäle wie der Datensatz; seine Klassen dürfen andere sein. Leer: neue Gewichte.</translation>
    </message>
    <message>
      <source>Time for training (minutes)</source>
      <translation>Zeit für das Training (Minuten)</translation>
    </message>
    <message>
      <source>The learning rate falls to its end within this time. Starting, preparing tiles and writing the model come on top. Empty or 0: as many as the epochs take.</source>
      <translation>In dieser Zeit sinkt die Lernrate auf ihren Endwert. Start, Vorbereitung der Kacheln und Schreiben des Modells kommen hinzu. Leer oder 0: so lange, wie die Epochen dauern.</translation>
    </message>
    <message>
      <source>Epochs</source>
      <translation>Epochen</translation>
    </message>
    <message>
      <source>So many times each training tile is seen, about. With minutes, whichever ends first. Empty: no limit.</source>
      <translation>So oft wird jede Trainingskachel ungefähr gesehen. Sind auch Minuten angegeben, gilt, was zuerst endet. Leer: ohne Grenze.</translation>
    </message>
    <message>
      <source>Where the network is trained.</source>
      <translation>Worauf das Netz trainiert wird.</translation>
    </message>
    <message>
      <source>Form of the network</source>
      <translation>Form des Netzes</translation>
    </message>
    <message>
      <source>Other forms of the network, such as variant=cfm or modality=optical; several separated by commas.</source>
      <translation>Andere Formen des Netzes, etwa variant=cfm oder modality=optical; mehrere durch Kommas getrennt.</translation>
    </message>
    <message>
      <source>Samples of one step. Smaller if memory runs out.</source>
      <translation>Beispiele je Schritt. Kleiner, wenn der Speicher nicht reicht.</translation>
    </message>
    <message>
      <source>Crop (pixels)</source>
      <translation>Ausschnitt (Pixel)</translation>
    </message>
    <message>
      <source>Side of a sample, pixels. Empty: the tile's, up to 192.</source>
      <translation>Seitenlänge eines Beispiels in Pixel. Leer: die der Kachel, höchstens 192.</translation>
    </message>
    <message>
      <source>Learning rate</source>
      <translation>Lernrate</translation>
    </message>
    <message>
      <source>Empty: one that suits the network, a third of it where you start from a model.</source>
      <translation>Leer: eine, die zum Netz passt; ein Drittel davon, wenn Sie von einem Modell ausgehen.</translation>
    </message>
    <message>
      <source>Of weights and samples.</source>
      <translation>Für Gewichte und Beispiele.</translation>
    </message>
    <message>
      <source>Worker processes</source>
      <translation>Arbeitsprozesse</translation>
    </message>
    <message>
      <source>Processes that make samples, on Linux. Empty: chosen for the device.</source>
      <translation>Prozesse, die Beispiele erzeugen, unter Linux. Leer: passend zum Gerät gewählt.</translation>
    </message>
    <message>
      <source>Samples without optical or SAR (%)</source>
      <translation>Beispiele ohne Optik oder SAR (%)</translation>
    </message>
    <message>
      <source>In so many samples optical or SAR is left out, so that the model can map where one is missing (clouds, gaps). 20 is a good value; accuracy where both are there falls a little.</source>
      <translation>In so vielen Beispielen wird Optik oder SAR weggelassen, damit das Modell auch dort kartieren kann, wo eines davon fehlt (Wolken, Lücken). 20 ist ein guter Wert; wo beide da sind, sinkt die Genauigkeit ein wenig.</translation>
    </message>
    <message>
      <source>Title of the model</source>
      <translation>Titel des Modells</translation>
    </message>
    <message>
      <source>Name of the model for people. Empty: that of the data set.</source>
      <translation>Name des Modells für Menschen. Leer: der des Datensatzes.</translation>
    </message>
    <message>
      <source>Licence of the model</source>
      <translation>Lizenz des Modells</translation>
    </message>
    <message>
      <source>Under which the model may be used; it stands in the model file. That of your data may bind you.</source>
      <translation>Unter der das Modell benutzt werden darf; sie steht in der Modelldatei. Die Ihrer Daten kann Sie binden.</translation>
    </message>
    <message>
      <source>Model files (*.safetensors)</source>
      <translation>Modelldateien (*.safetensors)</translation>
    </message>
    <message>
      <source>Model file (.safetensors) for 'Classify land cover'. Cancelling writes the best weights so far.</source>
      <translation>Modelldatei (.safetensors) für „Bodenbedeckung klassifizieren“. Beim Abbrechen werden die bisher besten Gewichte geschrieben.</translation>
    </message>
    <message>
      <source>HTML page with curves, confusion matrix, accuracy of each class and predictions beside the labels.</source>
      <translation>HTML-Seite mit Kurven, Konfusionsmatrix, Genauigkeit jeder Klasse und Vorhersagen neben den Beschriftungen.</translation>
    </message>
    <message>
      <source>Overall accuracy</source>
      <translation>Gesamtgenauigkeit</translation>
    </message>
    <message>
      <source>Steps behind the weights</source>
      <translation>Schritte hinter den Gewichten</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>Modelldatei</translation>
    </message>
    <message>
      <source>A model file (.safetensors) on this computer. Either this or an address.</source>
      <translation>Eine Modelldatei (.safetensors) auf diesem Rechner. Entweder diese oder eine Adresse.</translation>
    </message>
    <message>
      <source>Or its address on the web</source>
      <translation>Oder ihre Adresse im Web</translation>
    </message>
    <message>
      <source>An address that starts with https:// or http://. QGIS's proxy and certificates are used.</source>
      <translation>Eine Adresse, die mit https:// oder http:// beginnt. Proxy und Zertifikate von QGIS werden verwendet.</translation>
    </message>
    <message>
      <source>SHA-256</source>
      <translation>SHA-256</translation>
    </message>
    <message>
      <source>Checksum of the file as its publisher gives it, 64 digits; another file is refused. Empty: not compared.</source>
      <translation>Prüfsumme der Datei, wie ihr Herausgeber sie angibt, 64 Ziffern; eine andere Datei wird abgelehnt. Leer: kein Vergleich.</translation>
    </message>
    <message>
      <source>Install (untick to only see the card)</source>
      <translation>Installieren (abwählen, um nur die Karte zu sehen)</translation>
    </message>
    <message>
      <source>Unticked, the file is read and shown, and nothing is kept.</source>
      <translation>Abgewählt wird die Datei gelesen und gezeigt, und nichts wird behalten.</translation>
    </message>
    <message>
      <source>Replace an installed model of the same name</source>
      <translation>Ein installiertes Modell gleichen Namens ersetzen</translation>
    </message>
    <message>
      <source>Otherwise an installed model of that name stays and the import is refused.</source>
      <translation>Sonst bleibt ein installiertes Modell dieses Namens, und der Import wird abgelehnt.</translation>
    </message>
    <message>
      <source>Title</source>
      <translation>Titel</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors).</source>
      <translation>Ein installiertes Modell, nach Titel oder Namen, oder der Pfad einer Modelldatei (.safetensors).</translation>
    </message>
    <message>
      <source>Model card</source>
      <translation>Modellkarte</translation>
    </message>
    <message>
      <source>The card as a page, classes in their colours.</source>
      <translation>Die Karte als Seite, Klassen in ihren Farben.</translation>
    </message>
    <message>
      <source>STAC item</source>
      <translation>STAC-Item</translation>
    </message>
    <message>
      <source>The card as a STAC item with the Machine Learning Model extension, for catalogues.</source>
      <translation>Die Karte als STAC-Item mit der Erweiterung Machine Learning Model, für Kataloge.</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>Alle Dateien (*)</translation>
    </message>
    <message>
      <source>Show status</source>
      <translation>Status anzeigen</translation>
    </message>
    <message>
      <source>Use this Python</source>
      <translation>Dieses Python verwenden</translation>
    </message>
    <message>
      <source>Create the managed environment</source>
      <translation>Die verwaltete Umgebung anlegen</translation>
    </message>
    <message>
      <source>Remove the managed environment</source>
      <translation>Die verwaltete Umgebung entfernen</translation>
    </message>
    <message>
      <source>Plan: what would a creation download?</source>
      <translation>Plan: Was würde das Anlegen herunterladen?</translation>
    </message>
    <message>
      <source>Repair the managed environment</source>
      <translation>Die verwaltete Umgebung reparieren</translation>
    </message>
    <message>
      <source>What to do</source>
      <translation>Was zu tun ist</translation>
    </message>
    <message>
      <source>See above.</source>
      <translation>Siehe oben.</translation>
    </message>
    <message>
      <source>Python</source>
      <translation>Python</translation>
    </message>
    <message>
      <source>The python program (python.exe, bin/python3) to use; when creating, the one to build on (3.10 or newer). Empty when creating: QGIS's own.</source>
      <translation>Das zu verwendende Python-Programm (python.exe, bin/python3); beim Anlegen dasjenige, auf dem aufgebaut wird (3.10 oder neuer). Leer beim Anlegen: das von QGIS.</translation>
    </message>
    <message>
      <source>Yes, download PyTorch (the plan says how much)</source>
      <translation>Ja, PyTorch herunterladen (wie viel, sagt der Plan)</translation>
    </message>
    <message>
      <source>Needed to create the environment; nothing is downloaded without it. About 0.3 GB, with support for NVIDIA GPUs 2.8 GB.</source>
      <translation>Nötig, um die Umgebung anzulegen; ohne dies wird nichts heruntergeladen. Etwa 0,3 GB, mit Unterstützung für NVIDIA-GPUs 2,8 GB.</translation>
    </message>
    <message>
      <source>Automatic: for the NVIDIA GPU if driver and GPU allow it</source>
      <translation>Automatisch: für die NVIDIA-GPU, wenn Treiber und GPU es zulassen</translation>
    </message>
    <message>
      <source>Build of PyTorch</source>
      <translation>Fassung von PyTorch</translation>
    </message>
    <message>
      <source>For NVIDIA GPUs the CUDA version is chosen by driver and GPU. Apple GPUs need no choice.</source>
      <translation>Für NVIDIA-GPUs wird die CUDA-Version nach Treiber und GPU gewählt. Für Apple-GPUs ist keine Wahl nötig.</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>Ordner mit Wheels</translation>
    </message>
    <message>
      <source>Install from these downloaded files instead of from the network (docs/user/runtime.md says how to get them).</source>
      <translation>Aus diesen heruntergeladenen Dateien statt aus dem Netz installieren (docs/user/runtime.md sagt, wie man sie bekommt).</translation>
    </message>
    <message>
      <source>HTML files (*.html);;Markdown files (*.md)</source>
      <translation>HTML-Dateien (*.html);;Markdown-Dateien (*.md)</translation>
    </message>
    <message>
      <source>Status report</source>
      <translation>Statusbericht</translation>
    </message>
    <message>
      <source>The status as a page or as Markdown, for a bug report: your home folder appears as ~.</source>
      <translation>Der Status als Seite oder als Markdown, für eine Fehlermeldung: Ihr persönlicher Ordner erscheint als ~.</translation>
    </message>
    <message>
      <source>Python used</source>
      <translation>Verwendetes Python</translation>
    </message>
    <message>
      <source>PyTorch version</source>
      <translation>PyTorch-Version</translation>
    </message>
    <message>
      <source>Best device</source>
      <translation>Bestes Gerät</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may be left out if the model was trained to do without one layer.</source>
      <translation>Optisches Bild: eine Rasterdatei mit KBS. Es darf fehlen, wenn das Modell dafür trainiert wurde, ohne einen der Layer auszukommen.</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels. It may be left out if the model was trained to do without one layer.</source>
      <translation>SAR-Bild desselben Ortes, geokodiert; mit eigenem KBS und eigenen Pixeln. Es darf fehlen, wenn das Modell dafür trainiert wurde, ohne einen der Layer auszukommen.</translation>
    </message>
    <message>
      <source>Smaller regions go to a neighbouring class; 0 for none.</source>
      <translation>Kleinere Gebiete gehen an eine Nachbarklasse; 0 für keine.</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1; the number of points follows from it.</source>
      <translation>Welcher Anteil jeder Klasse vermutlich richtig ist, 0 bis 1; daraus folgt die Anzahl der Punkte.</translation>
    </message>
    <message>
      <source>Class raster of the model's classes, 0 = nodata.</source>
      <translation>Klassenraster mit den Klassen des Modells, 0 = Nodata.</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label.</source>
      <translation>GeoPackage mit Punkten und den Feldern id und label.</translation>
    </message>
    <message>
      <source>Assess accuracy</source>
      <translation>Genauigkeit prüfen</translation>
    </message>
    <message>
      <source>Accuracy</source>
      <translation>Genauigkeit</translation>
    </message>
    <message>
      <source>Confusion matrix, accuracies and adjusted areas of a class raster</source>
      <translation>Konfusionsmatrix, Genauigkeiten und korrigierte Flächen eines Klassenrasters</translation>
    </message>
    <message>
      <source>accuracy,validation,confusion matrix,error matrix,kappa,IoU,F1,user's accuracy,producer's accuracy,area estimation,confidence interval,Olofsson,Stehman,land cover</source>
      <translation>Genauigkeit,Validierung,Konfusionsmatrix,Fehlermatrix,Kappa,IoU,F1,Nutzergenauigkeit,Produzentengenauigkeit,Flächenschätzung,Konfidenzintervall,Olofsson,Stehman,Bodenbedeckung</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds a class raster against labelled points, labelled polygons or another class raster: confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU.&lt;/p&gt;&lt;p&gt;Of points drawn at random (&lt;i&gt;Design sample&lt;/i&gt;), it also estimates the accuracies of the whole map and the true area of each class, with 95 % confidence intervals (Olofsson et al. 2014; Stehman 2014).&lt;/p&gt;</source>
      <translation>&lt;p&gt;Hält ein Klassenraster gegen beschriftete Punkte, beschriftete Polygone oder ein anderes Klassenraster: Konfusionsmatrix, Gesamtgenauigkeit, Kappa, Nutzer- und Produzentengenauigkeit, F1 und IoU.&lt;/p&gt;&lt;p&gt;Aus zufällig gezogenen Punkten (&lt;i&gt;Stichprobe entwerfen&lt;/i&gt;) schätzt es auch die Genauigkeiten der ganzen Karte und die wahre Fläche jeder Klasse, mit 95-%-Konfidenzintervallen (Olofsson et al. 2014; Stehman 2014).&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check alignment (optical and SAR)</source>
      <translation>Lage prüfen (optisch und SAR)</translation>
    </message>
    <message>
      <source>Preparation</source>
      <translation>Vorbereitung</translation>
    </message>
    <message>
      <source>How far a SAR layer lies from an optical one, as arrows and in words</source>
      <translation>Wie weit ein SAR-Layer von einem optischen abweicht, in Pfeilen und in Worten</translation>
    </message>
    <message>
      <source>SAR,radar,optical,alignment,align,co-registration,coregistration,registration,shift,offset,displacement,georeferencing,matching,correlation</source>
      <translation>SAR,Radar,optisch,Lage,Passung,ausrichten,Koregistrierung,Registrierung,Verschiebung,Versatz,Georeferenzierung,Zuordnung,Korrelation</translation>
    </message>
    <message>
      <source>&lt;p&gt;Measures whether a SAR layer lies on an optical one, to a part of a pixel: in 50 to 400 windows spread over the scene, by the edges both show. The log says in words what was found.&lt;/p&gt;&lt;p&gt;Each arrow leads from a place in the optical layer to where the SAR layer shows it; its attributes give the shift in pixels and metres. Grey arrows are doubtful.&lt;/p&gt;&lt;p&gt;A constant shift can be mended: the corrected SAR layer has the same pixels and another origin. In hills a SAR layer without terrain correction is shifted by other amounts at other heights; that needs terrain correction.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Misst auf Bruchteile eines Pixels, ob ein SAR-Layer auf einem optischen liegt: in 50 bis 400 über die Szene verteilten Fenstern, anhand der Kanten, die beide zeigen. Das Protokoll sagt in Worten, was gefunden wurde.&lt;/p&gt;&lt;p&gt;Jeder Pfeil führt von einem Ort im optischen Layer dorthin, wo der SAR-Layer ihn zeigt; seine Attribute geben die Verschiebung in Pixeln und Metern an. Graue Pfeile sind zweifelhaft.&lt;/p&gt;&lt;p&gt;Eine gleichmäßige Verschiebung lässt sich beheben: Der korrigierte SAR-Layer hat dieselben Pixel und einen anderen Ursprung. Im Bergland ist ein SAR-Layer ohne Geländekorrektur in verschiedenen Höhen verschieden weit verschoben; das erfordert eine Geländekorrektur.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check training data</source>
      <translation>Trainingsdaten prüfen</translation>
    </message>
    <message>
      <source>Training</source>
      <translation>Training</translation>
    </message>
    <message>
      <source>What is wrong with a folder of training data</source>
      <translation>Was an einem Ordner mit Trainingsdaten falsch ist</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,data set,dataset,check,validate,quality,class balance,statistics,mean,standard deviation,leakage,alignment,deep learning</source>
      <translation>Training,Beschriftungen,Beispiele,Kacheln,Datensatz,dataset,prüfen,validieren,Qualität,Klassenverteilung,Statistik,Mittelwert,Standardabweichung,Überschneidung,Lage,Deep Learning</translation>
    </message>
    <message>
      <source>&lt;p&gt;Reads every tile of a training data set and says what would spoil training or make it suffer: missing or unreadable files, sizes and places that differ, labels outside the class list, samples in two lists, neighbours on both sides of a split, empty or constant images, NaN, rare or missing classes, SAR that does not lie on the optical image.&lt;/p&gt;&lt;p&gt;Folders of &lt;i&gt;Create training data&lt;/i&gt; and folders in ASANet's or AMM-FuseNet's layout can be checked; nothing in them is changed. The report shows samples side by side: look at them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Liest jede Kachel eines Trainingsdatensatzes und sagt, was das Training verderben oder beeinträchtigen würde: fehlende oder unlesbare Dateien, abweichende Größen und Orte, Beschriftungen außerhalb der Klassenliste, Beispiele in zwei Listen, Nachbarn beiderseits einer Aufteilung, leere oder konstante Bilder, NaN, seltene oder fehlende Klassen, SAR, das nicht auf dem optischen Bild liegt.&lt;/p&gt;&lt;p&gt;Geprüft werden können Ordner aus &lt;i&gt;Trainingsdaten erstellen&lt;/i&gt; und Ordner im Aufbau von ASANet oder AMM-FuseNet; an ihnen wird nichts geändert. Der Bericht zeigt Beispiele nebeneinander: Sehen Sie sie an.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify land cover (optical + SAR)</source>
      <translation>Bodenbedeckung klassifizieren (optisch + SAR)</translation>
    </message>
    <message>
      <source>Land-cover map from an optical and a SAR layer</source>
      <translation>Bodenbedeckungskarte aus einem optischen und einem SAR-Layer</translation>
    </message>
    <message>
      <source>land cover,land use,classification,segmentation,deep learning,neural network,radar,SAR,optical,Sentinel-1,Sentinel-2,fusion,ASANet,raster</source>
      <translation>Bodenbedeckung,Landnutzung,Klassifikation,Segmentierung,Deep Learning,neuronales Netz,Radar,SAR,optisch,Sentinel-1,Sentinel-2,Fusion,ASANet,Raster</translation>
    </message>
    <message>
      <source>&lt;p&gt;Maps land cover from an optical and a SAR layer of the same place with a two-input neural network. The layers may differ in CRS, pixel size and extent: they are put on one grid while they are read. Where either has no data, the map has none, unless the model was trained to do without one. With such a model one of the two layers may also be left out.&lt;/p&gt;&lt;p&gt;Choose the two layers and a model; everything else has a sensible default. The network runs in a process of its own; the algorithm &lt;i&gt;Runtime&lt;/i&gt; sets that up.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Kartiert die Bodenbedeckung aus einem optischen und einem SAR-Layer desselben Ortes mit einem neuronalen Netz, das beide zugleich sieht. KBS, Pixelgröße und Ausdehnung der Layer dürfen sich unterscheiden: Sie werden beim Lesen auf ein Gitter gebracht. Wo einer von beiden keine Daten hat, hat auch die Karte keine, es sei denn, das Modell wurde dafür trainiert, ohne ihn auszukommen. Mit einem solchen Modell darf einer der beiden Layer auch ganz fehlen.&lt;/p&gt;&lt;p&gt;Wählen Sie die beiden Layer und ein Modell; alles andere ist sinnvoll vorbelegt. Das Netz läuft in einem eigenen Prozess; der Algorithmus &lt;i&gt;Laufzeitumgebung&lt;/i&gt; richtet ihn ein.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No Python with PyTorch (torch) is known, and the network needs one. Run the algorithm 'Runtime: status and set-up' (rgbsar:runtime): choose a Python that has torch, numpy and safetensors, or let it create a managed environment.</source>
      <translation>Kein Python mit PyTorch (torch) ist bekannt, und das Netz braucht eines. Starten Sie den Algorithmus „Laufzeitumgebung: Status und Einrichtung“ (rgbsar:runtime): Wählen Sie ein Python mit torch, numpy und safetensors, oder lassen Sie eine verwaltete Umgebung anlegen.</translation>
    </message>
    <message>
      <source>Compare maps (change matrix)</source>
      <translation>Karten vergleichen (Änderungsmatrix)</translation>
    </message>
    <message>
      <source>What changed between two land-cover layers</source>
      <translation>Was sich zwischen zwei Bodenbedeckungslayern geändert hat</translation>
    </message>
    <message>
      <source>land cover,change,change detection,change matrix,transition,from-to,cross tabulation,difference,gain,loss,post-classification comparison</source>
      <translation>Bodenbedeckung,Änderung,Änderungserkennung,Änderungsmatrix,Übergang,von-nach,Kreuztabelle,Differenz,Zunahme,Abnahme,Vergleich nach Klassifikation</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds two land-cover layers of the same place against each other: which class became which, in pixels and hectares, and a layer that names every change. Layers on different pixels or in different CRS are put on one grid.&lt;/p&gt;&lt;p&gt;Classes are matched by name; where the names differ, a table says which mean the same.&lt;/p&gt;&lt;p&gt;Errors of both maps count as change. For the area of change with its uncertainty, assess the change layer with a reference sample.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Hält zwei Bodenbedeckungslayer desselben Ortes gegeneinander: welche Klasse zu welcher wurde, in Pixeln und Hektar, und ein Layer, der jede Änderung benennt. Layer auf verschiedenen Pixeln oder in verschiedenen KBS werden auf ein Gitter gebracht.&lt;/p&gt;&lt;p&gt;Klassen werden nach Namen zugeordnet; wo sich die Namen unterscheiden, sagt eine Tabelle, welche dasselbe bedeuten.&lt;/p&gt;&lt;p&gt;Fehler beider Karten zählen als Änderung. Für die Fläche der Änderung mit ihrer Unsicherheit prüfen Sie den Änderungslayer mit einer Referenzstichprobe.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Create training data</source>
      <translation>Trainingsdaten erstellen</translation>
    </message>
    <message>
      <source>Tiles with labels, split by blocks, from an optical and a SAR layer</source>
      <translation>Kacheln mit Beschriftungen, in Blöcken aufgeteilt, aus einem optischen und einem SAR-Layer</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,chips,patches,data set,dataset,train validation test split,spatial blocks,polygons,ground truth,land cover,deep learning,SAR,optical</source>
      <translation>Training,Beschriftungen,Beispiele,Kacheln,Chips,Patches,Datensatz,dataset,Aufteilung in Training Validierung Test,räumliche Blöcke,Polygone,Bodenwahrheit,Bodenbedeckung,Deep Learning,SAR,optisch</translation>
    </message>
    <message>
      <source>&lt;p&gt;Cuts an optical and a SAR layer, and what is known of the land cover there, into tiles from which a network can learn. The labels are polygons with a class, or a class raster; a few well-chosen polygons of each class in many places are better than one corner labelled completely.&lt;/p&gt;&lt;p&gt;The tiles are split into training, validation and test by blocks with a gap between them, so that no tile the network learns from touches one it is judged by. The log counts the labelled pixels of each class in each share.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Zerlegt einen optischen und einen SAR-Layer, und was dort von der Bodenbedeckung bekannt ist, in Kacheln, aus denen ein Netz lernen kann. Die Beschriftungen sind Polygone mit einer Klasse oder ein Klassenraster; einige gut gewählte Polygone jeder Klasse an vielen Orten sind besser als eine vollständig beschriftete Ecke.&lt;/p&gt;&lt;p&gt;Die Kacheln werden in Blöcken mit Abstand auf Training, Validierung und Test verteilt, so dass keine Kachel, aus der das Netz lernt, eine berührt, an der es beurteilt wird. Das Protokoll zählt die beschrifteten Pixel jeder Klasse in jedem Anteil.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Describe model</source>
      <translation>Modell beschreiben</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>Modelle</translation>
    </message>
    <message>
      <source>What a model needs, which classes it maps, how accurate it was</source>
      <translation>Was ein Modell braucht, welche Klassen es kartiert, wie genau es war</translation>
    </message>
    <message>
      <source>model,card,metadata,classes,bands,licence,accuracy,STAC,MLM,safetensors,checksum</source>
      <translation>Modell,Karte,Metadaten,Klassen,Kanäle,Lizenz,Genauigkeit,STAC,MLM,safetensors,Prüfsumme</translation>
    </message>
    <message>
      <source>&lt;p&gt;Every model file carries a card: which bands it takes and in which units, the pixel size it was trained on, its classes and colours, what it was trained and tested on, its licence. This algorithm shows the card; the network itself is not loaded, so no PyTorch is needed.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Jede Modelldatei trägt eine Karte: welche Kanäle in welchen Einheiten sie nimmt, mit welcher Pixelgröße sie trainiert wurde, ihre Klassen und Farben, worauf sie trainiert und getestet wurde, ihre Lizenz. Dieser Algorithmus zeigt die Karte; das Netz selbst wird nicht geladen, PyTorch ist also nicht nötig.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Design sample (stratified random points)</source>
      <translation>Stichprobe entwerfen (geschichtete Zufallspunkte)</translation>
    </message>
    <message>
      <source>Random points within each class of a map, to be labelled for an accuracy assessment</source>
      <translation>Zufällige Punkte in jeder Klasse einer Karte, die für eine Genauigkeitsprüfung beschriftet werden</translation>
    </message>
    <message>
      <source>accuracy,validation,sample,sample size,stratified,random points,reference,Olofsson,Cochran,land cover</source>
      <translation>Genauigkeit,Validierung,Stichprobe,Stichprobenumfang,geschichtet,Zufallspunkte,Referenz,Olofsson,Cochran,Bodenbedeckung</translation>
    </message>
    <message>
      <source>&lt;p&gt;Draws random points within each class of a map, to be labelled from better images or in the field. The number of points is computed from the accuracy you expect and the standard error you want (Olofsson et al. 2014; Cochran 1977).&lt;/p&gt;&lt;p&gt;Fill the field &lt;i&gt;label&lt;/i&gt; with class names, then run &lt;i&gt;Assess accuracy&lt;/i&gt;. The map's class is not shown, so that it cannot sway who labels; the layer remembers the design.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Zieht zufällige Punkte in jeder Klasse einer Karte, die anhand besserer Bilder oder im Gelände beschriftet werden. Die Anzahl der Punkte wird aus der erwarteten Genauigkeit und dem gewünschten Standardfehler berechnet (Olofsson et al. 2014; Cochran 1977).&lt;/p&gt;&lt;p&gt;Füllen Sie das Feld &lt;i&gt;label&lt;/i&gt; mit Klassennamen und starten Sie dann &lt;i&gt;Genauigkeit prüfen&lt;/i&gt;. Die Klasse der Karte wird nicht gezeigt, damit sie beim Beschriften nicht beeinflusst; der Layer merkt sich den Entwurf.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Import model</source>
      <translation>Modell importieren</translation>
    </message>
    <message>
      <source>Install a model file from disk or from the web</source>
      <translation>Eine Modelldatei von der Festplatte oder aus dem Web installieren</translation>
    </message>
    <message>
      <source>model,install,download,weights,URL,checksum,SHA-256,safetensors,model zoo</source>
      <translation>Modell,installieren,herunterladen,Gewichte,URL,Prüfsumme,SHA-256,safetensors,Model Zoo</translation>
    </message>
    <message>
      <source>&lt;p&gt;Copies or downloads a model file into the models folder; &lt;i&gt;Classify land cover&lt;/i&gt; then offers it by its title. The file is read first: its card and checksum are shown, and a damaged file, another kind of file or one with another checksum than the announced one is refused. Model files hold numbers and text; nothing in them is ever executed.&lt;/p&gt;&lt;p&gt;Untick &lt;i&gt;Install&lt;/i&gt; to see card and checksum of a file first.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Kopiert oder lädt eine Modelldatei in den Modellordner; &lt;i&gt;Bodenbedeckung klassifizieren&lt;/i&gt; bietet sie dann mit ihrem Titel an. Die Datei wird zuerst gelesen: Karte und Prüfsumme werden gezeigt, und eine beschädigte Datei, eine Datei anderer Art oder eine mit anderer als der angekündigten Prüfsumme wird abgelehnt. Modelldateien enthalten Zahlen und Text; nichts darin wird je ausgeführt.&lt;/p&gt;&lt;p&gt;Wählen Sie &lt;i&gt;Installieren&lt;/i&gt; ab, um zuerst Karte und Prüfsumme einer Datei zu sehen.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify, refine and design sample (model)</source>
      <translation>Klassifizieren, bereinigen und Stichprobe entwerfen (Modell)</translation>
    </message>
    <message>
      <source>From two layers to a refined map and a sample to be labelled, in one go</source>
      <translation>Von zwei Layern zu einer bereinigten Karte und einer Stichprobe zum Beschriften, in einem Zug</translation>
    </message>
    <message>
      <source>land cover,model,workflow,chain,classification,refine,sample,optical,SAR</source>
      <translation>Bodenbedeckung,Modell,Arbeitsablauf,Kette,Klassifikation,bereinigen,Stichprobe,optisch,SAR</translation>
    </message>
    <message>
      <source>&lt;p&gt;Three steps in one: &lt;i&gt;Classify land cover&lt;/i&gt;, &lt;i&gt;Refine map&lt;/i&gt; with a minimum mapping unit, and &lt;i&gt;Design sample&lt;/i&gt;, whose points are to be labelled before &lt;i&gt;Assess accuracy&lt;/i&gt; can tell how right the map is.&lt;/p&gt;&lt;p&gt;It is a model of the Model Designer: open the file land_cover_chain.model3 in the plugin's folder processing_models to see it, or to make your own from it.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Drei Schritte in einem: &lt;i&gt;Bodenbedeckung klassifizieren&lt;/i&gt;, &lt;i&gt;Karte bereinigen&lt;/i&gt; mit einer kleinsten Kartierfläche und &lt;i&gt;Stichprobe entwerfen&lt;/i&gt;, deren Punkte zu beschriften sind, bevor &lt;i&gt;Genauigkeit prüfen&lt;/i&gt; sagen kann, wie richtig die Karte ist.&lt;/p&gt;&lt;p&gt;Es ist ein Modell der grafischen Modellierung: Öffnen Sie die Datei land_cover_chain.model3 im Ordner processing_models der Erweiterung, um es anzusehen oder ein eigenes daraus zu machen.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Prepare SAR (units, speckle, grid)</source>
      <translation>SAR aufbereiten (Einheit, Speckle, Gitter)</translation>
    </message>
    <message>
      <source>SAR layer in dB or linear power, with less speckle, on another layer's pixels</source>
      <translation>SAR-Layer in dB oder linearer Leistung, mit weniger Speckle, auf den Pixeln eines anderen Layers</translation>
    </message>
    <message>
      <source>SAR,radar,speckle,despeckle,filter,Lee,refined Lee,Lee sigma,gamma MAP,Frost,multitemporal,calibration,decibel,dB,sigma0,gamma0,backscatter,Sentinel-1,align</source>
      <translation>SAR,Radar,Speckle,Entspeckeln,Filter,Lee,Refined Lee,Lee-Sigma,Gamma-MAP,Frost,multitemporal,Kalibrierung,Dezibel,dB,Sigma0,Gamma0,Rückstreuung,Sentinel-1,ausrichten</translation>
    </message>
    <message>
      <source>&lt;p&gt;Converts a SAR layer to linear power or decibels, reduces speckle, and writes it on the pixels of another layer if you choose one. Several days of the same pixels can be averaged first.&lt;/p&gt;&lt;p&gt;Filters and means work on linear power, whatever the input's unit. Rasters of any size are filtered in strips.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Wandelt einen SAR-Layer in lineare Leistung oder Dezibel um, mindert den Speckle und schreibt ihn auf die Pixel eines anderen Layers, wenn Sie einen wählen. Mehrere Tage derselben Pixel können vorher gemittelt werden.&lt;/p&gt;&lt;p&gt;Filter und Mittel arbeiten mit linearer Leistung, gleich in welcher Einheit die Eingabe ist. Raster jeder Größe werden in Streifen gefiltert.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Refine map (majority, minimum mapping unit, polygons)</source>
      <translation>Karte bereinigen (Mehrheit, kleinste Kartierfläche, Polygone)</translation>
    </message>
    <message>
      <source>Filters and generalises a land-cover layer, and makes polygons of it</source>
      <translation>Filtert und generalisiert einen Bodenbedeckungslayer und macht Polygone daraus</translation>
    </message>
    <message>
      <source>land cover,sieve,majority,mode filter,minimum mapping unit,MMU,generalise,generalize,clump,eliminate,speckle,smooth,polygonize,vectorize,simplify,post-classification</source>
      <translation>Bodenbedeckung,Sieb,Mehrheit,Modalfilter,kleinste Kartierfläche,MMU,generalisieren,Gebiete,verschmelzen,eliminieren,Speckle,glätten,polygonisieren,vektorisieren,vereinfachen,Nachbearbeitung</translation>
    </message>
    <message>
      <source>&lt;p&gt;Removes from a land-cover layer what is too small to be mapped: a majority filter first, then regions below a minimum mapping unit, the least certain ones first. Nodata, class values, names and colours stay.&lt;/p&gt;&lt;p&gt;Polygons, if wanted, carry class, ground area, mean confidence and the share of changed pixels. Neighbours share their edges to the last digit, also when simplified.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Entfernt aus einem Bodenbedeckungslayer, was zu klein zum Kartieren ist: zuerst ein Mehrheitsfilter, dann Gebiete unter einer kleinsten Kartierfläche, die unsichersten zuerst. Nodata, Klassenwerte, Namen und Farben bleiben.&lt;/p&gt;&lt;p&gt;Polygone, falls gewünscht, tragen Klasse, Fläche am Boden, mittlere Konfidenz und den Anteil geänderter Pixel. Nachbarn teilen ihre Kanten bis zur letzten Stelle, auch vereinfacht.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Runtime: status and set-up</source>
      <translation>Laufzeitumgebung: Status und Einrichtung</translation>
    </message>
    <message>
      <source>Set-up</source>
      <translation>Einrichtung</translation>
    </message>
    <message>
      <source>Which Python runs the network, and how to change it</source>
      <translation>Welches Python das Netz ausführt und wie man das ändert</translation>
    </message>
    <message>
      <source>install,torch,PyTorch,GPU,CUDA,Python,interpreter,environment,diagnosis,status</source>
      <translation>installieren,torch,PyTorch,GPU,CUDA,Python,Interpreter,Umgebung,Diagnose,Status</translation>
    </message>
    <message>
      <source>&lt;p&gt;The network needs PyTorch, which runs in a process of its own: never inside QGIS, so neither can harm the other. This algorithm shows which Python is used, changes it, or sets one up.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Status&lt;/b&gt; tests the Python in use. &lt;b&gt;Use&lt;/b&gt; makes another one the standard: a conda or virtual environment with torch, numpy and safetensors. &lt;b&gt;Plan&lt;/b&gt; says what a creation would download and where it would lie; nothing is downloaded. &lt;b&gt;Create&lt;/b&gt; downloads PyTorch into an environment of the plugin's own, outside QGIS; one that was stopped goes on where it was. &lt;b&gt;Repair&lt;/b&gt; makes a broken environment anew from what is downloaded already. &lt;b&gt;Remove&lt;/b&gt; deletes environment and downloads and forgets a chosen Python.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Das Netz braucht PyTorch, das in einem eigenen Prozess läuft: nie in QGIS, so dass keines dem anderen schaden kann. Dieser Algorithmus zeigt, welches Python verwendet wird, wechselt es oder richtet eines ein.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Status&lt;/b&gt; prüft das verwendete Python. &lt;b&gt;Verwenden&lt;/b&gt; macht ein anderes zum Standard: eine Conda- oder virtuelle Umgebung mit torch, numpy und safetensors. &lt;b&gt;Plan&lt;/b&gt; sagt, was das Anlegen herunterladen würde und wo es läge; es wird nichts heruntergeladen. &lt;b&gt;Anlegen&lt;/b&gt; lädt PyTorch in eine eigene Umgebung der Erweiterung außerhalb von QGIS herunter; ein abgebrochenes Anlegen geht dort weiter, wo es stand. &lt;b&gt;Reparieren&lt;/b&gt; macht eine beschädigte Umgebung aus dem schon Heruntergeladenen neu. &lt;b&gt;Entfernen&lt;/b&gt; löscht Umgebung und Heruntergeladenes und vergisst ein gewähltes Python.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Train model</source>
      <translation>Modell trainieren</translation>
    </message>
    <message>
      <source>A land-cover model of your own from training data</source>
      <translation>Ein eigenes Bodenbedeckungsmodell aus Trainingsdaten</translation>
    </message>
    <message>
      <source>training,train,learn,fit,model,neural network,deep learning,fine-tuning,transfer learning,land cover,classification,segmentation,SAR,optical,ASANet,U-Net</source>
      <translation>Training,trainieren,lernen,anpassen,Modell,neuronales Netz,Deep Learning,Feinabstimmung,Transferlernen,Bodenbedeckung,Klassifikation,Segmentierung,SAR,optisch,ASANet,U-Net</translation>
    </message>
    <message>
      <source>&lt;p&gt;Teaches a network the classes of your training data. The result is a model file for &lt;i&gt;Classify land cover&lt;/i&gt;, and a report that says how good it is, on tiles it did not learn from.&lt;/p&gt;&lt;p&gt;Choose the folder that &lt;i&gt;Create training data&lt;/i&gt; made, and how long you can wait; everything else has a sensible default. The log shows loss and mean IoU as they come. &lt;b&gt;Cancel&lt;/b&gt; when you have seen enough: the best weights so far become the model.&lt;/p&gt;&lt;p&gt;Training runs outside QGIS in the Python that &lt;i&gt;Runtime&lt;/i&gt; sets up, which needs the packages lightning and PyYAML beside torch; the managed environment has them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Bringt einem Netz die Klassen Ihrer Trainingsdaten bei. Das Ergebnis ist eine Modelldatei für &lt;i&gt;Bodenbedeckung klassifizieren&lt;/i&gt; und ein Bericht, der sagt, wie gut es ist, auf Kacheln, aus denen es nicht gelernt hat.&lt;/p&gt;&lt;p&gt;Wählen Sie den Ordner, den &lt;i&gt;Trainingsdaten erstellen&lt;/i&gt; angelegt hat, und wie lange Sie warten können; alles andere hat eine sinnvolle Vorgabe. Das Protokoll zeigt Verlust und mittlere IoU laufend an. &lt;b&gt;Abbrechen&lt;/b&gt;, wenn Sie genug gesehen haben: Die bisher besten Gewichte werden das Modell.&lt;/p&gt;&lt;p&gt;Das Training läuft außerhalb von QGIS in dem Python, das &lt;i&gt;Laufzeitumgebung&lt;/i&gt; einrichtet; dieses braucht neben torch die Pakete lightning und PyYAML, die verwaltete Umgebung hat sie.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No reference is given. Choose points, polygons, or a class raster: one of them.</source>
      <translation>Keine Referenz ist angegeben. Wählen Sie Punkte, Polygone oder ein Klassenraster.</translation>
    </message>
    <message>
      <source>Both a reference layer and a reference raster are given. Choose one of them.</source>
      <translation>Ein Referenzlayer und ein Referenzraster sind angegeben. Wählen Sie eines von beiden.</translation>
    </message>
    <message>
      <source>The reference layer '{}' has no class in any feature. Fill in its field '{}'.</source>
      <translation>Der Referenzlayer „{}“ hat in keinem Objekt eine Klasse. Füllen Sie sein Feld „{}“ aus.</translation>
    </message>
    <message>
      <source>reference layer '{}'</source>
      <translation>Referenzlayer „{}“</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Abgebrochen.</translation>
    </message>
    <message>
      <source>Nothing was written.</source>
      <translation>Es wurde nichts geschrieben.</translation>
    </message>
    <message>
      <source>Shifts: {}</source>
      <translation>Verschiebungen: {}</translation>
    </message>
    <message>
      <source>Corrected: {}</source>
      <translation>Korrigiert: {}</translation>
    </message>
    <message>
      <source>The shifts have no arrows: {}</source>
      <translation>Die Verschiebungen haben keine Pfeile: {}</translation>
    </message>
    <message>
      <source>The folder '{}' was not found; expected a data set. Choose its folder.</source>
      <translation>Der Ordner „{}“ wurde nicht gefunden; erwartet wird ein Datensatz. Wählen Sie seinen Ordner.</translation>
    </message>
    <message>
      <source>No model is chosen. Choose a model file (.safetensors) or an installed model.</source>
      <translation>Kein Modell ist gewählt. Wählen Sie eine Modelldatei (.safetensors) oder ein installiertes Modell.</translation>
    </message>
    <message>
      <source>Confidence (%)</source>
      <translation>Konfidenz (%)</translation>
    </message>
    <message>
      <source>Class probabilities (%), band 1: {}</source>
      <translation>Klassenwahrscheinlichkeiten (%), Kanal 1: {}</translation>
    </message>
    <message>
      <source>Land cover of {}</source>
      <translation>Bodenbedeckung von {}</translation>
    </message>
    <message>
      <source>Land cover: {}</source>
      <translation>Bodenbedeckung: {}</translation>
    </message>
    <message>
      <source>Changes: {} to {}</source>
      <translation>Änderungen: {} nach {}</translation>
    </message>
    <message>
      <source>No labels are given. Choose polygons or a class raster: one of them.</source>
      <translation>Keine Beschriftungen sind angegeben. Wählen Sie Polygone oder ein Klassenraster: eines davon.</translation>
    </message>
    <message>
      <source>Both label polygons and a label raster are given. Choose one of them.</source>
      <translation>Beschriftungspolygone und ein Beschriftungsraster sind angegeben. Wählen Sie eines von beiden.</translation>
    </message>
    <message>
      <source>Sample of {}</source>
      <translation>Stichprobe von {}</translation>
    </message>
    <message>
      <source>Expected user's accuracies '{}' found; expected numbers like 0.8 or 0.9, 0.7.</source>
      <translation>Erwartete Nutzergenauigkeiten „{}“ gefunden; erwartet werden Zahlen wie 0.8 oder 0.9, 0.7.</translation>
    </message>
    <message>
      <source>Both a file and an address are given</source>
      <translation>Eine Datei und eine Adresse sind angegeben</translation>
    </message>
    <message>
      <source>No model file is given</source>
      <translation>Keine Modelldatei ist angegeben</translation>
    </message>
    <message>
      <source>{}. Choose a file (.safetensors), or give an address on the web.</source>
      <translation>{}. Wählen Sie eine Datei (.safetensors), oder geben Sie eine Adresse im Web an.</translation>
    </message>
    <message>
      <source>'{}' is no web address; expected one that starts with https:// or http://.</source>
      <translation>„{}“ ist keine Webadresse; erwartet wird eine, die mit https:// oder http:// beginnt.</translation>
    </message>
    <message>
      <source>Not installed, as asked.</source>
      <translation>Nicht installiert, wie gewünscht.</translation>
    </message>
    <message>
      <source>Installed as '{}' in {}</source>
      <translation>Installiert als „{}“ in {}</translation>
    </message>
    <message>
      <source>Refined: {}</source>
      <translation>Bereinigt: {}</translation>
    </message>
    <message>
      <source>Polygons: {}</source>
      <translation>Polygone: {}</translation>
    </message>
    <message>
      <source>The polygons have no colours: {}</source>
      <translation>Die Polygone haben keine Farben: {}</translation>
    </message>
    <message>
      <source>Creating the environment downloads PyTorch. Tick 'Yes, download PyTorch' to agree.</source>
      <translation>Das Anlegen der Umgebung lädt PyTorch herunter. Haken Sie zum Zustimmen „Ja, PyTorch herunterladen“ an.</translation>
    </message>
    <message>
      <source>No Python is given. Choose the python program to use.</source>
      <translation>Kein Python ist angegeben. Wählen Sie das zu verwendende Python-Programm.</translation>
    </message>
    <message>
      <source>Nothing to repair: the managed environment works, or there is none.</source>
      <translation>Nichts zu reparieren: Die verwaltete Umgebung funktioniert, oder es gibt keine.</translation>
    </message>
    <message>
      <source>'{}' is no file. Choose the python program itself, not its folder.</source>
      <translation>„{}“ ist keine Datei. Wählen Sie das Python-Programm selbst, nicht seinen Ordner.</translation>
    </message>
    <message>
      <source>Cancelled: the best weights so far were kept in {}.</source>
      <translation>Abgebrochen: Die bisher besten Gewichte wurden in {} behalten.</translation>
    </message>
    <message>
      <source>Model files (*.safetensors);;All files (*)</source>
      <translation>Modelldateien (*.safetensors);;Alle Dateien (*)</translation>
    </message>
    <message>
      <source>Look for a model file</source>
      <translation>Eine Modelldatei suchen</translation>
    </message>
    <message>
      <source>The creation of the managed environment was interrupted. Set up the runtime to go on.</source>
      <translation>Das Anlegen der verwalteten Umgebung wurde unterbrochen. Richten Sie die Laufzeitumgebung ein, um fortzufahren.</translation>
    </message>
    <message>
      <source>Not set up: the network needs PyTorch.</source>
      <translation>Nicht eingerichtet: Das Netz braucht PyTorch.</translation>
    </message>
    <message>
      <source>Automatic: managed environment, else QGIS's own Python</source>
      <translation>Automatisch: verwaltete Umgebung, sonst das Python von QGIS</translation>
    </message>
    <message>
      <source>All</source>
      <translation>Alle</translation>
    </message>
    <message>
      <source>Set up the runtime…</source>
      <translation>Laufzeitumgebung einrichten …</translation>
    </message>
    <message>
      <source>Engine</source>
      <translation>Rechenkern</translation>
    </message>
    <message>
      <source>Python of the engine</source>
      <translation>Python des Rechenkerns</translation>
    </message>
    <message>
      <source>Models folder</source>
      <translation>Modellordner</translation>
    </message>
    <message>
      <source>Default device</source>
      <translation>Vorgabe für das Gerät</translation>
    </message>
    <message>
      <source>Default CPU threads</source>
      <translation>Vorgabe für CPU-Threads</translation>
    </message>
    <message>
      <source>Runs in {}</source>
      <translation>Läuft in {}</translation>
    </message>
    <message>
      <source>'{}' does not exist. Choose a python program or an environment's folder.</source>
      <translation>„{}“ gibt es nicht. Wählen Sie ein Python-Programm oder den Ordner einer Umgebung.</translation>
    </message>
    <message>
      <source>'{}' is no folder. Choose an existing folder for the models, or none.</source>
      <translation>„{}“ ist kein Ordner. Wählen Sie einen vorhandenen Ordner für die Modelle oder keinen.</translation>
    </message>
    <message>
      <source>to be labelled</source>
      <translation>zu beschriften</translation>
    </message>
    <message>
      <source>labelled</source>
      <translation>beschriftet</translation>
    </message>
  </context>
</TS>
