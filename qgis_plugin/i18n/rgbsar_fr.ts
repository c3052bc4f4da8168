<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
  <context>
    <name>RgbSar</name>
    <message>
      <source>SAR layer</source>
      <translation>Couche SAR</translation>
    </message>
    <message>
      <source>SAR image (Sentinel-1, Gaofen-3, ALOS PALSAR ...), geocoded, intensity or amplitude, not complex.</source>
      <translation>Image SAR (Sentinel-1, Gaofen-3, ALOS PALSAR ...), géocodée, en intensité ou en amplitude, non complexe.</translation>
    </message>
    <message>
      <source>Further days of the same pixels</source>
      <translation>Autres dates des mêmes pixels</translation>
    </message>
    <message>
      <source>Images of other days on the same pixels, with the same bands. The mean power of all days is taken before the filter, which then reckons with as many times the looks.</source>
      <translation>Images d'autres dates sur les mêmes pixels et avec les mêmes bandes. La puissance moyenne de toutes les dates est calculée avant le filtre, qui compte alors autant de fois plus de vues.</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Bandes</translation>
    </message>
    <message>
      <source>Bands to prepare. Empty: all.</source>
      <translation>Bandes à préparer. Vide : toutes.</translation>
    </message>
    <message>
      <source>Detect (the log says what was assumed)</source>
      <translation>Détecter (le journal indique ce qui a été supposé)</translation>
    </message>
    <message>
      <source>Digital numbers</source>
      <translation>Comptes numériques</translation>
    </message>
    <message>
      <source>Amplitude</source>
      <translation>Amplitude</translation>
    </message>
    <message>
      <source>Linear power (sigma0, gamma0)</source>
      <translation>Puissance linéaire (sigma0, gamma0)</translation>
    </message>
    <message>
      <source>Decibels</source>
      <translation>Décibels</translation>
    </message>
    <message>
      <source>Units of the SAR layer</source>
      <translation>Unité de la couche SAR</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layers mean.</source>
      <translation>Ce que signifient les valeurs des couches SAR.</translation>
    </message>
    <message>
      <source>Calibration constant (dB)</source>
      <translation>Constante d'étalonnage (dB)</translation>
    </message>
    <message>
      <source>Of digital numbers: power in dB is 10 log10(DN^2) plus this, for instance -83 for ALOS PALSAR. Empty: none; levels are relative then.</source>
      <translation>Pour les comptes numériques : la puissance en dB vaut 10 log10(DN^2) plus cette valeur, par exemple -83 pour ALOS PALSAR. Vide : aucune ; les niveaux sont alors relatifs.</translation>
    </message>
    <message>
      <source>Refined Lee</source>
      <translation>Lee affiné</translation>
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
      <translation>Aucun</translation>
    </message>
    <message>
      <source>Speckle filter</source>
      <translation>Filtre de chatoiement</translation>
    </message>
    <message>
      <source>Refined Lee and Lee sigma keep edges and bright targets best; Lee is the fastest. None: units, mean and grid only.</source>
      <translation>Lee affiné et Lee sigma préservent le mieux les bords et les cibles brillantes ; Lee est le plus rapide. Aucun : seulement l'unité, la moyenne et la grille.</translation>
    </message>
    <message>
      <source>Filter window (pixels)</source>
      <translation>Fenêtre du filtre (pixels)</translation>
    </message>
    <message>
      <source>Side of the filter's square window, an odd number of pixels. Refined Lee: always 7.</source>
      <translation>Côté de la fenêtre carrée du filtre, un nombre impair de pixels. Lee affiné : toujours 7.</translation>
    </message>
    <message>
      <source>Number of looks</source>
      <translation>Nombre de vues</translation>
    </message>
    <message>
      <source>Equivalent number of looks of one image: 4.4 for Sentinel-1 IW GRD, 1 for a single-look image.</source>
      <translation>Nombre équivalent de vues d'une image : 4.4 pour Sentinel-1 IW GRD, 1 pour une image à une seule vue.</translation>
    </message>
    <message>
      <source>Pixels of this layer</source>
      <translation>Pixels de cette couche</translation>
    </message>
    <message>
      <source>Write the pixels of this layer, to lay both on top of each other. Empty: the SAR layer's own.</source>
      <translation>Écrit sur les pixels de cette couche, pour superposer les deux. Vide : ceux de la couche SAR.</translation>
    </message>
    <message>
      <source>Linear power</source>
      <translation>Puissance linéaire</translation>
    </message>
    <message>
      <source>Output units</source>
      <translation>Unité de sortie</translation>
    </message>
    <message>
      <source>Decibels for looking and for most models, linear power for further computing.</source>
      <translation>Décibels pour l'affichage et pour la plupart des modèles, puissance linéaire pour d'autres calculs.</translation>
    </message>
    <message>
      <source>Damping of the Frost filter</source>
      <translation>Amortissement du filtre de Frost</translation>
    </message>
    <message>
      <source>Of the Frost filter: larger keeps more detail and more speckle.</source>
      <translation>Pour le filtre de Frost : une valeur plus grande garde plus de détails et plus de chatoiement.</translation>
    </message>
    <message>
      <source>Sigma of the Lee sigma filter</source>
      <translation>Sigma du filtre Lee sigma</translation>
    </message>
    <message>
      <source>Of the Lee sigma filter: share of a uniform area's pixels that count as like the centre.</source>
      <translation>Pour le filtre Lee sigma : part des pixels d'une surface homogène considérés comme semblables au centre.</translation>
    </message>
    <message>
      <source>Bilinear</source>
      <translation>Bilinéaire</translation>
    </message>
    <message>
      <source>Nearest neighbour</source>
      <translation>Plus proche voisin</translation>
    </message>
    <message>
      <source>Resampling</source>
      <translation>Rééchantillonnage</translation>
    </message>
    <message>
      <source>Onto that layer's pixels, after the filter, as linear power.</source>
      <translation>Sur les pixels de l'autre couche, après le filtre, en puissance linéaire.</translation>
    </message>
    <message>
      <source>Threads</source>
      <translation>Fils d'exécution</translation>
    </message>
    <message>
      <source>Processor threads that filter. Empty: one per processor, 4 at most.</source>
      <translation>Fils d'exécution du processeur pour le filtrage. Vide : un par processeur, 4 au plus.</translation>
    </message>
    <message>
      <source>Prepared SAR</source>
      <translation>SAR préparé</translation>
    </message>
    <message>
      <source>32 bit floating point GeoTIFF with the bands' names; not-a-number = nodata.</source>
      <translation>GeoTIFF à virgule flottante de 32 bits avec les noms des bandes ; NaN = sans donnée.</translation>
    </message>
    <message>
      <source>Pixels without data, all bands together</source>
      <translation>Pixels sans donnée, toutes bandes confondues</translation>
    </message>
    <message>
      <source>Zero or negative power that became nodata</source>
      <translation>Puissances nulles ou négatives devenues sans donnée</translation>
    </message>
    <message>
      <source>Optical layer</source>
      <translation>Couche optique</translation>
    </message>
    <message>
      <source>Image that is taken to be in the right place.</source>
      <translation>Image dont la position est tenue pour juste.</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels.</source>
      <translation>Image SAR du même lieu, géocodée ; avec son SCR et ses pixels.</translation>
    </message>
    <message>
      <source>Largest shift (pixels)</source>
      <translation>Plus grand décalage (pixels)</translation>
    </message>
    <message>
      <source>How far to search, in pixels of the coarser layer.</source>
      <translation>Jusqu'où chercher, en pixels de la couche la plus grossière.</translation>
    </message>
    <message>
      <source>Optical bands</source>
      <translation>Bandes optiques</translation>
    </message>
    <message>
      <source>Bands to match. Empty: the first three.</source>
      <translation>Bandes à comparer. Vide : les trois premières.</translation>
    </message>
    <message>
      <source>SAR bands</source>
      <translation>Bandes SAR</translation>
    </message>
    <message>
      <source>Bands to match. Empty: all.</source>
      <translation>Bandes à comparer. Vide : toutes.</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layer mean.</source>
      <translation>Ce que signifient les valeurs de la couche SAR.</translation>
    </message>
    <message>
      <source>Window (pixels)</source>
      <translation>Fenêtre (pixels)</translation>
    </message>
    <message>
      <source>Side of the squares that are matched. Larger ones are surer, smaller ones show more detail.</source>
      <translation>Côté des carrés comparés. Les grands sont plus sûrs, les petits montrent plus de détails.</translation>
    </message>
    <message>
      <source>Shifts</source>
      <translation>Décalages</translation>
    </message>
    <message>
      <source>GeoPackage, one line per window in true length: columns and rows (pixels to the right and downwards), east_m, north_m, shift_m (metres), quality, reliable (1 or 0).</source>
      <translation>GeoPackage, une ligne par fenêtre en vraie longueur : columns et rows (pixels vers la droite et vers le bas), east_m, north_m, shift_m (mètres), quality, reliable (1 ou 0).</translation>
    </message>
    <message>
      <source>Corrected SAR layer</source>
      <translation>Couche SAR corrigée</translation>
    </message>
    <message>
      <source>Copy of the SAR layer, moved back by the shift as a whole; its pixels stay as they are.</source>
      <translation>Copie de la couche SAR, ramenée en bloc du décalage mesuré ; ses pixels restent tels quels.</translation>
    </message>
    <message>
      <source>Verdict: aligned, shifted or unknown</source>
      <translation>Verdict : aligned (alignée), shifted (décalée) ou unknown (inconnu)</translation>
    </message>
    <message>
      <source>Verdict in words</source>
      <translation>Verdict en toutes lettres</translation>
    </message>
    <message>
      <source>Shift (pixels)</source>
      <translation>Décalage (pixels)</translation>
    </message>
    <message>
      <source>Shift to the east (m)</source>
      <translation>Décalage vers l'est (m)</translation>
    </message>
    <message>
      <source>Shift to the north (m)</source>
      <translation>Décalage vers le nord (m)</translation>
    </message>
    <message>
      <source>Optical image (Sentinel-2, aerial, Gaofen-2 ...): a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent. It may be left out if the model was trained to do without one layer.</source>
      <translation>Image optique (Sentinel-2, aérienne, Gaofen-2 ...) : un fichier raster avec un SCR. Son SCR, sa taille de pixel et son emprise peuvent différer de ceux de la couche SAR. Elle peut être omise si le modèle a été entraîné à se passer d'une des couches.</translation>
    </message>
    <message>
      <source>Bands in the order the model wants them, for instance red, green, blue. Leave empty to take the bands whose names fit, else the first ones; the log says which.</source>
      <translation>Bandes dans l'ordre attendu par le modèle, par exemple rouge, vert, bleu. Laisser vide pour prendre les bandes dont les noms conviennent, sinon les premières ; le journal indique lesquelles.</translation>
    </message>
    <message>
      <source>SAR backscatter image (Sentinel-1, Gaofen-3 ...), geocoded, intensity or amplitude, not complex. It may be left out if the model was trained to do without one layer.</source>
      <translation>Image SAR de rétrodiffusion (Sentinel-1, Gaofen-3 ...), géocodée, en intensité ou en amplitude, non complexe. Elle peut être omise si le modèle a été entraîné à se passer d'une des couches.</translation>
    </message>
    <message>
      <source>Polarisations in the order the model wants them, for instance VV, VH. Leave empty as above.</source>
      <translation>Polarisations dans l'ordre attendu par le modèle, par exemple VV, VH. Laisser vide comme ci-dessus.</translation>
    </message>
    <message>
      <source>Digital numbers, not calibrated</source>
      <translation>Comptes numériques, non étalonnés</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. They are converted to what the model was trained on.</source>
      <translation>Ce que signifient les valeurs SAR. Elles sont converties dans l'unité avec laquelle le modèle a été entraîné.</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modèle</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors). It carries its classes, colours, bands and units; the dialog shows them below the choice.</source>
      <translation>Un modèle installé, par son titre ou son nom, ou le chemin d'un fichier de modèle (.safetensors). Il contient ses classes, couleurs, bandes et unités ; la boîte de dialogue les montre sous le choix.</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>Emprise</translation>
    </message>
    <message>
      <source>Part of the land to map. Empty: all ground both layers share.</source>
      <translation>Partie du territoire à cartographier. Vide : tout le terrain commun aux deux couches.</translation>
    </message>
    <message>
      <source>Mask polygons</source>
      <translation>Polygones de masque</translation>
    </message>
    <message>
      <source>Only pixels whose centre lies in one of these polygons are mapped. A selection is honoured.</source>
      <translation>Seuls les pixels dont le centre se trouve dans l'un de ces polygones sont cartographiés. Une sélection est prise en compte.</translation>
    </message>
    <message>
      <source>Pixels of the optical layer</source>
      <translation>Pixels de la couche optique</translation>
    </message>
    <message>
      <source>Pixels of the SAR layer</source>
      <translation>Pixels de la couche SAR</translation>
    </message>
    <message>
      <source>Pixel grid of the map</source>
      <translation>Grille de pixels de la carte</translation>
    </message>
    <message>
      <source>Whose pixels the map has; the other layer is resampled to them.</source>
      <translation>La couche dont la carte prend les pixels ; l'autre couche y est rééchantillonnée.</translation>
    </message>
    <message>
      <source>Pixel size</source>
      <translation>Taille de pixel</translation>
    </message>
    <message>
      <source>Pixel size of the map in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>Taille de pixel de la carte dans l'unité du SCR de cette couche (mètres ou degrés). Vide : celle de la couche.</translation>
    </message>
    <message>
      <source>Automatic: GPU if there is one</source>
      <translation>Automatique : GPU s'il y en a un</translation>
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
      <translation>Deuxième GPU NVIDIA</translation>
    </message>
    <message>
      <source>Third NVIDIA GPU</source>
      <translation>Troisième GPU NVIDIA</translation>
    </message>
    <message>
      <source>Fourth NVIDIA GPU</source>
      <translation>Quatrième GPU NVIDIA</translation>
    </message>
    <message>
      <source>Apple GPU</source>
      <translation>GPU Apple</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Matériel</translation>
    </message>
    <message>
      <source>Where the network runs. The log names the device really used.</source>
      <translation>Sur quoi le réseau s'exécute. Le journal nomme le matériel réellement utilisé.</translation>
    </message>
    <message>
      <source>Tile size (pixels)</source>
      <translation>Taille des tuiles (pixels)</translation>
    </message>
    <message>
      <source>Side of the squares the network sees, pixels. Empty: as the model was trained.</source>
      <translation>Côté des carrés que voit le réseau, en pixels. Vide : comme à l'entraînement du modèle.</translation>
    </message>
    <message>
      <source>Overlap (pixels)</source>
      <translation>Recouvrement (pixels)</translation>
    </message>
    <message>
      <source>Pixels shared by neighbouring squares and blended there. Empty: as the model says.</source>
      <translation>Pixels communs aux carrés voisins, où ils sont fondus. Vide : ce qu'indique le modèle.</translation>
    </message>
    <message>
      <source>Batch size</source>
      <translation>Taille de lot</translation>
    </message>
    <message>
      <source>Squares per pass. Empty: chosen for the device.</source>
      <translation>Carrés par passage. Vide : choisie selon le matériel.</translation>
    </message>
    <message>
      <source>CPU threads</source>
      <translation>Fils d'exécution du CPU</translation>
    </message>
    <message>
      <source>CPU threads of the network. Empty: all cores.</source>
      <translation>Fils d'exécution du CPU pour le réseau. Vide : tous les cœurs.</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automatique</translation>
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
      <translation>Précision</translation>
    </message>
    <message>
      <source>Arithmetic of the network. Automatic takes 16 bit where that is faster.</source>
      <translation>Arithmétique du réseau. Automatique prend 16 bits là où c'est plus rapide.</translation>
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
      <translation>Bibliothèque d'inférence</translation>
    </message>
    <message>
      <source>Library that runs the network. Automatic takes OpenVINO on a CPU if it is installed and agrees with PyTorch.</source>
      <translation>Bibliothèque qui exécute le réseau. Automatique prend OpenVINO sur un CPU s'il est installé et s'accorde avec PyTorch.</translation>
    </message>
    <message>
      <source>Cubic</source>
      <translation>Cubique</translation>
    </message>
    <message>
      <source>For the layer that is put on the other's pixels. SAR is always averaged as linear power.</source>
      <translation>Pour la couche mise sur les pixels de l'autre. Le SAR est toujours moyenné en puissance linéaire.</translation>
    </message>
    <message>
      <source>Optical scale</source>
      <translation>Échelle optique</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset. Empty: from the file, or the model's convention.</source>
      <translation>Réflectance = valeur * échelle + décalage. Vide : d'après le fichier, ou la convention du modèle.</translation>
    </message>
    <message>
      <source>Optical offset</source>
      <translation>Décalage optique</translation>
    </message>
    <message>
      <source>Offset of that formula, for instance -0.1 for Sentinel-2 since baseline 04.00.</source>
      <translation>Décalage de cette formule, par exemple -0.1 pour Sentinel-2 depuis la version 04.00.</translation>
    </message>
    <message>
      <source>GeoTIFF</source>
      <translation>GeoTIFF</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFF</source>
      <translation>GeoTIFF optimisé pour le cloud</translation>
    </message>
    <message>
      <source>Output format</source>
      <translation>Format de sortie</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFFs have overviews and can be read over the network piece by piece.</source>
      <translation>Les GeoTIFF optimisés pour le cloud ont des aperçus et peuvent être lus morceau par morceau à travers le réseau.</translation>
    </message>
    <message>
      <source>Go on from an interrupted run</source>
      <translation>Reprendre une exécution interrompue</translation>
    </message>
    <message>
      <source>If the run is cancelled or fails, or the machine goes down, the finished rows stay in a hidden folder beside the output, and the same job started again goes on from them; the map is the same to the byte. The folder goes when the map is complete. Off: start from the top, and leave nothing behind.</source>
      <translation>Si l'exécution est annulée ou échoue, ou si la machine s'arrête, les lignes terminées restent dans un dossier caché à côté de la sortie, et la même tâche relancée continue à partir d'elles ; la carte est la même à l'octet près. Le dossier disparaît quand la carte est complète. Désactivé : repartir du début et ne rien laisser.</translation>
    </message>
    <message>
      <source>Land cover</source>
      <translation>Occupation du sol</translation>
    </message>
    <message>
      <source>Class raster: one byte a pixel, 0 = nodata, class names and colours inside.</source>
      <translation>Raster de classes : un octet par pixel, 0 = sans donnée, avec noms et couleurs des classes.</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>Confiance</translation>
    </message>
    <message>
      <source>Probability of the mapped class in percent, 255 = nodata.</source>
      <translation>Probabilité de la classe cartographiée en pour cent, 255 = sans donnée.</translation>
    </message>
    <message>
      <source>Class probabilities</source>
      <translation>Probabilités des classes</translation>
    </message>
    <message>
      <source>One band per class, percent, 255 = nodata.</source>
      <translation>Une bande par classe, en pour cent, 255 = sans donnée.</translation>
    </message>
    <message>
      <source>Area table</source>
      <translation>Table des surfaces</translation>
    </message>
    <message>
      <source>CSV files (*.csv)</source>
      <translation>Fichiers CSV (*.csv)</translation>
    </message>
    <message>
      <source>CSV with pixels and hectares of every class (true ground area, not that of the projection).</source>
      <translation>CSV avec les pixels et les hectares de chaque classe (surface réelle au sol, non celle de la projection).</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>Rapport</translation>
    </message>
    <message>
      <source>HTML files (*.html)</source>
      <translation>Fichiers HTML (*.html)</translation>
    </message>
    <message>
      <source>HTML page with map, areas, model, settings and warnings.</source>
      <translation>Page HTML avec carte, surfaces, modèle, paramètres et avertissements.</translation>
    </message>
    <message>
      <source>Mapped pixels</source>
      <translation>Pixels cartographiés</translation>
    </message>
    <message>
      <source>Pixels without data</source>
      <translation>Pixels sans donnée</translation>
    </message>
    <message>
      <source>Mapped area (ha)</source>
      <translation>Surface cartographiée (ha)</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>Carte</translation>
    </message>
    <message>
      <source>Class raster to be assessed, 0 = nodata.</source>
      <translation>Raster de classes à évaluer, 0 = sans donnée.</translation>
    </message>
    <message>
      <source>Band</source>
      <translation>Bande</translation>
    </message>
    <message>
      <source>Band with the classes.</source>
      <translation>Bande qui contient les classes.</translation>
    </message>
    <message>
      <source>Expected user's accuracies</source>
      <translation>Exactitudes attendues pour l'utilisateur</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1: one number for all classes, or one for each, separated by commas, in the order of the map's legend. Guesses will do; 0.5 is the most cautious.</source>
      <translation>Part de chaque classe que vous pensez correcte, de 0 à 1 : un nombre pour toutes les classes, ou un pour chacune, séparés par des virgules, dans l'ordre de la légende. Des estimations suffisent ; 0.5 est le plus prudent.</translation>
    </message>
    <message>
      <source>Target standard error</source>
      <translation>Erreur type visée</translation>
    </message>
    <message>
      <source>Wanted standard error of the overall accuracy; 0.02 means a 95 % confidence interval of about ± 4 %.</source>
      <translation>Erreur type voulue pour l'exactitude globale ; 0.02 correspond à un intervalle de confiance à 95 % d'environ ± 4 %.</translation>
    </message>
    <message>
      <source>Number of points</source>
      <translation>Nombre de points</translation>
    </message>
    <message>
      <source>Empty: computed from the two numbers above.</source>
      <translation>Vide : calculé à partir des deux nombres ci-dessus.</translation>
    </message>
    <message>
      <source>Good practice: a minimum for every class, the rest by area</source>
      <translation>Bonne pratique : un minimum pour chaque classe, le reste selon la surface</translation>
    </message>
    <message>
      <source>In proportion to area</source>
      <translation>Proportionnelle à la surface</translation>
    </message>
    <message>
      <source>The same for every class</source>
      <translation>La même pour chaque classe</translation>
    </message>
    <message>
      <source>Optimal for the overall accuracy (Neyman)</source>
      <translation>Optimale pour l'exactitude globale (Neyman)</translation>
    </message>
    <message>
      <source>Allocation</source>
      <translation>Répartition</translation>
    </message>
    <message>
      <source>How the points are spread over the classes.</source>
      <translation>Comment les points sont répartis entre les classes.</translation>
    </message>
    <message>
      <source>Minimum for every class</source>
      <translation>Minimum pour chaque classe</translation>
    </message>
    <message>
      <source>Points every class gets, as far as the number allows. Good practice only.</source>
      <translation>Points que reçoit chaque classe, dans la limite du nombre total. Bonne pratique seulement.</translation>
    </message>
    <message>
      <source>Random seed</source>
      <translation>Graine aléatoire</translation>
    </message>
    <message>
      <source>The same seed gives the same points of the same map.</source>
      <translation>La même graine donne les mêmes points de la même carte.</translation>
    </message>
    <message>
      <source>Show the map's class and weights</source>
      <translation>Montrer la classe de la carte et les poids</translation>
    </message>
    <message>
      <source>Writes class value, class name and the hectares each point stands for, for other programs. Who labels the points should not see them.</source>
      <translation>Écrit la valeur et le nom de la classe, et les hectares que représente chaque point, pour d'autres programmes. La personne qui étiquette les points ne devrait pas les voir.</translation>
    </message>
    <message>
      <source>Sample</source>
      <translation>Échantillon</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label. A file that holds labels already is not overwritten.</source>
      <translation>GeoPackage de points avec les champs id et label. Un fichier qui contient déjà des étiquettes n'est pas écrasé.</translation>
    </message>
    <message>
      <source>Expected standard error</source>
      <translation>Erreur type attendue</translation>
    </message>
    <message>
      <source>Band of the map</source>
      <translation>Bande de la carte</translation>
    </message>
    <message>
      <source>Reference points or polygons</source>
      <translation>Points ou polygones de référence</translation>
    </message>
    <message>
      <source>Points stand for the pixel they lie in; polygons for the pixels whose centre they hold. A selection is honoured, but no longer a probability sample the layer knows of.</source>
      <translation>Un point représente le pixel où il se trouve ; un polygone, les pixels dont il contient le centre. Une sélection est prise en compte, mais n'est plus un échantillon probabiliste connu de la couche.</translation>
    </message>
    <message>
      <source>Field with the class</source>
      <translation>Champ de la classe</translation>
    </message>
    <message>
      <source>Class names or class values as in the map; empty means no class. Default: label.</source>
      <translation>Noms ou valeurs de classes comme dans la carte ; vide signifie sans classe. Par défaut : label.</translation>
    </message>
    <message>
      <source>Reference raster</source>
      <translation>Raster de référence</translation>
    </message>
    <message>
      <source>Another class raster instead of points or polygons, of any CRS and pixel size: its class under the centre of each of the map's pixels counts.</source>
      <translation>Un autre raster de classes au lieu de points ou de polygones, de SCR et de taille de pixel quelconques : sa classe sous le centre de chaque pixel de la carte compte.</translation>
    </message>
    <message>
      <source>Band of the reference raster</source>
      <translation>Bande du raster de référence</translation>
    </message>
    <message>
      <source>Probability sample</source>
      <translation>Échantillon probabiliste</translation>
    </message>
    <message>
      <source>Ask the layer (samples of 'Design sample' know)</source>
      <translation>Demander à la couche (les échantillons de « Concevoir un échantillon » le savent)</translation>
    </message>
    <message>
      <source>Yes: random points of the whole map or of each of its classes</source>
      <translation>Oui : points aléatoires de toute la carte ou de chacune de ses classes</translation>
    </message>
    <message>
      <source>No</source>
      <translation>Non</translation>
    </message>
    <message>
      <source>Whether the points were drawn at random, so that accuracies and areas of the whole map can be estimated.</source>
      <translation>Indique si les points ont été tirés au hasard, ce qui permet d'estimer les exactitudes et les surfaces de toute la carte.</translation>
    </message>
    <message>
      <source>Match classes by</source>
      <translation>Apparier les classes par</translation>
    </message>
    <message>
      <source>Class names</source>
      <translation>Noms de classes</translation>
    </message>
    <message>
      <source>Class values</source>
      <translation>Valeurs de classes</translation>
    </message>
    <message>
      <source>How the map's class is found for a class of the reference. Automatic: texts by name, numbers by value, rasters by name where both name their classes.</source>
      <translation>Comment la classe de la carte est trouvée pour une classe de la référence. Automatique : textes par nom, nombres par valeur, rasters par nom si les deux nomment leurs classes.</translation>
    </message>
    <message>
      <source>Page with tables and plots, for reading and printing.</source>
      <translation>Page avec tableaux et graphiques, à lire et à imprimer.</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>Tableau</translation>
    </message>
    <message>
      <source>Confusion matrix (rows are the reference) and the measures of each class.</source>
      <translation>Matrice de confusion (les lignes sont la référence) et mesures de chaque classe.</translation>
    </message>
    <message>
      <source>Figures</source>
      <translation>Chiffres</translation>
    </message>
    <message>
      <source>JSON files (*.json)</source>
      <translation>Fichiers JSON (*.json)</translation>
    </message>
    <message>
      <source>Every figure, for programs.</source>
      <translation>Tous les chiffres, pour les programmes.</translation>
    </message>
    <message>
      <source>Points or pixels compared</source>
      <translation>Points ou pixels comparés</translation>
    </message>
    <message>
      <source>Overall accuracy, as counted</source>
      <translation>Exactitude globale, telle que comptée</translation>
    </message>
    <message>
      <source>Kappa</source>
      <translation>Kappa</translation>
    </message>
    <message>
      <source>Mean IoU</source>
      <translation>IoU moyen</translation>
    </message>
    <message>
      <source>Mean F1</source>
      <translation>F1 moyen</translation>
    </message>
    <message>
      <source>Overall accuracy of the map, estimated</source>
      <translation>Exactitude globale de la carte, estimée</translation>
    </message>
    <message>
      <source>Its standard error</source>
      <translation>Son erreur type</translation>
    </message>
    <message>
      <source>Land-cover layer</source>
      <translation>Couche d'occupation du sol</translation>
    </message>
    <message>
      <source>Class raster, values 1 to 254; its first band is read.</source>
      <translation>Raster de classes, valeurs de 1 à 254 ; sa première bande est lue.</translation>
    </message>
    <message>
      <source>Confidence layer</source>
      <translation>Couche de confiance</translation>
    </message>
    <message>
      <source>Percent on the same pixels, as Classify land cover writes it. Sure pixels then count for more in the majority filter, and doubtful regions are given away first.</source>
      <translation>Pour cent sur les mêmes pixels, comme l'écrit « Classer l'occupation du sol ». Les pixels sûrs comptent alors davantage dans le filtre majoritaire, et les zones douteuses sont cédées en premier.</translation>
    </message>
    <message>
      <source>Majority window (pixels)</source>
      <translation>Fenêtre majoritaire (pixels)</translation>
    </message>
    <message>
      <source>Each pixel takes the most frequent class of the square around it. An odd number; 1 for no filter.</source>
      <translation>Chaque pixel prend la classe la plus fréquente du carré qui l'entoure. Un nombre impair ; 1 pour aucun filtre.</translation>
    </message>
    <message>
      <source>Minimum mapping unit (hectares)</source>
      <translation>Unité minimale de cartographie (hectares)</translation>
    </message>
    <message>
      <source>Smaller regions go to the neighbouring class they share the longest border with. Ground area, not that of the projection; 0 for none.</source>
      <translation>Les zones plus petites vont à la classe voisine avec laquelle elles partagent la plus longue limite. Surface au sol, non celle de la projection ; 0 pour aucune.</translation>
    </message>
    <message>
      <source>over edges</source>
      <translation>par les côtés</translation>
    </message>
    <message>
      <source>over edges and corners</source>
      <translation>par les côtés et les coins</translation>
    </message>
    <message>
      <source>Regions hang together</source>
      <translation>Les zones se tiennent</translation>
    </message>
    <message>
      <source>Whether pixels that meet only at a corner belong to one region. Polygons always follow edges.</source>
      <translation>Indique si des pixels qui ne se touchent que par un coin forment une même zone. Les polygones suivent toujours les côtés.</translation>
    </message>
    <message>
      <source>Simplify polygons (pixels)</source>
      <translation>Simplifier les polygones (pixels)</translation>
    </message>
    <message>
      <source>By how much of a pixel outlines may leave the pixel edges, to lose their steps; 0.35 does well. Every pixel centre stays in its polygon.</source>
      <translation>De quelle fraction de pixel les contours peuvent s'écarter des bords des pixels pour perdre leurs marches ; 0.35 convient bien. Chaque centre de pixel reste dans son polygone.</translation>
    </message>
    <message>
      <source>Refined map</source>
      <translation>Carte affinée</translation>
    </message>
    <message>
      <source>Class raster with the classes, names and colours of the input; 0 = nodata.</source>
      <translation>Raster de classes avec les classes, noms et couleurs de l'entrée ; 0 = sans donnée.</translation>
    </message>
    <message>
      <source>Polygons</source>
      <translation>Polygones</translation>
    </message>
    <message>
      <source>GeoPackage, one polygon per region: value, class, area_ha, confidence (mean percent of the pixels that kept their class), changed (percent of its pixels).</source>
      <translation>GeoPackage, un polygone par zone : value, class, area_ha, confidence (pour cent moyen des pixels qui ont gardé leur classe), changed (pour cent de ses pixels).</translation>
    </message>
    <message>
      <source>Changed pixels (%)</source>
      <translation>Pixels modifiés (%)</translation>
    </message>
    <message>
      <source>Regions given to a neighbour</source>
      <translation>Zones cédées à une voisine</translation>
    </message>
    <message>
      <source>Earlier map</source>
      <translation>Carte antérieure</translation>
    </message>
    <message>
      <source>Later map</source>
      <translation>Carte postérieure</translation>
    </message>
    <message>
      <source>Class raster of the same place; it may lie on other pixels.</source>
      <translation>Raster de classes du même lieu ; il peut se trouver sur d'autres pixels.</translation>
    </message>
    <message>
      <source>Class of either map</source>
      <translation>Classe de l'une des cartes</translation>
    </message>
    <message>
      <source>Compare as</source>
      <translation>Comparer comme</translation>
    </message>
    <message>
      <source>Mapping table</source>
      <translation>Table de correspondance</translation>
    </message>
    <message>
      <source>Only where names differ: a class of either map, and the name to compare it as. Several classes with one new name count as one. A class that stands alone goes here under its own name.</source>
      <translation>Seulement là où les noms diffèrent : une classe de l'une des cartes, et le nom sous lequel la comparer. Plusieurs classes ayant un même nouveau nom comptent pour une. Une classe sans pendant s'inscrit ici sous son propre nom.</translation>
    </message>
    <message>
      <source>Pixels of the earlier map</source>
      <translation>Pixels de la carte antérieure</translation>
    </message>
    <message>
      <source>Pixels of the later map</source>
      <translation>Pixels de la carte postérieure</translation>
    </message>
    <message>
      <source>Pixel grid</source>
      <translation>Grille de pixels</translation>
    </message>
    <message>
      <source>Of the other map, what lies under the centres of these pixels is taken.</source>
      <translation>De l'autre carte, on prend ce qui se trouve sous le centre de ces pixels.</translation>
    </message>
    <message>
      <source>Changes</source>
      <translation>Changements</translation>
    </message>
    <message>
      <source>Raster with one value per pair of classes that occurs, named 'from -&gt; to'; 0 where either map has none.</source>
      <translation>Raster avec une valeur par paire de classes rencontrée, nommée « de -&gt; vers » ; 0 là où l'une des cartes n'a rien.</translation>
    </message>
    <message>
      <source>Change matrix</source>
      <translation>Matrice de changement</translation>
    </message>
    <message>
      <source>Rows are classes of the earlier map, columns of the later one; in pixels, then in hectares of ground.</source>
      <translation>Les lignes sont les classes de la carte antérieure, les colonnes celles de la carte postérieure ; en pixels, puis en hectares au sol.</translation>
    </message>
    <message>
      <source>Compared area (ha)</source>
      <translation>Surface comparée (ha)</translation>
    </message>
    <message>
      <source>Changed area (ha)</source>
      <translation>Surface changée (ha)</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent.</source>
      <translation>Image optique : un fichier raster avec un SCR. Son SCR, sa taille de pixel et son emprise peuvent différer de ceux de la couche SAR.</translation>
    </message>
    <message>
      <source>Bands the network shall learn from. Empty: all.</source>
      <translation>Bandes dont le réseau doit apprendre. Vide : toutes.</translation>
    </message>
    <message>
      <source>SAR backscatter image of the same place, geocoded, intensity or amplitude, not complex.</source>
      <translation>Image SAR de rétrodiffusion du même lieu, géocodée, en intensité ou en amplitude, non complexe.</translation>
    </message>
    <message>
      <source>Polarisations the network shall learn from. Empty: all.</source>
      <translation>Polarisations dont le réseau doit apprendre. Vide : toutes.</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. The tiles keep the numbers; decibels become linear power only where the layer has to be resampled.</source>
      <translation>Ce que signifient les valeurs SAR. Les tuiles gardent les valeurs ; les décibels ne deviennent puissance linéaire que là où la couche doit être rééchantillonnée.</translation>
    </message>
    <message>
      <source>Label polygons</source>
      <translation>Polygones étiquetés</translation>
    </message>
    <message>
      <source>Polygons of known land cover. They need not cover everything: the rest counts as unlabelled. Only selected ones are used if you say so.</source>
      <translation>Polygones d'occupation du sol connue. Ils n'ont pas à tout couvrir : le reste compte comme non étiqueté. Seuls les polygones sélectionnés sont utilisés si vous le demandez.</translation>
    </message>
    <message>
      <source>Class names, or class values from 1 to 254. Empty means unlabelled. Default: label.</source>
      <translation>Noms de classes, ou valeurs de classes de 1 à 254. Vide signifie non étiqueté. Par défaut : label.</translation>
    </message>
    <message>
      <source>Label raster</source>
      <translation>Raster étiqueté</translation>
    </message>
    <message>
      <source>A class raster instead of polygons, of any CRS and pixel size; 0 and nodata mean unlabelled.</source>
      <translation>Un raster de classes au lieu de polygones, de SCR et de taille de pixel quelconques ; 0 et sans donnée signifient non étiqueté.</translation>
    </message>
    <message>
      <source>Band of the label raster</source>
      <translation>Bande du raster étiqueté</translation>
    </message>
    <message>
      <source>Value</source>
      <translation>Valeur</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Nom</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Couleur</translation>
    </message>
    <message>
      <source>List of classes</source>
      <translation>Liste des classes</translation>
    </message>
    <message>
      <source>Only where the labels shall not decide: value (1 to 254), name, and perhaps colour as #rrggbb of each class. Labels with other classes are refused then.</source>
      <translation>Seulement si les étiquettes ne doivent pas décider : valeur (1 à 254), nom et éventuellement couleur sous la forme #rrggbb de chaque classe. Les étiquettes d'autres classes sont alors refusées.</translation>
    </message>
    <message>
      <source>Side of the square pieces, pixels. 256 suits 10 m imagery.</source>
      <translation>Côté des morceaux carrés, en pixels. 256 convient à des images à 10 m.</translation>
    </message>
    <message>
      <source>Shares of training, validation, test (%)</source>
      <translation>Parts d'entraînement, de validation et de test (%)</translation>
    </message>
    <message>
      <source>Of training, validation and test, separated by commas. Tiles are shared out in whole blocks, so that every class has about these shares; 80, 20, 0 leaves the test out.</source>
      <translation>Pour l'entraînement, la validation et le test, séparées par des virgules. Les tuiles sont réparties par blocs entiers, de sorte que chaque classe ait à peu près ces parts ; 80, 20, 0 omet le test.</translation>
    </message>
    <message>
      <source>Least labelled part of a tile (%)</source>
      <translation>Plus petite part étiquetée d'une tuile (%)</translation>
    </message>
    <message>
      <source>Tiles with a smaller share of labelled pixels are left out, percent.</source>
      <translation>Les tuiles ayant une part plus petite de pixels étiquetés sont omises, en pour cent.</translation>
    </message>
    <message>
      <source>Side of a block (tiles)</source>
      <translation>Côté d'un bloc (tuiles)</translation>
    </message>
    <message>
      <source>So many tiles in each direction form a block that stays in one share. Empty: up to 4, fewer where there would be too few blocks.</source>
      <translation>Tant de tuiles dans chaque direction forment un bloc qui reste dans une même part. Vide : jusqu'à 4, moins là où il y aurait trop peu de blocs.</translation>
    </message>
    <message>
      <source>Gap between blocks (pixels)</source>
      <translation>Écart entre les blocs (pixels)</translation>
    </message>
    <message>
      <source>Pixels left out between blocks, so that no training tile touches a validation or test tile. Empty: a quarter of a tile.</source>
      <translation>Pixels omis entre les blocs, afin qu'aucune tuile d'entraînement ne touche une tuile de validation ou de test. Vide : un quart de tuile.</translation>
    </message>
    <message>
      <source>The same seed gives the same split of the same labels.</source>
      <translation>La même graine donne la même répartition des mêmes étiquettes.</translation>
    </message>
    <message>
      <source>Part of the land to take tiles from. Empty: all ground both layers share.</source>
      <translation>Partie du territoire d'où prendre les tuiles. Vide : tout le terrain commun aux deux couches.</translation>
    </message>
    <message>
      <source>Labels outside these polygons are not used. A selection is honoured.</source>
      <translation>Les étiquettes hors de ces polygones ne sont pas utilisées. Une sélection est prise en compte.</translation>
    </message>
    <message>
      <source>Pixel grid of the tiles</source>
      <translation>Grille de pixels des tuiles</translation>
    </message>
    <message>
      <source>Whose pixels the tiles have; the other layer is resampled to them.</source>
      <translation>La couche dont les tuiles prennent les pixels ; l'autre couche y est rééchantillonnée.</translation>
    </message>
    <message>
      <source>Pixel size in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>Taille de pixel dans l'unité du SCR de cette couche (mètres ou degrés). Vide : celle de la couche.</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset; noted for training. Empty: from the file.</source>
      <translation>Réflectance = valeur * échelle + décalage ; noté pour l'entraînement. Vide : d'après le fichier.</translation>
    </message>
    <message>
      <source>Further scenes</source>
      <translation>Autres scènes</translation>
    </message>
    <message>
      <source>Further places for the same data set: a CSV table with the columns optical, sar and labels (paths, relative to the table) and perhaps name. All need the same bands and units.</source>
      <translation>Autres lieux pour le même jeu de données : une table CSV avec les colonnes optical, sar et labels (chemins relatifs à la table) et éventuellement name. Toutes doivent avoir les mêmes bandes et unités.</translation>
    </message>
    <message>
      <source>Data set</source>
      <translation>Jeu de données</translation>
    </message>
    <message>
      <source>New or empty folder. It gets optical, SAR and label tiles, the lists train.txt, val.txt and test.txt, and dataset.json, which says what they are.</source>
      <translation>Dossier nouveau ou vide. Il reçoit les tuiles optiques, SAR et d'étiquettes, les listes train.txt, val.txt et test.txt, et dataset.json, qui les décrit.</translation>
    </message>
    <message>
      <source>Tiles</source>
      <translation>Tuiles</translation>
    </message>
    <message>
      <source>Training tiles</source>
      <translation>Tuiles d'entraînement</translation>
    </message>
    <message>
      <source>Validation tiles</source>
      <translation>Tuiles de validation</translation>
    </message>
    <message>
      <source>Test tiles</source>
      <translation>Tuiles de test</translation>
    </message>
    <message>
      <source>Number of classes</source>
      <translation>Nombre de classes</translation>
    </message>
    <message>
      <source>Folder with dataset.json or with folders of optical, SAR and label tiles and the lists train.txt, val.txt (ASANet's layout), or with s1_dir, s2_dir and ann_dir (AMM-FuseNet's).</source>
      <translation>Dossier avec dataset.json, ou avec des dossiers de tuiles optiques, SAR et d'étiquettes et les listes train.txt, val.txt (structure d'ASANet), ou avec s1_dir, s2_dir et ann_dir (celle d'AMM-FuseNet).</translation>
    </message>
    <message>
      <source>Values the labels may have, separated by commas. Empty: as dataset.json says, else those that are found.</source>
      <translation>Valeurs que peuvent avoir les étiquettes, séparées par des virgules. Vide : comme l'indique dataset.json, sinon celles qui sont trouvées.</translation>
    </message>
    <message>
      <source>Value of unlabelled pixels</source>
      <translation>Valeur des pixels non étiquetés</translation>
    </message>
    <message>
      <source>Empty: as dataset.json says, else 255.</source>
      <translation>Vide : comme l'indique dataset.json, sinon 255.</translation>
    </message>
    <message>
      <source>Folder of the optical tiles</source>
      <translation>Dossier des tuiles optiques</translation>
    </message>
    <message>
      <source>Folder of the SAR tiles</source>
      <translation>Dossier des tuiles SAR</translation>
    </message>
    <message>
      <source>Folder of the label tiles</source>
      <translation>Dossier des tuiles d'étiquettes</translation>
    </message>
    <message>
      <source>Its name inside the data set. Empty: found by its name.</source>
      <translation>Son nom dans le jeu de données. Vide : trouvé d'après son nom.</translation>
    </message>
    <message>
      <source>Samples in the report</source>
      <translation>Exemples dans le rapport</translation>
    </message>
    <message>
      <source>So many samples are shown, spread evenly over the lists.</source>
      <translation>Nombre d'exemples montrés, répartis uniformément sur les listes.</translation>
    </message>
    <message>
      <source>Page with findings, class balance, band statistics and pictures of samples.</source>
      <translation>Page avec constats, répartition des classes, statistiques des bandes et images d'exemples.</translation>
    </message>
    <message>
      <source>Kinds of errors</source>
      <translation>Types d'erreurs</translation>
    </message>
    <message>
      <source>Kinds of warnings</source>
      <translation>Types d'avertissements</translation>
    </message>
    <message>
      <source>Samples</source>
      <translation>Exemples</translation>
    </message>
    <message>
      <source>Folder that 'Create training data' made: tiles, lists and dataset.json. Run 'Check training data' on it first.</source>
      <translation>Dossier créé par « Créer des données d'entraînement » : tuiles, listes et dataset.json. Lancer d'abord « Vérifier les données d'entraînement » sur ce dossier.</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>Réseau</translation>
    </message>
    <message>
      <source>Which network, and where it comes in sizes, how large: asanet atto is the smallest and trains on a CPU in minutes; tiny and base want a GPU. Not asked where you start from a model.</source>
      <translation>Quel réseau et, s'il existe en plusieurs tailles, laquelle : asanet atto est le plus petit et s'entraîne sur un CPU en quelques minutes ; tiny et base demandent un GPU. Sans effet si l'on part d'un modèle.</translation>
    </message>
    <message>
      <source>Start from this model</source>
      <translation>Partir de ce modèle</translation>
    </message>
    <message>
      <source>Model whose weights are the start; often better than fresh ones where labels are few. It needs as many optical and SAR bands as the data set; its classes may be others. Empty: fresh weights.</source>
      <translation>Modèle dont les poids servent de départ ; souvent mieux que des poids neufs quand les étiquettes sont peu nombreuses. Il lui faut autant de bandes optiques et SAR que le jeu de données ; ses classes peuvent être différentes. Vide : poids neufs.</translation>
    </message>
    <message>
      <source>Time for training (minutes)</source>
      <translation>Temps d'entraînement (minutes)</translation>
    </message>
    <message>
      <source>The learning rate falls to its end within this time. Starting, preparing tiles and writing the model come on top. Empty or 0: as many as the epochs take.</source>
      <translation>Le taux d'apprentissage descend à sa valeur finale pendant ce temps. Le démarrage, la préparation des tuiles et l'écriture du modèle s'y ajoutent. Vide ou 0 : le temps que prennent les époques.</translation>
    </message>
    <message>
      <source>Epochs</source>
      <translation>Époques</translation>
    </message>
    <message>
      <source>So many times each training tile is seen, about. With minutes, whichever ends first. Empty: no limit.</source>
      <translation>Nombre de fois, environ, que chaque tuile d'entraînement est vue. Si des minutes sont aussi indiquées, la première limite atteinte compte. Vide : sans limite.</translation>
    </message>
    <message>
      <source>Where the network is trained.</source>
      <translation>Sur quoi le réseau est entraîné.</translation>
    </message>
    <message>
      <source>Form of the network</source>
      <translation>Forme du réseau</translation>
    </message>
    <message>
      <source>Other forms of the network, such as variant=cfm or modality=optical; several separated by commas.</source>
      <translation>Autres formes du réseau, comme variant=cfm ou modality=optical ; en séparer plusieurs par des virgules.</translation>
    </message>
    <message>
      <source>Samples of one step. Smaller if memory runs out.</source>
      <translation>Exemples par pas. Moins si la mémoire ne suffit pas.</translation>
    </message>
    <message>
      <source>Crop (pixels)</source>
      <translation>Découpe (pixels)</translation>
    </message>
    <message>
      <source>Side of a sample, pixels. Empty: the tile's, up to 192.</source>
      <translation>Côté d'un exemple, en pixels. Vide : celui de la tuile, 192 au plus.</translation>
    </message>
    <message>
      <source>Learning rate</source>
      <translation>Taux d'apprentissage</translation>
    </message>
    <message>
      <source>Empty: one that suits the network, a third of it where you start from a model.</source>
      <translation>Vide : un taux qui convient au réseau ; le tiers si l'on part d'un modèle.</translation>
    </message>
    <message>
      <source>Of weights and samples.</source>
      <translation>Pour les poids et les exemples.</translation>
    </message>
    <message>
      <source>Worker processes</source>
      <translation>Processus de travail</translation>
    </message>
    <message>
      <source>Processes that make samples, on Linux. Empty: chosen for the device.</source>
      <translation>Processus qui préparent les exemples, sous Linux. Vide : choisi selon le matériel.</translation>
    </message>
    <message>
      <source>Samples without optical or SAR (%)</source>
      <translation>Exemples sans optique ou SAR (%)</translation>
    </message>
    <message>
      <source>In so many samples optical or SAR is left out, so that the model can map where one is missing (clouds, gaps). 20 is a good value; accuracy where both are there falls a little.</source>
      <translation>Dans ce pourcentage des exemples, l'optique ou le SAR est omis, pour que le modèle puisse cartographier là où l'un des deux manque (nuages, lacunes). 20 est une bonne valeur ; là où les deux sont présents, l'exactitude baisse un peu.</translation>
    </message>
    <message>
      <source>Title of the model</source>
      <translation>Titre du modèle</translation>
    </message>
    <message>
      <source>Name of the model for people. Empty: that of the data set.</source>
      <translation>Nom du modèle pour les utilisateurs. Vide : celui du jeu de données.</translation>
    </message>
    <message>
      <source>Licence of the model</source>
      <translation>Licence du modèle</translation>
    </message>
    <message>
      <source>Under which the model may be used; it stands in the model file. That of your data may bind you.</source>
      <translation>Sous laquelle le modèle peut être utilisé ; elle figure dans le fichier du modèle. Celle de vos données peut vous engager.</translation>
    </message>
    <message>
      <source>Model files (*.safetensors)</source>
      <translation>Fichiers de modèle (*.safetensors)</translation>
    </message>
    <message>
      <source>Model file (.safetensors) for 'Classify land cover'. Cancelling writes the best weights so far.</source>
      <translation>Fichier de modèle (.safetensors) pour « Classer l'occupation du sol ». En cas d'annulation, les meilleurs poids obtenus jusque-là sont écrits.</translation>
    </message>
    <message>
      <source>HTML page with curves, confusion matrix, accuracy of each class and predictions beside the labels.</source>
      <translation>Page HTML avec courbes, matrice de confusion, exactitude de chaque classe et prédictions à côté des étiquettes.</translation>
    </message>
    <message>
      <source>Overall accuracy</source>
      <translation>Exactitude globale</translation>
    </message>
    <message>
      <source>Steps behind the weights</source>
      <translation>Pas jusqu'à ces poids</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>Fichier de modèle</translation>
    </message>
    <message>
      <source>A model file (.safetensors) on this computer. Either this or an address.</source>
      <translation>Un fichier de modèle (.safetensors) sur cet ordinateur. Soit celui-ci, soit une adresse.</translation>
    </message>
    <message>
      <source>Or its address on the web</source>
      <translation>Ou son adresse sur le web</translation>
    </message>
    <message>
      <source>An address that starts with https:// or http://. QGIS's proxy and certificates are used.</source>
      <translation>Une adresse qui commence par https:// ou http://. Le proxy et les certificats de QGIS sont utilisés.</translation>
    </message>
    <message>
      <source>SHA-256</source>
      <translation>SHA-256</translation>
    </message>
    <message>
      <source>Checksum of the file as its publisher gives it, 64 digits; another file is refused. Empty: not compared.</source>
      <translation>Somme de contrôle du fichier telle que la donne son éditeur, 64 chiffres ; un autre fichier est refusé. Vide : non comparée.</translation>
    </message>
    <message>
      <source>Install (untick to only see the card)</source>
      <translation>Installer (décocher pour voir seulement la fiche)</translation>
    </message>
    <message>
      <source>Unticked, the file is read and shown, and nothing is kept.</source>
      <translation>Décoché, le fichier est lu et montré, et rien n'est gardé.</translation>
    </message>
    <message>
      <source>Replace an installed model of the same name</source>
      <translation>Remplacer un modèle installé du même nom</translation>
    </message>
    <message>
      <source>Otherwise an installed model of that name stays and the import is refused.</source>
      <translation>Sinon, un modèle installé de ce nom reste et l'importation est refusée.</translation>
    </message>
    <message>
      <source>Title</source>
      <translation>Titre</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors).</source>
      <translation>Un modèle installé, par son titre ou son nom, ou le chemin d'un fichier de modèle (.safetensors).</translation>
    </message>
    <message>
      <source>Model card</source>
      <translation>Fiche du modèle</translation>
    </message>
    <message>
      <source>The card as a page, classes in their colours.</source>
      <translation>La fiche sous forme de page, les classes dans leurs couleurs.</translation>
    </message>
    <message>
      <source>STAC item</source>
      <translation>Élément STAC</translation>
    </message>
    <message>
      <source>The card as a STAC item with the Machine Learning Model extension, for catalogues.</source>
      <translation>La fiche sous forme d'élément STAC avec l'extension Machine Learning Model, pour les catalogues.</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>Tous les fichiers (*)</translation>
    </message>
    <message>
      <source>Show status</source>
      <translation>Afficher l'état</translation>
    </message>
    <message>
      <source>Use this Python</source>
      <translation>Utiliser ce Python</translation>
    </message>
    <message>
      <source>Create the managed environment</source>
      <translation>Créer l'environnement géré</translation>
    </message>
    <message>
      <source>Remove the managed environment</source>
      <translation>Supprimer l'environnement géré</translation>
    </message>
    <message>
      <source>Plan: what would a creation download?</source>
      <translation>Plan : que téléchargerait une création ?</translation>
    </message>
    <message>
      <source>Repair the managed environment</source>
      <translation>Réparer l'environnement géré</translation>
    </message>
    <message>
      <source>What to do</source>
      <translation>Que faire</translation>
    </message>
    <message>
      <source>See above.</source>
      <translation>Voir ci-dessus.</translation>
    </message>
    <message>
      <source>Python</source>
      <translation>Python</translation>
    </message>
    <message>
      <source>The python program (python.exe, bin/python3) to use; when creating, the one to build on (3.10 or newer). Empty when creating: QGIS's own.</source>
      <translation>Le programme Python (python.exe, bin/python3) à utiliser ; à la création, celui sur lequel bâtir (3.10 ou plus récent). Vide à la création : celui de QGIS.</translation>
    </message>
    <message>
      <source>Yes, download PyTorch (the plan says how much)</source>
      <translation>Oui, télécharger PyTorch (le plan dit combien)</translation>
    </message>
    <message>
      <source>Needed to create the environment; nothing is downloaded without it. About 0.3 GB, with support for NVIDIA GPUs 2.8 GB.</source>
      <translation>Nécessaire pour créer l'environnement ; rien n'est téléchargé sans cela. Environ 0,3 Go, avec prise en charge des GPU NVIDIA 2,8 Go.</translation>
    </message>
    <message>
      <source>Automatic: for the NVIDIA GPU if driver and GPU allow it</source>
      <translation>Automatique : pour le GPU NVIDIA si le pilote et le GPU le permettent</translation>
    </message>
    <message>
      <source>Build of PyTorch</source>
      <translation>Version de PyTorch</translation>
    </message>
    <message>
      <source>For NVIDIA GPUs the CUDA version is chosen by driver and GPU. Apple GPUs need no choice.</source>
      <translation>Pour les GPU NVIDIA, la version de CUDA est choisie selon le pilote et le GPU. Les GPU Apple ne demandent aucun choix.</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>Dossier de wheels</translation>
    </message>
    <message>
      <source>Install from these downloaded files instead of from the network (docs/user/runtime.md says how to get them).</source>
      <translation>Installer à partir de ces fichiers téléchargés au lieu du réseau (docs/user/runtime.md dit comment les obtenir).</translation>
    </message>
    <message>
      <source>HTML files (*.html);;Markdown files (*.md)</source>
      <translation>Fichiers HTML (*.html);;Fichiers Markdown (*.md)</translation>
    </message>
    <message>
      <source>Status report</source>
      <translation>Rapport d'état</translation>
    </message>
    <message>
      <source>The status as a page or as Markdown, for a bug report: your home folder appears as ~.</source>
      <translation>L'état sous forme de page ou de Markdown, pour un rapport d'anomalie : votre dossier personnel y apparaît comme ~.</translation>
    </message>
    <message>
      <source>Python used</source>
      <translation>Python utilisé</translation>
    </message>
    <message>
      <source>PyTorch version</source>
      <translation>Version de PyTorch</translation>
    </message>
    <message>
      <source>Best device</source>
      <translation>Meilleur matériel</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may be left out if the model was trained to do without one layer.</source>
      <translation>Image optique : un fichier raster avec un SCR. Elle peut être omise si le modèle a été entraîné à se passer d'une des couches.</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels. It may be left out if the model was trained to do without one layer.</source>
      <translation>Image SAR du même lieu, géocodée ; avec son SCR et ses pixels. Elle peut être omise si le modèle a été entraîné à se passer d'une des couches.</translation>
    </message>
    <message>
      <source>Smaller regions go to a neighbouring class; 0 for none.</source>
      <translation>Les zones plus petites vont à une classe voisine ; 0 pour aucune.</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1; the number of points follows from it.</source>
      <translation>Part de chaque classe que vous pensez correcte, de 0 à 1 ; le nombre de points en découle.</translation>
    </message>
    <message>
      <source>Class raster of the model's classes, 0 = nodata.</source>
      <translation>Raster de classes avec les classes du modèle, 0 = sans donnée.</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label.</source>
      <translation>GeoPackage de points avec les champs id et label.</translation>
    </message>
    <message>
      <source>Assess accuracy</source>
      <translation>Évaluer l'exactitude</translation>
    </message>
    <message>
      <source>Accuracy</source>
      <translation>Exactitude</translation>
    </message>
    <message>
      <source>Confusion matrix, accuracies and adjusted areas of a class raster</source>
      <translation>Matrice de confusion, exactitudes et surfaces ajustées d'un raster de classes</translation>
    </message>
    <message>
      <source>accuracy,validation,confusion matrix,error matrix,kappa,IoU,F1,user's accuracy,producer's accuracy,area estimation,confidence interval,Olofsson,Stehman,land cover</source>
      <translation>exactitude,validation,matrice de confusion,matrice d'erreur,kappa,IoU,F1,exactitude pour l'utilisateur,exactitude pour le producteur,estimation de surface,intervalle de confiance,Olofsson,Stehman,occupation du sol</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds a class raster against labelled points, labelled polygons or another class raster: confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU.&lt;/p&gt;&lt;p&gt;Of points drawn at random (&lt;i&gt;Design sample&lt;/i&gt;), it also estimates the accuracies of the whole map and the true area of each class, with 95 % confidence intervals (Olofsson et al. 2014; Stehman 2014).&lt;/p&gt;</source>
      <translation>&lt;p&gt;Confronte un raster de classes à des points étiquetés, à des polygones étiquetés ou à un autre raster de classes : matrice de confusion, exactitude globale, kappa, exactitude pour l'utilisateur et pour le producteur, F1 et IoU.&lt;/p&gt;&lt;p&gt;À partir de points tirés au hasard (&lt;i&gt;Concevoir un échantillon&lt;/i&gt;), il estime aussi les exactitudes de toute la carte et la surface réelle de chaque classe, avec des intervalles de confiance à 95 % (Olofsson et al. 2014 ; Stehman 2014).&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check alignment (optical and SAR)</source>
      <translation>Vérifier l'alignement (optique et SAR)</translation>
    </message>
    <message>
      <source>Preparation</source>
      <translation>Préparation</translation>
    </message>
    <message>
      <source>How far a SAR layer lies from an optical one, as arrows and in words</source>
      <translation>De combien une couche SAR s'écarte d'une couche optique, en flèches et en toutes lettres</translation>
    </message>
    <message>
      <source>SAR,radar,optical,alignment,align,co-registration,coregistration,registration,shift,offset,displacement,georeferencing,matching,correlation</source>
      <translation>SAR,radar,optique,alignement,aligner,co-registration,corégistration,recalage,décalage,déplacement,géoréférencement,appariement,corrélation</translation>
    </message>
    <message>
      <source>&lt;p&gt;Measures whether a SAR layer lies on an optical one, to a part of a pixel: in 50 to 400 windows spread over the scene, by the edges both show. The log says in words what was found.&lt;/p&gt;&lt;p&gt;Each arrow leads from a place in the optical layer to where the SAR layer shows it; its attributes give the shift in pixels and metres. Grey arrows are doubtful.&lt;/p&gt;&lt;p&gt;A constant shift can be mended: the corrected SAR layer has the same pixels and another origin. In hills a SAR layer without terrain correction is shifted by other amounts at other heights; that needs terrain correction.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Mesure, à une fraction de pixel près, si une couche SAR se superpose à une couche optique : dans 50 à 400 fenêtres réparties sur la scène, d'après les bords que montrent les deux. Le journal dit en toutes lettres ce qui a été trouvé.&lt;/p&gt;&lt;p&gt;Chaque flèche va d'un lieu de la couche optique à l'endroit où la couche SAR le montre ; ses attributs donnent le décalage en pixels et en mètres. Les flèches grises sont douteuses.&lt;/p&gt;&lt;p&gt;Un décalage constant peut se corriger : la couche SAR corrigée a les mêmes pixels et une autre origine. En relief, une couche SAR sans correction du terrain est décalée différemment selon l'altitude ; cela demande une correction du terrain.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check training data</source>
      <translation>Vérifier les données d'entraînement</translation>
    </message>
    <message>
      <source>Training</source>
      <translation>Entraînement</translation>
    </message>
    <message>
      <source>What is wrong with a folder of training data</source>
      <translation>Ce qui ne va pas dans un dossier de données d'entraînement</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,data set,dataset,check,validate,quality,class balance,statistics,mean,standard deviation,leakage,alignment,deep learning</source>
      <translation>entraînement,étiquettes,exemples,tuiles,jeu de données,dataset,vérifier,valider,qualité,répartition des classes,statistiques,moyenne,écart type,fuite,alignement,apprentissage profond</translation>
    </message>
    <message>
      <source>&lt;p&gt;Reads every tile of a training data set and says what would spoil training or make it suffer: missing or unreadable files, sizes and places that differ, labels outside the class list, samples in two lists, neighbours on both sides of a split, empty or constant images, NaN, rare or missing classes, SAR that does not lie on the optical image.&lt;/p&gt;&lt;p&gt;Folders of &lt;i&gt;Create training data&lt;/i&gt; and folders in ASANet's or AMM-FuseNet's layout can be checked; nothing in them is changed. The report shows samples side by side: look at them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Lit chaque tuile d'un jeu de données d'entraînement et dit ce qui gâterait l'entraînement ou lui nuirait : fichiers manquants ou illisibles, tailles et lieux différents, étiquettes hors de la liste des classes, exemples dans deux listes, voisins de part et d'autre d'une répartition, images vides ou constantes, NaN, classes rares ou manquantes, SAR qui ne se superpose pas à l'image optique.&lt;/p&gt;&lt;p&gt;On peut vérifier les dossiers de &lt;i&gt;Créer des données d'entraînement&lt;/i&gt; et ceux à la structure d'ASANet ou d'AMM-FuseNet ; rien n'y est modifié. Le rapport montre des exemples côte à côte : regardez-les.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify land cover (optical + SAR)</source>
      <translation>Classer l'occupation du sol (optique + SAR)</translation>
    </message>
    <message>
      <source>Land-cover map from an optical and a SAR layer</source>
      <translation>Carte d'occupation du sol à partir d'une couche optique et d'une couche SAR</translation>
    </message>
    <message>
      <source>land cover,land use,classification,segmentation,deep learning,neural network,radar,SAR,optical,Sentinel-1,Sentinel-2,fusion,ASANet,raster</source>
      <translation>occupation du sol,utilisation du sol,classification,segmentation,apprentissage profond,réseau de neurones,radar,SAR,optique,Sentinel-1,Sentinel-2,fusion,ASANet,raster</translation>
    </message>
    <message>
      <source>&lt;p&gt;Maps land cover from an optical and a SAR layer of the same place with a two-input neural network. The layers may differ in CRS, pixel size and extent: they are put on one grid while they are read. Where either has no data, the map has none, unless the model was trained to do without one. With such a model one of the two layers may also be left out.&lt;/p&gt;&lt;p&gt;Choose the two layers and a model; everything else has a sensible default. The network runs in a process of its own; the algorithm &lt;i&gt;Runtime&lt;/i&gt; sets that up.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Cartographie l'occupation du sol à partir d'une couche optique et d'une couche SAR du même lieu avec un réseau de neurones à deux entrées. Les couches peuvent différer par le SCR, la taille de pixel et l'emprise : elles sont mises sur une même grille à la lecture. Là où l'une n'a pas de donnée, la carte n'en a pas non plus, sauf si le modèle a été entraîné à s'en passer. Avec un tel modèle, l'une des deux couches peut aussi être omise.&lt;/p&gt;&lt;p&gt;Choisissez les deux couches et un modèle ; tout le reste a une valeur par défaut raisonnable. Le réseau s'exécute dans un processus à lui ; l'algorithme &lt;i&gt;Environnement d'exécution&lt;/i&gt; le met en place.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No Python with PyTorch (torch) is known, and the network needs one. Run the algorithm 'Runtime: status and set-up' (rgbsar:runtime): choose a Python that has torch, numpy and safetensors, or let it create a managed environment.</source>
      <translation>Aucun Python avec PyTorch (torch) n'est connu, et le réseau en a besoin. Lancez l'algorithme « Environnement d'exécution : état et mise en place » (rgbsar:runtime) : choisissez un Python qui a torch, numpy et safetensors, ou laissez-le créer un environnement géré.</translation>
    </message>
    <message>
      <source>Compare maps (change matrix)</source>
      <translation>Comparer des cartes (matrice de changement)</translation>
    </message>
    <message>
      <source>What changed between two land-cover layers</source>
      <translation>Ce qui a changé entre deux couches d'occupation du sol</translation>
    </message>
    <message>
      <source>land cover,change,change detection,change matrix,transition,from-to,cross tabulation,difference,gain,loss,post-classification comparison</source>
      <translation>occupation du sol,changement,détection de changements,matrice de changement,transition,de-vers,tableau croisé,différence,gain,perte,comparaison post-classification</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds two land-cover layers of the same place against each other: which class became which, in pixels and hectares, and a layer that names every change. Layers on different pixels or in different CRS are put on one grid.&lt;/p&gt;&lt;p&gt;Classes are matched by name; where the names differ, a table says which mean the same.&lt;/p&gt;&lt;p&gt;Errors of both maps count as change. For the area of change with its uncertainty, assess the change layer with a reference sample.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Confronte deux couches d'occupation du sol du même lieu : quelle classe est devenue laquelle, en pixels et en hectares, et une couche qui nomme chaque changement. Les couches sur des pixels différents ou dans des SCR différents sont mises sur une même grille.&lt;/p&gt;&lt;p&gt;Les classes sont appariées par nom ; là où les noms diffèrent, une table indique lesquels ont le même sens.&lt;/p&gt;&lt;p&gt;Les erreurs des deux cartes comptent comme changement. Pour la surface de changement et son incertitude, évaluez la couche de changement avec un échantillon de référence.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Create training data</source>
      <translation>Créer des données d'entraînement</translation>
    </message>
    <message>
      <source>Tiles with labels, split by blocks, from an optical and a SAR layer</source>
      <translation>Tuiles étiquetées, réparties par blocs, à partir d'une couche optique et d'une couche SAR</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,chips,patches,data set,dataset,train validation test split,spatial blocks,polygons,ground truth,land cover,deep learning,SAR,optical</source>
      <translation>entraînement,étiquettes,exemples,tuiles,vignettes,patches,jeu de données,dataset,répartition entraînement validation test,blocs spatiaux,polygones,vérité terrain,occupation du sol,apprentissage profond,SAR,optique</translation>
    </message>
    <message>
      <source>&lt;p&gt;Cuts an optical and a SAR layer, and what is known of the land cover there, into tiles from which a network can learn. The labels are polygons with a class, or a class raster; a few well-chosen polygons of each class in many places are better than one corner labelled completely.&lt;/p&gt;&lt;p&gt;The tiles are split into training, validation and test by blocks with a gap between them, so that no tile the network learns from touches one it is judged by. The log counts the labelled pixels of each class in each share.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Découpe une couche optique et une couche SAR, ainsi que ce que l'on sait de l'occupation du sol, en tuiles dont un réseau peut apprendre. Les étiquettes sont des polygones avec une classe, ou un raster de classes ; quelques polygones bien choisis de chaque classe en de nombreux lieux valent mieux qu'un coin entièrement étiqueté.&lt;/p&gt;&lt;p&gt;Les tuiles sont réparties entre entraînement, validation et test par blocs séparés d'un écart, de sorte qu'aucune tuile dont le réseau apprend ne touche une tuile qui sert à le juger. Le journal compte les pixels étiquetés de chaque classe dans chaque part.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Describe model</source>
      <translation>Décrire un modèle</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>Modèles</translation>
    </message>
    <message>
      <source>What a model needs, which classes it maps, how accurate it was</source>
      <translation>Ce dont un modèle a besoin, quelles classes il cartographie, quelle était son exactitude</translation>
    </message>
    <message>
      <source>model,card,metadata,classes,bands,licence,accuracy,STAC,MLM,safetensors,checksum</source>
      <translation>modèle,fiche,métadonnées,classes,bandes,licence,exactitude,STAC,MLM,safetensors,somme de contrôle</translation>
    </message>
    <message>
      <source>&lt;p&gt;Every model file carries a card: which bands it takes and in which units, the pixel size it was trained on, its classes and colours, what it was trained and tested on, its licence. This algorithm shows the card; the network itself is not loaded, so no PyTorch is needed.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Chaque fichier de modèle porte une fiche : quelles bandes il prend et dans quelles unités, la taille de pixel de son entraînement, ses classes et couleurs, sur quoi il a été entraîné et testé, sa licence. Cet algorithme montre la fiche ; le réseau lui-même n'est pas chargé, PyTorch n'est donc pas nécessaire.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Design sample (stratified random points)</source>
      <translation>Concevoir un échantillon (points aléatoires stratifiés)</translation>
    </message>
    <message>
      <source>Random points within each class of a map, to be labelled for an accuracy assessment</source>
      <translation>Points aléatoires dans chaque classe d'une carte, à étiqueter pour une évaluation de l'exactitude</translation>
    </message>
    <message>
      <source>accuracy,validation,sample,sample size,stratified,random points,reference,Olofsson,Cochran,land cover</source>
      <translation>exactitude,validation,échantillon,taille d'échantillon,stratifié,points aléatoires,référence,Olofsson,Cochran,occupation du sol</translation>
    </message>
    <message>
      <source>&lt;p&gt;Draws random points within each class of a map, to be labelled from better images or in the field. The number of points is computed from the accuracy you expect and the standard error you want (Olofsson et al. 2014; Cochran 1977).&lt;/p&gt;&lt;p&gt;Fill the field &lt;i&gt;label&lt;/i&gt; with class names, then run &lt;i&gt;Assess accuracy&lt;/i&gt;. The map's class is not shown, so that it cannot sway who labels; the layer remembers the design.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Tire des points au hasard dans chaque classe d'une carte, à étiqueter d'après de meilleures images ou sur le terrain. Le nombre de points est calculé à partir de l'exactitude attendue et de l'erreur type voulue (Olofsson et al. 2014 ; Cochran 1977).&lt;/p&gt;&lt;p&gt;Remplissez le champ &lt;i&gt;label&lt;/i&gt; avec des noms de classes, puis lancez &lt;i&gt;Évaluer l'exactitude&lt;/i&gt;. La classe de la carte n'est pas montrée, pour ne pas influencer l'étiquetage ; la couche se souvient du plan d'échantillonnage.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Import model</source>
      <translation>Importer un modèle</translation>
    </message>
    <message>
      <source>Install a model file from disk or from the web</source>
      <translation>Installer un fichier de modèle depuis le disque ou le web</translation>
    </message>
    <message>
      <source>model,install,download,weights,URL,checksum,SHA-256,safetensors,model zoo</source>
      <translation>modèle,installer,télécharger,poids,URL,somme de contrôle,SHA-256,safetensors,bibliothèque de modèles</translation>
    </message>
    <message>
      <source>&lt;p&gt;Copies or downloads a model file into the models folder; &lt;i&gt;Classify land cover&lt;/i&gt; then offers it by its title. The file is read first: its card and checksum are shown, and a damaged file, another kind of file or one with another checksum than the announced one is refused. Model files hold numbers and text; nothing in them is ever executed.&lt;/p&gt;&lt;p&gt;Untick &lt;i&gt;Install&lt;/i&gt; to see card and checksum of a file first.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Copie ou télécharge un fichier de modèle dans le dossier des modèles ; &lt;i&gt;Classer l'occupation du sol&lt;/i&gt; le propose ensuite par son titre. Le fichier est d'abord lu : sa fiche et sa somme de contrôle sont montrées, et un fichier endommagé, un fichier d'une autre nature ou dont la somme de contrôle n'est pas celle annoncée est refusé. Les fichiers de modèle contiennent des nombres et du texte ; rien n'y est jamais exécuté.&lt;/p&gt;&lt;p&gt;Décochez &lt;i&gt;Installer&lt;/i&gt; pour voir d'abord la fiche et la somme de contrôle d'un fichier.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify, refine and design sample (model)</source>
      <translation>Classer, affiner et concevoir un échantillon (modèle)</translation>
    </message>
    <message>
      <source>From two layers to a refined map and a sample to be labelled, in one go</source>
      <translation>De deux couches à une carte affinée et à un échantillon à étiqueter, d'un seul trait</translation>
    </message>
    <message>
      <source>land cover,model,workflow,chain,classification,refine,sample,optical,SAR</source>
      <translation>occupation du sol,modèle,flux de travail,chaîne,classification,affiner,échantillon,optique,SAR</translation>
    </message>
    <message>
      <source>&lt;p&gt;Three steps in one: &lt;i&gt;Classify land cover&lt;/i&gt;, &lt;i&gt;Refine map&lt;/i&gt; with a minimum mapping unit, and &lt;i&gt;Design sample&lt;/i&gt;, whose points are to be labelled before &lt;i&gt;Assess accuracy&lt;/i&gt; can tell how right the map is.&lt;/p&gt;&lt;p&gt;It is a model of the Model Designer: open the file land_cover_chain.model3 in the plugin's folder processing_models to see it, or to make your own from it.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Trois étapes en une : &lt;i&gt;Classer l'occupation du sol&lt;/i&gt;, &lt;i&gt;Affiner la carte&lt;/i&gt; avec une unité minimale de cartographie, et &lt;i&gt;Concevoir un échantillon&lt;/i&gt;, dont les points sont à étiqueter avant que &lt;i&gt;Évaluer l'exactitude&lt;/i&gt; puisse dire à quel point la carte est juste.&lt;/p&gt;&lt;p&gt;C'est un modèle du modeleur graphique : ouvrez le fichier land_cover_chain.model3 dans le dossier processing_models de l'extension pour le voir, ou pour en faire le vôtre.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Prepare SAR (units, speckle, grid)</source>
      <translation>Préparer le SAR (unité, chatoiement, grille)</translation>
    </message>
    <message>
      <source>SAR layer in dB or linear power, with less speckle, on another layer's pixels</source>
      <translation>Couche SAR en dB ou en puissance linéaire, avec moins de chatoiement, sur les pixels d'une autre couche</translation>
    </message>
    <message>
      <source>SAR,radar,speckle,despeckle,filter,Lee,refined Lee,Lee sigma,gamma MAP,Frost,multitemporal,calibration,decibel,dB,sigma0,gamma0,backscatter,Sentinel-1,align</source>
      <translation>SAR,radar,chatoiement,speckle,filtre,Lee,Lee affiné,Lee sigma,gamma MAP,Frost,multitemporel,étalonnage,décibel,dB,sigma0,gamma0,rétrodiffusion,Sentinel-1,aligner</translation>
    </message>
    <message>
      <source>&lt;p&gt;Converts a SAR layer to linear power or decibels, reduces speckle, and writes it on the pixels of another layer if you choose one. Several days of the same pixels can be averaged first.&lt;/p&gt;&lt;p&gt;Filters and means work on linear power, whatever the input's unit. Rasters of any size are filtered in strips.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Convertit une couche SAR en puissance linéaire ou en décibels, réduit le chatoiement et l'écrit sur les pixels d'une autre couche si vous en choisissez une. Plusieurs dates des mêmes pixels peuvent d'abord être moyennées.&lt;/p&gt;&lt;p&gt;Filtres et moyennes travaillent en puissance linéaire, quelle que soit l'unité de l'entrée. Les rasters de toute taille sont filtrés par bandes horizontales.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Refine map (majority, minimum mapping unit, polygons)</source>
      <translation>Affiner la carte (majorité, unité minimale de cartographie, polygones)</translation>
    </message>
    <message>
      <source>Filters and generalises a land-cover layer, and makes polygons of it</source>
      <translation>Filtre et généralise une couche d'occupation du sol, et en fait des polygones</translation>
    </message>
    <message>
      <source>land cover,sieve,majority,mode filter,minimum mapping unit,MMU,generalise,generalize,clump,eliminate,speckle,smooth,polygonize,vectorize,simplify,post-classification</source>
      <translation>occupation du sol,tamis,majorité,filtre modal,unité minimale de cartographie,UMC,MMU,généraliser,regrouper,éliminer,bruit,lisser,polygoniser,vectoriser,simplifier,post-classification</translation>
    </message>
    <message>
      <source>&lt;p&gt;Removes from a land-cover layer what is too small to be mapped: a majority filter first, then regions below a minimum mapping unit, the least certain ones first. Nodata, class values, names and colours stay.&lt;/p&gt;&lt;p&gt;Polygons, if wanted, carry class, ground area, mean confidence and the share of changed pixels. Neighbours share their edges to the last digit, also when simplified.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Retire d'une couche d'occupation du sol ce qui est trop petit pour être cartographié : d'abord un filtre majoritaire, puis les zones inférieures à une unité minimale de cartographie, les moins certaines en premier. Le sans-donnée, les valeurs, noms et couleurs des classes restent.&lt;/p&gt;&lt;p&gt;Les polygones, si vous en voulez, portent la classe, la surface au sol, la confiance moyenne et la part des pixels modifiés. Les voisins partagent leurs limites jusqu'au dernier chiffre, même simplifiées.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Runtime: status and set-up</source>
      <translation>Environnement d'exécution : état et mise en place</translation>
    </message>
    <message>
      <source>Set-up</source>
      <translation>Mise en place</translation>
    </message>
    <message>
      <source>Which Python runs the network, and how to change it</source>
      <translation>Quel Python exécute le réseau, et comment en changer</translation>
    </message>
    <message>
      <source>install,torch,PyTorch,GPU,CUDA,Python,interpreter,environment,diagnosis,status</source>
      <translation>installer,torch,PyTorch,GPU,CUDA,Python,interpréteur,environnement,diagnostic,état</translation>
    </message>
    <message>
      <source>&lt;p&gt;The network needs PyTorch, which runs in a process of its own: never inside QGIS, so neither can harm the other. This algorithm shows which Python is used, changes it, or sets one up.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Status&lt;/b&gt; tests the Python in use. &lt;b&gt;Use&lt;/b&gt; makes another one the standard: a conda or virtual environment with torch, numpy and safetensors. &lt;b&gt;Plan&lt;/b&gt; says what a creation would download and where it would lie; nothing is downloaded. &lt;b&gt;Create&lt;/b&gt; downloads PyTorch into an environment of the plugin's own, outside QGIS; one that was stopped goes on where it was. &lt;b&gt;Repair&lt;/b&gt; makes a broken environment anew from what is downloaded already. &lt;b&gt;Remove&lt;/b&gt; deletes environment and downloads and forgets a chosen Python.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Le réseau a besoin de PyTorch, qui s'exécute dans un processus à lui : jamais dans QGIS, si bien qu'aucun ne peut nuire à l'autre. Cet algorithme montre quel Python est utilisé, en change ou en met un en place.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Afficher l'état&lt;/b&gt; teste le Python utilisé. &lt;b&gt;Utiliser&lt;/b&gt; en choisit un autre : un environnement conda ou virtuel avec torch, numpy et safetensors. &lt;b&gt;Plan&lt;/b&gt; dit ce qu'une création téléchargerait et où elle se trouverait ; rien n'est téléchargé. &lt;b&gt;Créer&lt;/b&gt; télécharge PyTorch dans un environnement propre à l'extension, hors de QGIS ; une création interrompue reprend où elle en était. &lt;b&gt;Réparer&lt;/b&gt; refait un environnement endommagé à partir de ce qui est déjà téléchargé. &lt;b&gt;Supprimer&lt;/b&gt; efface l'environnement et les téléchargements et oublie un Python choisi.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Train model</source>
      <translation>Entraîner un modèle</translation>
    </message>
    <message>
      <source>A land-cover model of your own from training data</source>
      <translation>Un modèle d'occupation du sol à soi, à partir de données d'entraînement</translation>
    </message>
    <message>
      <source>training,train,learn,fit,model,neural network,deep learning,fine-tuning,transfer learning,land cover,classification,segmentation,SAR,optical,ASANet,U-Net</source>
      <translation>entraînement,entraîner,apprendre,ajuster,modèle,réseau de neurones,apprentissage profond,ajustement fin,apprentissage par transfert,occupation du sol,classification,segmentation,SAR,optique,ASANet,U-Net</translation>
    </message>
    <message>
      <source>&lt;p&gt;Teaches a network the classes of your training data. The result is a model file for &lt;i&gt;Classify land cover&lt;/i&gt;, and a report that says how good it is, on tiles it did not learn from.&lt;/p&gt;&lt;p&gt;Choose the folder that &lt;i&gt;Create training data&lt;/i&gt; made, and how long you can wait; everything else has a sensible default. The log shows loss and mean IoU as they come. &lt;b&gt;Cancel&lt;/b&gt; when you have seen enough: the best weights so far become the model.&lt;/p&gt;&lt;p&gt;Training runs outside QGIS in the Python that &lt;i&gt;Runtime&lt;/i&gt; sets up, which needs the packages lightning and PyYAML beside torch; the managed environment has them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;Apprend à un réseau les classes de vos données d'entraînement. Le résultat est un fichier de modèle pour &lt;i&gt;Classer l'occupation du sol&lt;/i&gt; et un rapport qui dit ce qu'il vaut, sur des tuiles dont il n'a pas appris.&lt;/p&gt;&lt;p&gt;Choisissez le dossier créé par &lt;i&gt;Créer des données d'entraînement&lt;/i&gt; et combien de temps vous pouvez attendre ; tout le reste a une valeur par défaut raisonnable. Le journal montre la perte et l'IoU moyen au fur et à mesure. &lt;b&gt;Annuler&lt;/b&gt; quand vous en avez assez vu : les meilleurs poids obtenus jusque-là deviennent le modèle.&lt;/p&gt;&lt;p&gt;L'entraînement s'exécute hors de QGIS, dans le Python que met en place &lt;i&gt;Environnement d'exécution&lt;/i&gt; ; il lui faut les paquets lightning et PyYAML en plus de torch, et l'environnement géré les contient.&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No reference is given. Choose points, polygons, or a class raster: one of them.</source>
      <translation>Aucune référence n'est indiquée. Choisissez des points, des polygones ou un raster de classes.</translation>
    </message>
    <message>
      <source>Both a reference layer and a reference raster are given. Choose one of them.</source>
      <translation>Une couche de référence et un raster de référence sont indiqués. Choisissez l'un des deux.</translation>
    </message>
    <message>
      <source>The reference layer '{}' has no class in any feature. Fill in its field '{}'.</source>
      <translation>La couche de référence « {} » n'a de classe dans aucune entité. Remplissez son champ « {} ».</translation>
    </message>
    <message>
      <source>reference layer '{}'</source>
      <translation>couche de référence « {} »</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Annulé.</translation>
    </message>
    <message>
      <source>Nothing was written.</source>
      <translation>Rien n'a été écrit.</translation>
    </message>
    <message>
      <source>Shifts: {}</source>
      <translation>Décalages : {}</translation>
    </message>
    <message>
      <source>Corrected: {}</source>
      <translation>Corrigée : {}</translation>
    </message>
    <message>
      <source>The shifts have no arrows: {}</source>
      <translation>Les décalages n'ont pas de flèches : {}</translation>
    </message>
    <message>
      <source>The folder '{}' was not found; expected a data set. Choose its folder.</source>
      <translation>Le dossier « {} » n'a pas été trouvé ; un jeu de données est attendu. Choisissez son dossier.</translation>
    </message>
    <message>
      <source>No model is chosen. Choose a model file (.safetensors) or an installed model.</source>
      <translation>Aucun modèle n'est choisi. Choisissez un fichier de modèle (.safetensors) ou un modèle installé.</translation>
    </message>
    <message>
      <source>Confidence (%)</source>
      <translation>Confiance (%)</translation>
    </message>
    <message>
      <source>Class probabilities (%), band 1: {}</source>
      <translation>Probabilités des classes (%), bande 1 : {}</translation>
    </message>
    <message>
      <source>Land cover of {}</source>
      <translation>Occupation du sol de {}</translation>
    </message>
    <message>
      <source>Land cover: {}</source>
      <translation>Occupation du sol : {}</translation>
    </message>
    <message>
      <source>Changes: {} to {}</source>
      <translation>Changements : {} à {}</translation>
    </message>
    <message>
      <source>No labels are given. Choose polygons or a class raster: one of them.</source>
      <translation>Aucune étiquette n'est indiquée. Choisissez des polygones ou un raster de classes : l'un des deux.</translation>
    </message>
    <message>
      <source>Both label polygons and a label raster are given. Choose one of them.</source>
      <translation>Des polygones étiquetés et un raster étiqueté sont indiqués. Choisissez l'un des deux.</translation>
    </message>
    <message>
      <source>Sample of {}</source>
      <translation>Échantillon de {}</translation>
    </message>
    <message>
      <source>Expected user's accuracies '{}' found; expected numbers like 0.8 or 0.9, 0.7.</source>
      <translation>Exactitudes attendues « {} » trouvées ; des nombres comme 0.8 ou 0.9, 0.7 sont attendus.</translation>
    </message>
    <message>
      <source>Both a file and an address are given</source>
      <translation>Un fichier et une adresse sont indiqués</translation>
    </message>
    <message>
      <source>No model file is given</source>
      <translation>Aucun fichier de modèle n'est indiqué</translation>
    </message>
    <message>
      <source>{}. Choose a file (.safetensors), or give an address on the web.</source>
      <translation>{}. Choisissez un fichier (.safetensors), ou indiquez une adresse sur le web.</translation>
    </message>
    <message>
      <source>'{}' is no web address; expected one that starts with https:// or http://.</source>
      <translation>« {} » n'est pas une adresse web ; une adresse commençant par https:// ou http:// est attendue.</translation>
    </message>
    <message>
      <source>Not installed, as asked.</source>
      <translation>Non installé, comme demandé.</translation>
    </message>
    <message>
      <source>Installed as '{}' in {}</source>
      <translation>Installé sous le nom « {} » dans {}</translation>
    </message>
    <message>
      <source>Refined: {}</source>
      <translation>Affinée : {}</translation>
    </message>
    <message>
      <source>Polygons: {}</source>
      <translation>Polygones : {}</translation>
    </message>
    <message>
      <source>The polygons have no colours: {}</source>
      <translation>Les polygones n'ont pas de couleurs : {}</translation>
    </message>
    <message>
      <source>Creating the environment downloads PyTorch. Tick 'Yes, download PyTorch' to agree.</source>
      <translation>Créer l'environnement télécharge PyTorch. Cochez « Oui, télécharger PyTorch » pour accepter.</translation>
    </message>
    <message>
      <source>No Python is given. Choose the python program to use.</source>
      <translation>Aucun Python n'est indiqué. Choisissez le programme Python à utiliser.</translation>
    </message>
    <message>
      <source>Nothing to repair: the managed environment works, or there is none.</source>
      <translation>Rien à réparer : l'environnement géré fonctionne, ou il n'y en a pas.</translation>
    </message>
    <message>
      <source>'{}' is no file. Choose the python program itself, not its folder.</source>
      <translation>« {} » n'est pas un fichier. Choisissez le programme Python lui-même, non son dossier.</translation>
    </message>
    <message>
      <source>Cancelled: the best weights so far were kept in {}.</source>
      <translation>Annulé : les meilleurs poids obtenus jusque-là ont été conservés dans {}.</translation>
    </message>
    <message>
      <source>Model files (*.safetensors);;All files (*)</source>
      <translation>Fichiers de modèle (*.safetensors);;Tous les fichiers (*)</translation>
    </message>
    <message>
      <source>Look for a model file</source>
      <translation>Chercher un fichier de modèle</translation>
    </message>
    <message>
      <source>The creation of the managed environment was interrupted. Set up the runtime to go on.</source>
      <translation>La création de l'environnement géré a été interrompue. Mettez en place l'environnement d'exécution pour continuer.</translation>
    </message>
    <message>
      <source>Not set up: the network needs PyTorch.</source>
      <translation>Pas encore en place : le réseau a besoin de PyTorch.</translation>
    </message>
    <message>
      <source>Automatic: managed environment, else QGIS's own Python</source>
      <translation>Automatique : environnement géré, sinon le Python de QGIS</translation>
    </message>
    <message>
      <source>All</source>
      <translation>Tous</translation>
    </message>
    <message>
      <source>Set up the runtime…</source>
      <translation>Mettre en place l'environnement d'exécution…</translation>
    </message>
    <message>
      <source>Engine</source>
      <translation>Moteur</translation>
    </message>
    <message>
      <source>Python of the engine</source>
      <translation>Python du moteur</translation>
    </message>
    <message>
      <source>Models folder</source>
      <translation>Dossier des modèles</translation>
    </message>
    <message>
      <source>Default device</source>
      <translation>Matériel par défaut</translation>
    </message>
    <message>
      <source>Default CPU threads</source>
      <translation>Fils d'exécution du CPU par défaut</translation>
    </message>
    <message>
      <source>Runs in {}</source>
      <translation>S'exécute dans {}</translation>
    </message>
    <message>
      <source>'{}' does not exist. Choose a python program or an environment's folder.</source>
      <translation>« {} » n'existe pas. Choisissez un programme Python ou le dossier d'un environnement.</translation>
    </message>
    <message>
      <source>'{}' is no folder. Choose an existing folder for the models, or none.</source>
      <translation>« {} » n'est pas un dossier. Choisissez un dossier existant pour les modèles, ou aucun.</translation>
    </message>
    <message>
      <source>to be labelled</source>
      <translation>à étiqueter</translation>
    </message>
    <message>
      <source>labelled</source>
      <translation>étiqueté</translation>
    </message>
  </context>
</TS>
