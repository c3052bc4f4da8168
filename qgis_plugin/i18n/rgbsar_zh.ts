<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh" sourcelanguage="en">
  <context>
    <name>RgbSar</name>
    <message>
      <source>SAR layer</source>
      <translation>SAR 图层</translation>
    </message>
    <message>
      <source>SAR image (Sentinel-1, Gaofen-3, ALOS PALSAR ...), geocoded, intensity or amplitude, not complex.</source>
      <translation>SAR 影像（Sentinel-1、高分三号、ALOS PALSAR 等），已地理编码，强度或振幅，非复数。</translation>
    </message>
    <message>
      <source>Further days of the same pixels</source>
      <translation>相同像元的其他日期</translation>
    </message>
    <message>
      <source>Images of other days on the same pixels, with the same bands. The mean power of all days is taken before the filter, which then reckons with as many times the looks.</source>
      <translation>其他日期的影像，像元和波段与此相同。滤波前先求所有日期的平均功率，滤波器随之按相应倍数的视数计算。</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>波段</translation>
    </message>
    <message>
      <source>Bands to prepare. Empty: all.</source>
      <translation>要处理的波段。留空：全部。</translation>
    </message>
    <message>
      <source>Detect (the log says what was assumed)</source>
      <translation>自动识别（日志会说明所作的假设）</translation>
    </message>
    <message>
      <source>Digital numbers</source>
      <translation>数字量化值（DN）</translation>
    </message>
    <message>
      <source>Amplitude</source>
      <translation>振幅</translation>
    </message>
    <message>
      <source>Linear power (sigma0, gamma0)</source>
      <translation>线性功率（sigma0、gamma0）</translation>
    </message>
    <message>
      <source>Decibels</source>
      <translation>分贝</translation>
    </message>
    <message>
      <source>Units of the SAR layer</source>
      <translation>SAR 图层的单位</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layers mean.</source>
      <translation>SAR 图层数值的含义。</translation>
    </message>
    <message>
      <source>Calibration constant (dB)</source>
      <translation>定标常数（dB）</translation>
    </message>
    <message>
      <source>Of digital numbers: power in dB is 10 log10(DN^2) plus this, for instance -83 for ALOS PALSAR. Empty: none; levels are relative then.</source>
      <translation>用于数字量化值：以 dB 表示的功率为 10 log10(DN^2) 加上此值，例如 ALOS PALSAR 为 -83。留空：无，此时电平是相对值。</translation>
    </message>
    <message>
      <source>Refined Lee</source>
      <translation>精致 Lee</translation>
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
      <translation>无</translation>
    </message>
    <message>
      <source>Speckle filter</source>
      <translation>斑点滤波器</translation>
    </message>
    <message>
      <source>Refined Lee and Lee sigma keep edges and bright targets best; Lee is the fastest. None: units, mean and grid only.</source>
      <translation>精致 Lee 和 Lee sigma 最能保持边缘和强目标；Lee 最快。无：只处理单位、平均和格网。</translation>
    </message>
    <message>
      <source>Filter window (pixels)</source>
      <translation>滤波窗口（像元）</translation>
    </message>
    <message>
      <source>Side of the filter's square window, an odd number of pixels. Refined Lee: always 7.</source>
      <translation>滤波器方形窗口的边长，奇数个像元。精致 Lee：始终为 7。</translation>
    </message>
    <message>
      <source>Number of looks</source>
      <translation>视数</translation>
    </message>
    <message>
      <source>Equivalent number of looks of one image: 4.4 for Sentinel-1 IW GRD, 1 for a single-look image.</source>
      <translation>一幅影像的等效视数：Sentinel-1 IW GRD 为 4.4，单视影像为 1。</translation>
    </message>
    <message>
      <source>Pixels of this layer</source>
      <translation>此图层的像元</translation>
    </message>
    <message>
      <source>Write the pixels of this layer, to lay both on top of each other. Empty: the SAR layer's own.</source>
      <translation>写到此图层的像元上，使两者重合。留空：SAR 图层自身的像元。</translation>
    </message>
    <message>
      <source>Linear power</source>
      <translation>线性功率</translation>
    </message>
    <message>
      <source>Output units</source>
      <translation>输出单位</translation>
    </message>
    <message>
      <source>Decibels for looking and for most models, linear power for further computing.</source>
      <translation>分贝适合查看和大多数模型，线性功率适合进一步计算。</translation>
    </message>
    <message>
      <source>Damping of the Frost filter</source>
      <translation>Frost 滤波器的阻尼</translation>
    </message>
    <message>
      <source>Of the Frost filter: larger keeps more detail and more speckle.</source>
      <translation>用于 Frost 滤波器：数值越大，保留的细节越多，斑点也越多。</translation>
    </message>
    <message>
      <source>Sigma of the Lee sigma filter</source>
      <translation>Lee sigma 滤波器的 sigma</translation>
    </message>
    <message>
      <source>Of the Lee sigma filter: share of a uniform area's pixels that count as like the centre.</source>
      <translation>用于 Lee sigma 滤波器：均匀区域中被视为与中心相似的像元所占的比例。</translation>
    </message>
    <message>
      <source>Bilinear</source>
      <translation>双线性</translation>
    </message>
    <message>
      <source>Nearest neighbour</source>
      <translation>最近邻</translation>
    </message>
    <message>
      <source>Resampling</source>
      <translation>重采样</translation>
    </message>
    <message>
      <source>Onto that layer's pixels, after the filter, as linear power.</source>
      <translation>滤波之后以线性功率重采样到该图层的像元。</translation>
    </message>
    <message>
      <source>Threads</source>
      <translation>线程数</translation>
    </message>
    <message>
      <source>Processor threads that filter. Empty: one per processor, 4 at most.</source>
      <translation>用于滤波的处理器线程数。留空：每个处理器一个，最多 4 个。</translation>
    </message>
    <message>
      <source>Prepared SAR</source>
      <translation>处理后的 SAR</translation>
    </message>
    <message>
      <source>32 bit floating point GeoTIFF with the bands' names; not-a-number = nodata.</source>
      <translation>32 位浮点 GeoTIFF，带波段名称；NaN = 无数据。</translation>
    </message>
    <message>
      <source>Pixels without data, all bands together</source>
      <translation>无数据像元数（所有波段合计）</translation>
    </message>
    <message>
      <source>Zero or negative power that became nodata</source>
      <translation>因功率为零或负而变为无数据的像元数</translation>
    </message>
    <message>
      <source>Optical layer</source>
      <translation>光学图层</translation>
    </message>
    <message>
      <source>Image that is taken to be in the right place.</source>
      <translation>位置视为正确的影像。</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels.</source>
      <translation>同一地点的 SAR 影像，已地理编码；可有自己的坐标参照系和像元。</translation>
    </message>
    <message>
      <source>Largest shift (pixels)</source>
      <translation>最大偏移（像元）</translation>
    </message>
    <message>
      <source>How far to search, in pixels of the coarser layer.</source>
      <translation>搜索的距离，以较粗图层的像元计。</translation>
    </message>
    <message>
      <source>Optical bands</source>
      <translation>光学波段</translation>
    </message>
    <message>
      <source>Bands to match. Empty: the first three.</source>
      <translation>用于匹配的波段。留空：前三个。</translation>
    </message>
    <message>
      <source>SAR bands</source>
      <translation>SAR 波段</translation>
    </message>
    <message>
      <source>Bands to match. Empty: all.</source>
      <translation>用于匹配的波段。留空：全部。</translation>
    </message>
    <message>
      <source>What the numbers of the SAR layer mean.</source>
      <translation>SAR 图层数值的含义。</translation>
    </message>
    <message>
      <source>Window (pixels)</source>
      <translation>窗口（像元）</translation>
    </message>
    <message>
      <source>Side of the squares that are matched. Larger ones are surer, smaller ones show more detail.</source>
      <translation>用于匹配的方块边长。较大的更可靠，较小的显示更多细节。</translation>
    </message>
    <message>
      <source>Shifts</source>
      <translation>偏移</translation>
    </message>
    <message>
      <source>GeoPackage, one line per window in true length: columns and rows (pixels to the right and downwards), east_m, north_m, shift_m (metres), quality, reliable (1 or 0).</source>
      <translation>GeoPackage，每个窗口一条真实长度的线：columns 和 rows（向右和向下的像元数）、east_m、north_m、shift_m（米）、quality、reliable（1 或 0）。</translation>
    </message>
    <message>
      <source>Corrected SAR layer</source>
      <translation>校正后的 SAR 图层</translation>
    </message>
    <message>
      <source>Copy of the SAR layer, moved back by the shift as a whole; its pixels stay as they are.</source>
      <translation>SAR 图层的副本，按偏移整体移回；像元保持不变。</translation>
    </message>
    <message>
      <source>Verdict: aligned, shifted or unknown</source>
      <translation>结论：aligned（对齐）、shifted（有偏移）或 unknown（未知）</translation>
    </message>
    <message>
      <source>Verdict in words</source>
      <translation>文字结论</translation>
    </message>
    <message>
      <source>Shift (pixels)</source>
      <translation>偏移（像元）</translation>
    </message>
    <message>
      <source>Shift to the east (m)</source>
      <translation>向东偏移（米）</translation>
    </message>
    <message>
      <source>Shift to the north (m)</source>
      <translation>向北偏移（米）</translation>
    </message>
    <message>
      <source>Optical image (Sentinel-2, aerial, Gaofen-2 ...): a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent. It may be left out if the model was trained to do without one layer.</source>
      <translation>光学影像（Sentinel-2、航空影像、高分二号等）：带坐标参照系的栅格文件。其坐标参照系、像元大小和范围可以与 SAR 图层不同。若模型经过训练可以不依赖其中一个图层，则可省略。</translation>
    </message>
    <message>
      <source>Bands in the order the model wants them, for instance red, green, blue. Leave empty to take the bands whose names fit, else the first ones; the log says which.</source>
      <translation>按模型要求的顺序排列的波段，例如红、绿、蓝。留空则取名称相符的波段，否则取最前面的波段；日志会说明所取的波段。</translation>
    </message>
    <message>
      <source>SAR backscatter image (Sentinel-1, Gaofen-3 ...), geocoded, intensity or amplitude, not complex. It may be left out if the model was trained to do without one layer.</source>
      <translation>SAR 后向散射影像（Sentinel-1、高分三号等），已地理编码，强度或振幅，非复数。若模型经过训练可以不依赖其中一个图层，则可省略。</translation>
    </message>
    <message>
      <source>Polarisations in the order the model wants them, for instance VV, VH. Leave empty as above.</source>
      <translation>按模型要求的顺序排列的极化方式，例如 VV、VH。留空同上。</translation>
    </message>
    <message>
      <source>Digital numbers, not calibrated</source>
      <translation>数字量化值，未定标</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. They are converted to what the model was trained on.</source>
      <translation>SAR 数值的含义。它们会换算为模型训练时所用的单位。</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors). It carries its classes, colours, bands and units; the dialog shows them below the choice.</source>
      <translation>已安装的模型（按标题或名称），或模型文件（.safetensors）的路径。模型内含类别、颜色、波段和单位；对话框在选项下方显示这些内容。</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>范围</translation>
    </message>
    <message>
      <source>Part of the land to map. Empty: all ground both layers share.</source>
      <translation>要制图的区域。留空：两个图层共有的全部区域。</translation>
    </message>
    <message>
      <source>Mask polygons</source>
      <translation>掩膜多边形</translation>
    </message>
    <message>
      <source>Only pixels whose centre lies in one of these polygons are mapped. A selection is honoured.</source>
      <translation>只对中心落在这些多边形内的像元制图。如有选中的要素，则只用选中的。</translation>
    </message>
    <message>
      <source>Pixels of the optical layer</source>
      <translation>光学图层的像元</translation>
    </message>
    <message>
      <source>Pixels of the SAR layer</source>
      <translation>SAR 图层的像元</translation>
    </message>
    <message>
      <source>Pixel grid of the map</source>
      <translation>地图的像元格网</translation>
    </message>
    <message>
      <source>Whose pixels the map has; the other layer is resampled to them.</source>
      <translation>地图采用哪个图层的像元；另一个图层会重采样到这些像元上。</translation>
    </message>
    <message>
      <source>Pixel size</source>
      <translation>像元大小</translation>
    </message>
    <message>
      <source>Pixel size of the map in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>地图的像元大小，以该图层坐标参照系的单位表示（米或度）。留空：与图层相同。</translation>
    </message>
    <message>
      <source>Automatic: GPU if there is one</source>
      <translation>自动：有 GPU 则用 GPU</translation>
    </message>
    <message>
      <source>CPU</source>
      <translation>CPU</translation>
    </message>
    <message>
      <source>NVIDIA GPU</source>
      <translation>NVIDIA GPU</translation>
    </message>
    <message>
      <source>Second NVIDIA GPU</source>
      <translation>第二块 NVIDIA GPU</translation>
    </message>
    <message>
      <source>Third NVIDIA GPU</source>
      <translation>第三块 NVIDIA GPU</translation>
    </message>
    <message>
      <source>Fourth NVIDIA GPU</source>
      <translation>第四块 NVIDIA GPU</translation>
    </message>
    <message>
      <source>Apple GPU</source>
      <translation>Apple GPU</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>设备</translation>
    </message>
    <message>
      <source>Where the network runs. The log names the device really used.</source>
      <translation>网络在何处运行。日志会写明实际使用的设备。</translation>
    </message>
    <message>
      <source>Tile size (pixels)</source>
      <translation>瓦片大小（像元）</translation>
    </message>
    <message>
      <source>Side of the squares the network sees, pixels. Empty: as the model was trained.</source>
      <translation>网络每次所见方块的边长，以像元计。留空：与模型训练时相同。</translation>
    </message>
    <message>
      <source>Overlap (pixels)</source>
      <translation>重叠（像元）</translation>
    </message>
    <message>
      <source>Pixels shared by neighbouring squares and blended there. Empty: as the model says.</source>
      <translation>相邻方块共有并在此融合的像元数。留空：按模型设定。</translation>
    </message>
    <message>
      <source>Batch size</source>
      <translation>批大小</translation>
    </message>
    <message>
      <source>Squares per pass. Empty: chosen for the device.</source>
      <translation>每次处理的方块数。留空：按设备选择。</translation>
    </message>
    <message>
      <source>CPU threads</source>
      <translation>CPU 线程数</translation>
    </message>
    <message>
      <source>CPU threads of the network. Empty: all cores.</source>
      <translation>网络使用的 CPU 线程数。留空：所有核心。</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>32 bit</source>
      <translation>32 位</translation>
    </message>
    <message>
      <source>16 bit, bfloat16</source>
      <translation>16 位，bfloat16</translation>
    </message>
    <message>
      <source>16 bit, float16 (GPU)</source>
      <translation>16 位，float16（GPU）</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>精度</translation>
    </message>
    <message>
      <source>Arithmetic of the network. Automatic takes 16 bit where that is faster.</source>
      <translation>网络的运算精度。自动：在 16 位更快时使用 16 位。</translation>
    </message>
    <message>
      <source>PyTorch</source>
      <translation>PyTorch</translation>
    </message>
    <message>
      <source>OpenVINO (CPU)</source>
      <translation>OpenVINO（CPU）</translation>
    </message>
    <message>
      <source>Inference library</source>
      <translation>推理库</translation>
    </message>
    <message>
      <source>Library that runs the network. Automatic takes OpenVINO on a CPU if it is installed and agrees with PyTorch.</source>
      <translation>运行网络的库。自动：在 CPU 上，如果已安装 OpenVINO 且其结果与 PyTorch 一致，则使用 OpenVINO。</translation>
    </message>
    <message>
      <source>Cubic</source>
      <translation>三次卷积</translation>
    </message>
    <message>
      <source>For the layer that is put on the other's pixels. SAR is always averaged as linear power.</source>
      <translation>用于要放到另一图层像元上的图层。SAR 始终以线性功率求平均。</translation>
    </message>
    <message>
      <source>Optical scale</source>
      <translation>光学缩放系数</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset. Empty: from the file, or the model's convention.</source>
      <translation>反射率 = 数值 * 缩放系数 + 偏移。留空：取自文件或按模型的惯例。</translation>
    </message>
    <message>
      <source>Optical offset</source>
      <translation>光学偏移</translation>
    </message>
    <message>
      <source>Offset of that formula, for instance -0.1 for Sentinel-2 since baseline 04.00.</source>
      <translation>上述公式中的偏移，例如 Sentinel-2 自处理基线 04.00 起为 -0.1。</translation>
    </message>
    <message>
      <source>GeoTIFF</source>
      <translation>GeoTIFF</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFF</source>
      <translation>云优化 GeoTIFF</translation>
    </message>
    <message>
      <source>Output format</source>
      <translation>输出格式</translation>
    </message>
    <message>
      <source>Cloud optimised GeoTIFFs have overviews and can be read over the network piece by piece.</source>
      <translation>云优化 GeoTIFF 带有概视图，可以通过网络分块读取。</translation>
    </message>
    <message>
      <source>Go on from an interrupted run</source>
      <translation>从中断的运行继续</translation>
    </message>
    <message>
      <source>If the run is cancelled or fails, or the machine goes down, the finished rows stay in a hidden folder beside the output, and the same job started again goes on from them; the map is the same to the byte. The folder goes when the map is complete. Off: start from the top, and leave nothing behind.</source>
      <translation>如果运行被取消、失败或机器停机，已完成的行会保留在输出旁的隐藏文件夹中，再次启动同一任务时会从这些行继续；所得地图逐字节相同。地图完成后该文件夹会被删除。关闭：从头开始，且不留下任何内容。</translation>
    </message>
    <message>
      <source>Land cover</source>
      <translation>土地覆盖</translation>
    </message>
    <message>
      <source>Class raster: one byte a pixel, 0 = nodata, class names and colours inside.</source>
      <translation>类别栅格：每像元一个字节，0 = 无数据，内含类别名称和颜色。</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>置信度</translation>
    </message>
    <message>
      <source>Probability of the mapped class in percent, 255 = nodata.</source>
      <translation>所制类别的概率，以百分比表示，255 = 无数据。</translation>
    </message>
    <message>
      <source>Class probabilities</source>
      <translation>类别概率</translation>
    </message>
    <message>
      <source>One band per class, percent, 255 = nodata.</source>
      <translation>每个类别一个波段，百分比，255 = 无数据。</translation>
    </message>
    <message>
      <source>Area table</source>
      <translation>面积表</translation>
    </message>
    <message>
      <source>CSV files (*.csv)</source>
      <translation>CSV 文件 (*.csv)</translation>
    </message>
    <message>
      <source>CSV with pixels and hectares of every class (true ground area, not that of the projection).</source>
      <translation>CSV，含每个类别的像元数和公顷数（真实地面面积，而非投影面积）。</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>报告</translation>
    </message>
    <message>
      <source>HTML files (*.html)</source>
      <translation>HTML 文件 (*.html)</translation>
    </message>
    <message>
      <source>HTML page with map, areas, model, settings and warnings.</source>
      <translation>HTML 页面，含地图、面积、模型、设置和警告。</translation>
    </message>
    <message>
      <source>Mapped pixels</source>
      <translation>已制图像元数</translation>
    </message>
    <message>
      <source>Pixels without data</source>
      <translation>无数据像元数</translation>
    </message>
    <message>
      <source>Mapped area (ha)</source>
      <translation>制图面积（公顷）</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>地图</translation>
    </message>
    <message>
      <source>Class raster to be assessed, 0 = nodata.</source>
      <translation>要评价的类别栅格，0 = 无数据。</translation>
    </message>
    <message>
      <source>Band</source>
      <translation>波段</translation>
    </message>
    <message>
      <source>Band with the classes.</source>
      <translation>含类别的波段。</translation>
    </message>
    <message>
      <source>Expected user's accuracies</source>
      <translation>预期用户精度</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1: one number for all classes, or one for each, separated by commas, in the order of the map's legend. Guesses will do; 0.5 is the most cautious.</source>
      <translation>您预期每个类别正确的比例，0 到 1：所有类别共用一个数，或按图例顺序每类一个数，以英文逗号分隔。估计值即可；0.5 最保守。</translation>
    </message>
    <message>
      <source>Target standard error</source>
      <translation>目标标准误</translation>
    </message>
    <message>
      <source>Wanted standard error of the overall accuracy; 0.02 means a 95 % confidence interval of about ± 4 %.</source>
      <translation>总体精度的期望标准误；0.02 对应约 ± 4 % 的 95 % 置信区间。</translation>
    </message>
    <message>
      <source>Number of points</source>
      <translation>点数</translation>
    </message>
    <message>
      <source>Empty: computed from the two numbers above.</source>
      <translation>留空：由上面两个数算出。</translation>
    </message>
    <message>
      <source>Good practice: a minimum for every class, the rest by area</source>
      <translation>良好实践：每类保证最小值，其余按面积</translation>
    </message>
    <message>
      <source>In proportion to area</source>
      <translation>按面积成比例</translation>
    </message>
    <message>
      <source>The same for every class</source>
      <translation>每类相同</translation>
    </message>
    <message>
      <source>Optimal for the overall accuracy (Neyman)</source>
      <translation>使总体精度最优（Neyman）</translation>
    </message>
    <message>
      <source>Allocation</source>
      <translation>分配方式</translation>
    </message>
    <message>
      <source>How the points are spread over the classes.</source>
      <translation>点在各类别之间如何分配。</translation>
    </message>
    <message>
      <source>Minimum for every class</source>
      <translation>每类最小点数</translation>
    </message>
    <message>
      <source>Points every class gets, as far as the number allows. Good practice only.</source>
      <translation>在总数允许的范围内每类得到的点数。仅用于良好实践。</translation>
    </message>
    <message>
      <source>Random seed</source>
      <translation>随机种子</translation>
    </message>
    <message>
      <source>The same seed gives the same points of the same map.</source>
      <translation>对同一幅地图，相同的种子给出相同的点。</translation>
    </message>
    <message>
      <source>Show the map's class and weights</source>
      <translation>显示地图类别和权重</translation>
    </message>
    <message>
      <source>Writes class value, class name and the hectares each point stands for, for other programs. Who labels the points should not see them.</source>
      <translation>写入类别值、类别名称和每个点所代表的公顷数，供其他程序使用。标注人员不应看到这些内容。</translation>
    </message>
    <message>
      <source>Sample</source>
      <translation>样本</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label. A file that holds labels already is not overwritten.</source>
      <translation>点 GeoPackage，含字段 id 和 label。已含标注的文件不会被覆盖。</translation>
    </message>
    <message>
      <source>Expected standard error</source>
      <translation>预期标准误</translation>
    </message>
    <message>
      <source>Band of the map</source>
      <translation>地图的波段</translation>
    </message>
    <message>
      <source>Reference points or polygons</source>
      <translation>参考点或参考多边形</translation>
    </message>
    <message>
      <source>Points stand for the pixel they lie in; polygons for the pixels whose centre they hold. A selection is honoured, but no longer a probability sample the layer knows of.</source>
      <translation>点代表其所在的像元；多边形代表中心落在其中的像元。如有选中的要素，则只用选中的，但这时不再是图层所知的概率样本。</translation>
    </message>
    <message>
      <source>Field with the class</source>
      <translation>类别字段</translation>
    </message>
    <message>
      <source>Class names or class values as in the map; empty means no class. Default: label.</source>
      <translation>与地图中相同的类别名称或类别值；空值表示没有类别。默认：label。</translation>
    </message>
    <message>
      <source>Reference raster</source>
      <translation>参考栅格</translation>
    </message>
    <message>
      <source>Another class raster instead of points or polygons, of any CRS and pixel size: its class under the centre of each of the map's pixels counts.</source>
      <translation>用另一个类别栅格代替点或多边形，坐标参照系和像元大小不限：以地图每个像元中心下的类别为准。</translation>
    </message>
    <message>
      <source>Band of the reference raster</source>
      <translation>参考栅格的波段</translation>
    </message>
    <message>
      <source>Probability sample</source>
      <translation>概率样本</translation>
    </message>
    <message>
      <source>Ask the layer (samples of 'Design sample' know)</source>
      <translation>由图层判断（“设计样本”生成的样本自带说明）</translation>
    </message>
    <message>
      <source>Yes: random points of the whole map or of each of its classes</source>
      <translation>是：取自整幅地图或其每个类别的随机点</translation>
    </message>
    <message>
      <source>No</source>
      <translation>否</translation>
    </message>
    <message>
      <source>Whether the points were drawn at random, so that accuracies and areas of the whole map can be estimated.</source>
      <translation>这些点是否随机抽取，从而可以估计整幅地图的精度和面积。</translation>
    </message>
    <message>
      <source>Match classes by</source>
      <translation>类别匹配依据</translation>
    </message>
    <message>
      <source>Class names</source>
      <translation>类别名称</translation>
    </message>
    <message>
      <source>Class values</source>
      <translation>类别值</translation>
    </message>
    <message>
      <source>How the map's class is found for a class of the reference. Automatic: texts by name, numbers by value, rasters by name where both name their classes.</source>
      <translation>如何为参考中的类别找到地图中的类别。自动：文本按名称，数字按值，栅格在两者都有类别名称时按名称。</translation>
    </message>
    <message>
      <source>Page with tables and plots, for reading and printing.</source>
      <translation>含表格和图的页面，便于阅读和打印。</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>表格</translation>
    </message>
    <message>
      <source>Confusion matrix (rows are the reference) and the measures of each class.</source>
      <translation>混淆矩阵（行为参考）以及每个类别的指标。</translation>
    </message>
    <message>
      <source>Figures</source>
      <translation>指标数据</translation>
    </message>
    <message>
      <source>JSON files (*.json)</source>
      <translation>JSON 文件 (*.json)</translation>
    </message>
    <message>
      <source>Every figure, for programs.</source>
      <translation>全部指标，供程序使用。</translation>
    </message>
    <message>
      <source>Points or pixels compared</source>
      <translation>参与比较的点数或像元数</translation>
    </message>
    <message>
      <source>Overall accuracy, as counted</source>
      <translation>总体精度（按计数）</translation>
    </message>
    <message>
      <source>Kappa</source>
      <translation>Kappa</translation>
    </message>
    <message>
      <source>Mean IoU</source>
      <translation>平均 IoU</translation>
    </message>
    <message>
      <source>Mean F1</source>
      <translation>平均 F1</translation>
    </message>
    <message>
      <source>Overall accuracy of the map, estimated</source>
      <translation>地图总体精度（估计值）</translation>
    </message>
    <message>
      <source>Its standard error</source>
      <translation>其标准误</translation>
    </message>
    <message>
      <source>Land-cover layer</source>
      <translation>土地覆盖图层</translation>
    </message>
    <message>
      <source>Class raster, values 1 to 254; its first band is read.</source>
      <translation>类别栅格，值为 1 到 254；读取第一个波段。</translation>
    </message>
    <message>
      <source>Confidence layer</source>
      <translation>置信度图层</translation>
    </message>
    <message>
      <source>Percent on the same pixels, as Classify land cover writes it. Sure pixels then count for more in the majority filter, and doubtful regions are given away first.</source>
      <translation>同一像元上的百分比，由“土地覆盖分类”写出。此时可靠的像元在众数滤波中权重更大，可疑的区域先被并出。</translation>
    </message>
    <message>
      <source>Majority window (pixels)</source>
      <translation>众数窗口（像元）</translation>
    </message>
    <message>
      <source>Each pixel takes the most frequent class of the square around it. An odd number; 1 for no filter.</source>
      <translation>每个像元取其周围方块中最常见的类别。奇数；1 表示不滤波。</translation>
    </message>
    <message>
      <source>Minimum mapping unit (hectares)</source>
      <translation>最小制图单元（公顷）</translation>
    </message>
    <message>
      <source>Smaller regions go to the neighbouring class they share the longest border with. Ground area, not that of the projection; 0 for none.</source>
      <translation>较小的区域并入与其共有边界最长的相邻类别。地面面积，而非投影面积；0 表示不合并。</translation>
    </message>
    <message>
      <source>over edges</source>
      <translation>沿边相连</translation>
    </message>
    <message>
      <source>over edges and corners</source>
      <translation>沿边和角相连</translation>
    </message>
    <message>
      <source>Regions hang together</source>
      <translation>区域的连通方式</translation>
    </message>
    <message>
      <source>Whether pixels that meet only at a corner belong to one region. Polygons always follow edges.</source>
      <translation>仅在角上相接的像元是否属于同一区域。多边形始终沿边。</translation>
    </message>
    <message>
      <source>Simplify polygons (pixels)</source>
      <translation>简化多边形（像元）</translation>
    </message>
    <message>
      <source>By how much of a pixel outlines may leave the pixel edges, to lose their steps; 0.35 does well. Every pixel centre stays in its polygon.</source>
      <translation>为消除锯齿，轮廓可以偏离像元边的像元比例；0.35 效果较好。每个像元的中心仍在其多边形内。</translation>
    </message>
    <message>
      <source>Refined map</source>
      <translation>精炼后的地图</translation>
    </message>
    <message>
      <source>Class raster with the classes, names and colours of the input; 0 = nodata.</source>
      <translation>类别栅格，类别、名称和颜色与输入相同；0 = 无数据。</translation>
    </message>
    <message>
      <source>Polygons</source>
      <translation>多边形</translation>
    </message>
    <message>
      <source>GeoPackage, one polygon per region: value, class, area_ha, confidence (mean percent of the pixels that kept their class), changed (percent of its pixels).</source>
      <translation>GeoPackage，每个区域一个多边形：value、class、area_ha、confidence（保持原类别的像元的平均百分比）、changed（已改变像元的百分比）。</translation>
    </message>
    <message>
      <source>Changed pixels (%)</source>
      <translation>已改变的像元（%）</translation>
    </message>
    <message>
      <source>Regions given to a neighbour</source>
      <translation>并入邻区的区域数</translation>
    </message>
    <message>
      <source>Earlier map</source>
      <translation>较早的地图</translation>
    </message>
    <message>
      <source>Later map</source>
      <translation>较晚的地图</translation>
    </message>
    <message>
      <source>Class raster of the same place; it may lie on other pixels.</source>
      <translation>同一地点的类别栅格；像元可以不同。</translation>
    </message>
    <message>
      <source>Class of either map</source>
      <translation>任一地图中的类别</translation>
    </message>
    <message>
      <source>Compare as</source>
      <translation>比较时视为</translation>
    </message>
    <message>
      <source>Mapping table</source>
      <translation>对应表</translation>
    </message>
    <message>
      <source>Only where names differ: a class of either map, and the name to compare it as. Several classes with one new name count as one. A class that stands alone goes here under its own name.</source>
      <translation>仅在名称不同时填写：任一地图中的一个类别，以及比较时所用的名称。新名称相同的几个类别算作一个。没有对应的类别以其自身名称列在此处。</translation>
    </message>
    <message>
      <source>Pixels of the earlier map</source>
      <translation>较早地图的像元</translation>
    </message>
    <message>
      <source>Pixels of the later map</source>
      <translation>较晚地图的像元</translation>
    </message>
    <message>
      <source>Pixel grid</source>
      <translation>像元格网</translation>
    </message>
    <message>
      <source>Of the other map, what lies under the centres of these pixels is taken.</source>
      <translation>另一幅地图取这些像元中心下的值。</translation>
    </message>
    <message>
      <source>Changes</source>
      <translation>变化</translation>
    </message>
    <message>
      <source>Raster with one value per pair of classes that occurs, named 'from -&gt; to'; 0 where either map has none.</source>
      <translation>栅格，每个出现的类别组合对应一个值，名称为“原类别 -&gt; 新类别”；任一地图无数据处为 0。</translation>
    </message>
    <message>
      <source>Change matrix</source>
      <translation>变化矩阵</translation>
    </message>
    <message>
      <source>Rows are classes of the earlier map, columns of the later one; in pixels, then in hectares of ground.</source>
      <translation>行为较早地图的类别，列为较晚地图的类别；先以像元计，再以地面公顷计。</translation>
    </message>
    <message>
      <source>Compared area (ha)</source>
      <translation>比较面积（公顷）</translation>
    </message>
    <message>
      <source>Changed area (ha)</source>
      <translation>变化面积（公顷）</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may differ from the SAR layer in CRS, pixel size and extent.</source>
      <translation>光学影像：带坐标参照系的栅格文件。其坐标参照系、像元大小和范围可以与 SAR 图层不同。</translation>
    </message>
    <message>
      <source>Bands the network shall learn from. Empty: all.</source>
      <translation>供网络学习的波段。留空：全部。</translation>
    </message>
    <message>
      <source>SAR backscatter image of the same place, geocoded, intensity or amplitude, not complex.</source>
      <translation>同一地点的 SAR 后向散射影像，已地理编码，强度或振幅，非复数。</translation>
    </message>
    <message>
      <source>Polarisations the network shall learn from. Empty: all.</source>
      <translation>供网络学习的极化方式。留空：全部。</translation>
    </message>
    <message>
      <source>What the SAR numbers mean. The tiles keep the numbers; decibels become linear power only where the layer has to be resampled.</source>
      <translation>SAR 数值的含义。瓦片保留原数值；仅在图层需要重采样时，分贝才换算为线性功率。</translation>
    </message>
    <message>
      <source>Label polygons</source>
      <translation>标注多边形</translation>
    </message>
    <message>
      <source>Polygons of known land cover. They need not cover everything: the rest counts as unlabelled. Only selected ones are used if you say so.</source>
      <translation>已知土地覆盖的多边形。不必覆盖全部区域：其余视为未标注。如您要求，则只使用选中的多边形。</translation>
    </message>
    <message>
      <source>Class names, or class values from 1 to 254. Empty means unlabelled. Default: label.</source>
      <translation>类别名称，或 1 到 254 的类别值。空值表示未标注。默认：label。</translation>
    </message>
    <message>
      <source>Label raster</source>
      <translation>标注栅格</translation>
    </message>
    <message>
      <source>A class raster instead of polygons, of any CRS and pixel size; 0 and nodata mean unlabelled.</source>
      <translation>用类别栅格代替多边形，坐标参照系和像元大小不限；0 和无数据表示未标注。</translation>
    </message>
    <message>
      <source>Band of the label raster</source>
      <translation>标注栅格的波段</translation>
    </message>
    <message>
      <source>Value</source>
      <translation>值</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>颜色</translation>
    </message>
    <message>
      <source>List of classes</source>
      <translation>类别列表</translation>
    </message>
    <message>
      <source>Only where the labels shall not decide: value (1 to 254), name, and perhaps colour as #rrggbb of each class. Labels with other classes are refused then.</source>
      <translation>仅在不由标注决定时填写：每个类别的值（1 到 254）、名称，以及可选的 #rrggbb 颜色。含其他类别的标注将被拒绝。</translation>
    </message>
    <message>
      <source>Side of the square pieces, pixels. 256 suits 10 m imagery.</source>
      <translation>方形小块的边长，以像元计。256 适合 10 米影像。</translation>
    </message>
    <message>
      <source>Shares of training, validation, test (%)</source>
      <translation>训练、验证、测试的比例（%）</translation>
    </message>
    <message>
      <source>Of training, validation and test, separated by commas. Tiles are shared out in whole blocks, so that every class has about these shares; 80, 20, 0 leaves the test out.</source>
      <translation>训练、验证和测试的比例，以英文逗号分隔。瓦片以整块分配，使每个类别大致达到这些比例；80, 20, 0 表示不设测试集。</translation>
    </message>
    <message>
      <source>Least labelled part of a tile (%)</source>
      <translation>瓦片的最小标注比例（%）</translation>
    </message>
    <message>
      <source>Tiles with a smaller share of labelled pixels are left out, percent.</source>
      <translation>已标注像元比例更小的瓦片会被舍弃，以百分比表示。</translation>
    </message>
    <message>
      <source>Side of a block (tiles)</source>
      <translation>块的边长（瓦片数）</translation>
    </message>
    <message>
      <source>So many tiles in each direction form a block that stays in one share. Empty: up to 4, fewer where there would be too few blocks.</source>
      <translation>每个方向上这么多瓦片组成一块，整块归入同一部分。留空：最多 4，块数过少时减少。</translation>
    </message>
    <message>
      <source>Gap between blocks (pixels)</source>
      <translation>块间间隔（像元）</translation>
    </message>
    <message>
      <source>Pixels left out between blocks, so that no training tile touches a validation or test tile. Empty: a quarter of a tile.</source>
      <translation>块与块之间舍弃的像元，使训练瓦片不与验证或测试瓦片相接。留空：四分之一瓦片。</translation>
    </message>
    <message>
      <source>The same seed gives the same split of the same labels.</source>
      <translation>对相同的标注，相同的种子给出相同的划分。</translation>
    </message>
    <message>
      <source>Part of the land to take tiles from. Empty: all ground both layers share.</source>
      <translation>提取瓦片的区域。留空：两个图层共有的全部区域。</translation>
    </message>
    <message>
      <source>Labels outside these polygons are not used. A selection is honoured.</source>
      <translation>不使用这些多边形之外的标注。如有选中的要素，则只用选中的。</translation>
    </message>
    <message>
      <source>Pixel grid of the tiles</source>
      <translation>瓦片的像元格网</translation>
    </message>
    <message>
      <source>Whose pixels the tiles have; the other layer is resampled to them.</source>
      <translation>瓦片采用哪个图层的像元；另一个图层会重采样到这些像元上。</translation>
    </message>
    <message>
      <source>Pixel size in units of that layer's CRS (metres, or degrees). Empty: as the layer.</source>
      <translation>像元大小，以该图层坐标参照系的单位表示（米或度）。留空：与图层相同。</translation>
    </message>
    <message>
      <source>Reflectance = number * scale + offset; noted for training. Empty: from the file.</source>
      <translation>反射率 = 数值 * 缩放系数 + 偏移；记录下来供训练使用。留空：取自文件。</translation>
    </message>
    <message>
      <source>Further scenes</source>
      <translation>更多场景</translation>
    </message>
    <message>
      <source>Further places for the same data set: a CSV table with the columns optical, sar and labels (paths, relative to the table) and perhaps name. All need the same bands and units.</source>
      <translation>同一数据集的更多地点：CSV 表，含列 optical、sar 和 labels（相对于该表的路径），以及可选的 name。所有场景的波段和单位必须相同。</translation>
    </message>
    <message>
      <source>Data set</source>
      <translation>数据集</translation>
    </message>
    <message>
      <source>New or empty folder. It gets optical, SAR and label tiles, the lists train.txt, val.txt and test.txt, and dataset.json, which says what they are.</source>
      <translation>新建的或空的文件夹。其中将写入光学、SAR 和标注瓦片，列表 train.txt、val.txt 和 test.txt，以及对其进行说明的 dataset.json。</translation>
    </message>
    <message>
      <source>Tiles</source>
      <translation>瓦片数</translation>
    </message>
    <message>
      <source>Training tiles</source>
      <translation>训练瓦片数</translation>
    </message>
    <message>
      <source>Validation tiles</source>
      <translation>验证瓦片数</translation>
    </message>
    <message>
      <source>Test tiles</source>
      <translation>测试瓦片数</translation>
    </message>
    <message>
      <source>Number of classes</source>
      <translation>类别数</translation>
    </message>
    <message>
      <source>Folder with dataset.json or with folders of optical, SAR and label tiles and the lists train.txt, val.txt (ASANet's layout), or with s1_dir, s2_dir and ann_dir (AMM-FuseNet's).</source>
      <translation>含 dataset.json 的文件夹；或含光学、SAR、标注瓦片文件夹及列表 train.txt、val.txt 的文件夹（ASANet 的结构）；或含 s1_dir、s2_dir 和 ann_dir 的文件夹（AMM-FuseNet 的结构）。</translation>
    </message>
    <message>
      <source>Values the labels may have, separated by commas. Empty: as dataset.json says, else those that are found.</source>
      <translation>标注允许取的值，以英文逗号分隔。留空：按 dataset.json，否则为实际出现的值。</translation>
    </message>
    <message>
      <source>Value of unlabelled pixels</source>
      <translation>未标注像元的值</translation>
    </message>
    <message>
      <source>Empty: as dataset.json says, else 255.</source>
      <translation>留空：按 dataset.json，否则为 255。</translation>
    </message>
    <message>
      <source>Folder of the optical tiles</source>
      <translation>光学瓦片的文件夹</translation>
    </message>
    <message>
      <source>Folder of the SAR tiles</source>
      <translation>SAR 瓦片的文件夹</translation>
    </message>
    <message>
      <source>Folder of the label tiles</source>
      <translation>标注瓦片的文件夹</translation>
    </message>
    <message>
      <source>Its name inside the data set. Empty: found by its name.</source>
      <translation>在数据集中的名称。留空：按名称查找。</translation>
    </message>
    <message>
      <source>Samples in the report</source>
      <translation>报告中的样例数</translation>
    </message>
    <message>
      <source>So many samples are shown, spread evenly over the lists.</source>
      <translation>显示的样例数，均匀取自各列表。</translation>
    </message>
    <message>
      <source>Page with findings, class balance, band statistics and pictures of samples.</source>
      <translation>页面，含检查结果、类别平衡、波段统计和样例图片。</translation>
    </message>
    <message>
      <source>Kinds of errors</source>
      <translation>错误种类数</translation>
    </message>
    <message>
      <source>Kinds of warnings</source>
      <translation>警告种类数</translation>
    </message>
    <message>
      <source>Samples</source>
      <translation>样例数</translation>
    </message>
    <message>
      <source>Folder that 'Create training data' made: tiles, lists and dataset.json. Run 'Check training data' on it first.</source>
      <translation>“创建训练数据”生成的文件夹：瓦片、列表和 dataset.json。请先对它运行“检查训练数据”。</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>网络</translation>
    </message>
    <message>
      <source>Which network, and where it comes in sizes, how large: asanet atto is the smallest and trains on a CPU in minutes; tiny and base want a GPU. Not asked where you start from a model.</source>
      <translation>使用哪种网络；有多种规模时，选哪种规模：asanet atto 最小，在 CPU 上几分钟即可训练；tiny 和 base 需要 GPU。从已有模型开始时不使用此项。</translation>
    </message>
    <message>
      <source>Start from this model</source>
      <translation>从此模型开始</translation>
    </message>
    <message>
      <source>Model whose weights are the start; often better than fresh ones where labels are few. It needs as many optical and SAR bands as the data set; its classes may be others. Empty: fresh weights.</source>
      <translation>以其权重作为起点的模型；标注较少时往往优于全新的权重。其光学和 SAR 波段数须与数据集相同，类别可以不同。留空：使用全新的权重。</translation>
    </message>
    <message>
      <source>Time for training (minutes)</source>
      <translation>训练时间（分钟）</translation>
    </message>
    <message>
      <source>The learning rate falls to its end within this time. Starting, preparing tiles and writing the model come on top. Empty or 0: as many as the epochs take.</source>
      <translation>学习率在此时间内降至终值。启动、准备瓦片和写入模型的时间另计。留空或 0：由轮数决定。</translation>
    </message>
    <message>
      <source>Epochs</source>
      <translation>训练轮数</translation>
    </message>
    <message>
      <source>So many times each training tile is seen, about. With minutes, whichever ends first. Empty: no limit.</source>
      <translation>每个训练瓦片大约被使用的次数。同时指定分钟数时，以先到者为准。留空：不限。</translation>
    </message>
    <message>
      <source>Where the network is trained.</source>
      <translation>网络在何处训练。</translation>
    </message>
    <message>
      <source>Form of the network</source>
      <translation>网络形式</translation>
    </message>
    <message>
      <source>Other forms of the network, such as variant=cfm or modality=optical; several separated by commas.</source>
      <translation>网络的其他形式，例如 variant=cfm 或 modality=optical；多个以逗号分隔。</translation>
    </message>
    <message>
      <source>Samples of one step. Smaller if memory runs out.</source>
      <translation>每步的样例数。内存不足时请减小。</translation>
    </message>
    <message>
      <source>Crop (pixels)</source>
      <translation>裁剪大小（像元）</translation>
    </message>
    <message>
      <source>Side of a sample, pixels. Empty: the tile's, up to 192.</source>
      <translation>样例的边长（像元）。留空：取瓦片的边长，最大 192。</translation>
    </message>
    <message>
      <source>Learning rate</source>
      <translation>学习率</translation>
    </message>
    <message>
      <source>Empty: one that suits the network, a third of it where you start from a model.</source>
      <translation>留空：取适合该网络的值；从已有模型开始时取其三分之一。</translation>
    </message>
    <message>
      <source>Of weights and samples.</source>
      <translation>用于权重和样例。</translation>
    </message>
    <message>
      <source>Worker processes</source>
      <translation>工作进程数</translation>
    </message>
    <message>
      <source>Processes that make samples, on Linux. Empty: chosen for the device.</source>
      <translation>制作样例的进程数，仅限 Linux。留空：按设备选择。</translation>
    </message>
    <message>
      <source>Samples without optical or SAR (%)</source>
      <translation>缺少光学或 SAR 的样例（%）</translation>
    </message>
    <message>
      <source>In so many samples optical or SAR is left out, so that the model can map where one is missing (clouds, gaps). 20 is a good value; accuracy where both are there falls a little.</source>
      <translation>在此比例的样例中略去光学或 SAR，使模型在缺少其中之一（云、空缺）的地方也能制图。20 是合适的值；两者都有的地方精度会略有下降。</translation>
    </message>
    <message>
      <source>Title of the model</source>
      <translation>模型标题</translation>
    </message>
    <message>
      <source>Name of the model for people. Empty: that of the data set.</source>
      <translation>供人阅读的模型名称。留空：取数据集的名称。</translation>
    </message>
    <message>
      <source>Licence of the model</source>
      <translation>模型的许可证</translation>
    </message>
    <message>
      <source>Under which the model may be used; it stands in the model file. That of your data may bind you.</source>
      <translation>模型的使用许可，会写入模型文件。您的数据的许可证可能对您有约束。</translation>
    </message>
    <message>
      <source>Model files (*.safetensors)</source>
      <translation>模型文件 (*.safetensors)</translation>
    </message>
    <message>
      <source>Model file (.safetensors) for 'Classify land cover'. Cancelling writes the best weights so far.</source>
      <translation>供“土地覆盖分类”使用的模型文件（.safetensors）。取消时写入迄今最好的权重。</translation>
    </message>
    <message>
      <source>HTML page with curves, confusion matrix, accuracy of each class and predictions beside the labels.</source>
      <translation>HTML 页面，含曲线、混淆矩阵、每个类别的精度，以及与标注并列的预测结果。</translation>
    </message>
    <message>
      <source>Overall accuracy</source>
      <translation>总体精度</translation>
    </message>
    <message>
      <source>Steps behind the weights</source>
      <translation>得到该权重的步数</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>模型文件</translation>
    </message>
    <message>
      <source>A model file (.safetensors) on this computer. Either this or an address.</source>
      <translation>本机上的模型文件（.safetensors）。此项与网址二选一。</translation>
    </message>
    <message>
      <source>Or its address on the web</source>
      <translation>或其网址</translation>
    </message>
    <message>
      <source>An address that starts with https:// or http://. QGIS's proxy and certificates are used.</source>
      <translation>以 https:// 或 http:// 开头的网址。使用 QGIS 的代理和证书。</translation>
    </message>
    <message>
      <source>SHA-256</source>
      <translation>SHA-256</translation>
    </message>
    <message>
      <source>Checksum of the file as its publisher gives it, 64 digits; another file is refused. Empty: not compared.</source>
      <translation>发布者给出的文件校验和，64 位；不同的文件会被拒绝。留空：不比较。</translation>
    </message>
    <message>
      <source>Install (untick to only see the card)</source>
      <translation>安装（取消勾选则只查看模型卡）</translation>
    </message>
    <message>
      <source>Unticked, the file is read and shown, and nothing is kept.</source>
      <translation>不勾选时只读取并显示文件，不保留任何内容。</translation>
    </message>
    <message>
      <source>Replace an installed model of the same name</source>
      <translation>替换已安装的同名模型</translation>
    </message>
    <message>
      <source>Otherwise an installed model of that name stays and the import is refused.</source>
      <translation>否则保留已安装的同名模型，并拒绝导入。</translation>
    </message>
    <message>
      <source>Title</source>
      <translation>标题</translation>
    </message>
    <message>
      <source>An installed model, by title or name, or the path of a model file (.safetensors).</source>
      <translation>已安装的模型（按标题或名称），或模型文件（.safetensors）的路径。</translation>
    </message>
    <message>
      <source>Model card</source>
      <translation>模型卡</translation>
    </message>
    <message>
      <source>The card as a page, classes in their colours.</source>
      <translation>以页面形式给出的模型卡，类别以其颜色显示。</translation>
    </message>
    <message>
      <source>STAC item</source>
      <translation>STAC 条目</translation>
    </message>
    <message>
      <source>The card as a STAC item with the Machine Learning Model extension, for catalogues.</source>
      <translation>采用 Machine Learning Model 扩展的 STAC 条目形式的模型卡，用于目录。</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>所有文件 (*)</translation>
    </message>
    <message>
      <source>Show status</source>
      <translation>显示状态</translation>
    </message>
    <message>
      <source>Use this Python</source>
      <translation>使用此 Python</translation>
    </message>
    <message>
      <source>Create the managed environment</source>
      <translation>创建托管环境</translation>
    </message>
    <message>
      <source>Remove the managed environment</source>
      <translation>删除托管环境</translation>
    </message>
    <message>
      <source>Plan: what would a creation download?</source>
      <translation>计划：创建时会下载什么？</translation>
    </message>
    <message>
      <source>Repair the managed environment</source>
      <translation>修复托管环境</translation>
    </message>
    <message>
      <source>What to do</source>
      <translation>要执行的操作</translation>
    </message>
    <message>
      <source>See above.</source>
      <translation>见上文。</translation>
    </message>
    <message>
      <source>Python</source>
      <translation>Python</translation>
    </message>
    <message>
      <source>The python program (python.exe, bin/python3) to use; when creating, the one to build on (3.10 or newer). Empty when creating: QGIS's own.</source>
      <translation>要使用的 Python 程序（python.exe、bin/python3）；创建时则为所基于的 Python（3.10 或更新）。创建时留空：QGIS 自带的 Python。</translation>
    </message>
    <message>
      <source>Yes, download PyTorch (the plan says how much)</source>
      <translation>是，下载 PyTorch（大小见计划）</translation>
    </message>
    <message>
      <source>Needed to create the environment; nothing is downloaded without it. About 0.3 GB, with support for NVIDIA GPUs 2.8 GB.</source>
      <translation>创建环境所必需；不勾选则不下载任何内容。约 0.3 GB，支持 NVIDIA GPU 时为 2.8 GB。</translation>
    </message>
    <message>
      <source>Automatic: for the NVIDIA GPU if driver and GPU allow it</source>
      <translation>自动：驱动和 GPU 允许时用于 NVIDIA GPU</translation>
    </message>
    <message>
      <source>Build of PyTorch</source>
      <translation>PyTorch 版本类型</translation>
    </message>
    <message>
      <source>For NVIDIA GPUs the CUDA version is chosen by driver and GPU. Apple GPUs need no choice.</source>
      <translation>对 NVIDIA GPU，按驱动和 GPU 选择 CUDA 版本。Apple GPU 无需选择。</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>wheel 文件夹</translation>
    </message>
    <message>
      <source>Install from these downloaded files instead of from the network (docs/user/runtime.md says how to get them).</source>
      <translation>从这些已下载的文件安装，而不通过网络（获取方法见 docs/user/runtime.md）。</translation>
    </message>
    <message>
      <source>HTML files (*.html);;Markdown files (*.md)</source>
      <translation>HTML 文件 (*.html);;Markdown 文件 (*.md)</translation>
    </message>
    <message>
      <source>Status report</source>
      <translation>状态报告</translation>
    </message>
    <message>
      <source>The status as a page or as Markdown, for a bug report: your home folder appears as ~.</source>
      <translation>以页面或 Markdown 形式给出的状态，用于报告问题：您的主文件夹显示为 ~。</translation>
    </message>
    <message>
      <source>Python used</source>
      <translation>所用的 Python</translation>
    </message>
    <message>
      <source>PyTorch version</source>
      <translation>PyTorch 版本</translation>
    </message>
    <message>
      <source>Best device</source>
      <translation>最佳设备</translation>
    </message>
    <message>
      <source>Optical image: a raster file with a CRS. It may be left out if the model was trained to do without one layer.</source>
      <translation>光学影像：带坐标参照系的栅格文件。若模型经过训练可以不依赖其中一个图层，则可省略。</translation>
    </message>
    <message>
      <source>SAR image of the same place, geocoded; its own CRS and pixels. It may be left out if the model was trained to do without one layer.</source>
      <translation>同一地点的 SAR 影像，已地理编码；可有自己的坐标参照系和像元。若模型经过训练可以不依赖其中一个图层，则可省略。</translation>
    </message>
    <message>
      <source>Smaller regions go to a neighbouring class; 0 for none.</source>
      <translation>较小的区域并入相邻类别；0 表示不合并。</translation>
    </message>
    <message>
      <source>What share of each class you expect to be right, 0 to 1; the number of points follows from it.</source>
      <translation>您预期每个类别正确的比例，0 到 1；点数由此得出。</translation>
    </message>
    <message>
      <source>Class raster of the model's classes, 0 = nodata.</source>
      <translation>类别栅格，含模型的类别，0 = 无数据。</translation>
    </message>
    <message>
      <source>GeoPackage of points with the fields id and label.</source>
      <translation>点 GeoPackage，含字段 id 和 label。</translation>
    </message>
    <message>
      <source>Assess accuracy</source>
      <translation>精度评价</translation>
    </message>
    <message>
      <source>Accuracy</source>
      <translation>精度</translation>
    </message>
    <message>
      <source>Confusion matrix, accuracies and adjusted areas of a class raster</source>
      <translation>类别栅格的混淆矩阵、各项精度和校正面积</translation>
    </message>
    <message>
      <source>accuracy,validation,confusion matrix,error matrix,kappa,IoU,F1,user's accuracy,producer's accuracy,area estimation,confidence interval,Olofsson,Stehman,land cover</source>
      <translation>精度,验证,混淆矩阵,误差矩阵,kappa,IoU,F1,用户精度,生产者精度,面积估计,置信区间,Olofsson,Stehman,土地覆盖</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds a class raster against labelled points, labelled polygons or another class raster: confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU.&lt;/p&gt;&lt;p&gt;Of points drawn at random (&lt;i&gt;Design sample&lt;/i&gt;), it also estimates the accuracies of the whole map and the true area of each class, with 95 % confidence intervals (Olofsson et al. 2014; Stehman 2014).&lt;/p&gt;</source>
      <translation>&lt;p&gt;将类别栅格与已标注的点、已标注的多边形或另一个类别栅格比较：混淆矩阵、总体精度、kappa、用户精度和生产者精度、F1 和 IoU。&lt;/p&gt;&lt;p&gt;对随机抽取的点（&lt;i&gt;设计样本&lt;/i&gt;），还估计整幅地图的精度和每个类别的真实面积，并给出 95 % 置信区间（Olofsson 等 2014；Stehman 2014）。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check alignment (optical and SAR)</source>
      <translation>检查对齐（光学与 SAR）</translation>
    </message>
    <message>
      <source>Preparation</source>
      <translation>预处理</translation>
    </message>
    <message>
      <source>How far a SAR layer lies from an optical one, as arrows and in words</source>
      <translation>SAR 图层与光学图层相差多远，以箭头和文字表示</translation>
    </message>
    <message>
      <source>SAR,radar,optical,alignment,align,co-registration,coregistration,registration,shift,offset,displacement,georeferencing,matching,correlation</source>
      <translation>SAR,雷达,光学,对齐,配准,影像配准,偏移,位移,地理配准,匹配,相关</translation>
    </message>
    <message>
      <source>&lt;p&gt;Measures whether a SAR layer lies on an optical one, to a part of a pixel: in 50 to 400 windows spread over the scene, by the edges both show. The log says in words what was found.&lt;/p&gt;&lt;p&gt;Each arrow leads from a place in the optical layer to where the SAR layer shows it; its attributes give the shift in pixels and metres. Grey arrows are doubtful.&lt;/p&gt;&lt;p&gt;A constant shift can be mended: the corrected SAR layer has the same pixels and another origin. In hills a SAR layer without terrain correction is shifted by other amounts at other heights; that needs terrain correction.&lt;/p&gt;</source>
      <translation>&lt;p&gt;以亚像元精度测量 SAR 图层是否与光学图层重合：在遍布场景的 50 到 400 个窗口中，依据两者都显示的边缘进行。日志以文字说明测量结果。&lt;/p&gt;&lt;p&gt;每个箭头从光学图层中的一个地点指向 SAR 图层显示该地点的位置；其属性给出以像元和米计的偏移。灰色箭头不可靠。&lt;/p&gt;&lt;p&gt;恒定的偏移可以修正：校正后的 SAR 图层像元不变，原点不同。在山区，未经地形校正的 SAR 图层在不同高程上的偏移不同，需要进行地形校正。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Check training data</source>
      <translation>检查训练数据</translation>
    </message>
    <message>
      <source>Training</source>
      <translation>训练</translation>
    </message>
    <message>
      <source>What is wrong with a folder of training data</source>
      <translation>训练数据文件夹中存在的问题</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,data set,dataset,check,validate,quality,class balance,statistics,mean,standard deviation,leakage,alignment,deep learning</source>
      <translation>训练,标注,样例,瓦片,数据集,dataset,检查,验证,质量,类别平衡,统计,均值,标准差,数据泄漏,对齐,深度学习</translation>
    </message>
    <message>
      <source>&lt;p&gt;Reads every tile of a training data set and says what would spoil training or make it suffer: missing or unreadable files, sizes and places that differ, labels outside the class list, samples in two lists, neighbours on both sides of a split, empty or constant images, NaN, rare or missing classes, SAR that does not lie on the optical image.&lt;/p&gt;&lt;p&gt;Folders of &lt;i&gt;Create training data&lt;/i&gt; and folders in ASANet's or AMM-FuseNet's layout can be checked; nothing in them is changed. The report shows samples side by side: look at them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;读取训练数据集的每个瓦片，说明哪些问题会破坏或影响训练：缺失或无法读取的文件、不一致的大小和位置、类别列表之外的标注、同时出现在两个列表中的样例、划分两侧相邻的瓦片、空白或恒定的影像、NaN、稀少或缺失的类别、与光学影像不重合的 SAR。&lt;/p&gt;&lt;p&gt;可以检查由&lt;i&gt;创建训练数据&lt;/i&gt;生成的文件夹，以及采用 ASANet 或 AMM-FuseNet 结构的文件夹；不会更改其中任何内容。报告并排显示样例：请查看。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify land cover (optical + SAR)</source>
      <translation>土地覆盖分类（光学 + SAR）</translation>
    </message>
    <message>
      <source>Land-cover map from an optical and a SAR layer</source>
      <translation>由光学图层和 SAR 图层生成土地覆盖图</translation>
    </message>
    <message>
      <source>land cover,land use,classification,segmentation,deep learning,neural network,radar,SAR,optical,Sentinel-1,Sentinel-2,fusion,ASANet,raster</source>
      <translation>土地覆盖,土地利用,分类,语义分割,深度学习,神经网络,雷达,SAR,光学,Sentinel-1,Sentinel-2,融合,ASANet,栅格</translation>
    </message>
    <message>
      <source>&lt;p&gt;Maps land cover from an optical and a SAR layer of the same place with a two-input neural network. The layers may differ in CRS, pixel size and extent: they are put on one grid while they are read. Where either has no data, the map has none, unless the model was trained to do without one. With such a model one of the two layers may also be left out.&lt;/p&gt;&lt;p&gt;Choose the two layers and a model; everything else has a sensible default. The network runs in a process of its own; the algorithm &lt;i&gt;Runtime&lt;/i&gt; sets that up.&lt;/p&gt;</source>
      <translation>&lt;p&gt;用双输入神经网络，由同一地点的光学图层和 SAR 图层制作土地覆盖图。两个图层的坐标参照系、像元大小和范围可以不同：读取时会放到同一格网上。任一图层无数据处，地图也无数据，除非模型经过训练可以不依赖该图层。使用这样的模型时，也可以省略两个图层之一。&lt;/p&gt;&lt;p&gt;选择两个图层和一个模型即可，其余都有合理的默认值。网络在单独的进程中运行，由算法&lt;i&gt;运行环境&lt;/i&gt;设置。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No Python with PyTorch (torch) is known, and the network needs one. Run the algorithm 'Runtime: status and set-up' (rgbsar:runtime): choose a Python that has torch, numpy and safetensors, or let it create a managed environment.</source>
      <translation>没有已知的带 PyTorch（torch）的 Python，而网络需要它。请运行算法“运行环境：状态与设置”（rgbsar:runtime）：选择装有 torch、numpy 和 safetensors 的 Python，或让它创建托管环境。</translation>
    </message>
    <message>
      <source>Compare maps (change matrix)</source>
      <translation>比较地图（变化矩阵）</translation>
    </message>
    <message>
      <source>What changed between two land-cover layers</source>
      <translation>两个土地覆盖图层之间发生的变化</translation>
    </message>
    <message>
      <source>land cover,change,change detection,change matrix,transition,from-to,cross tabulation,difference,gain,loss,post-classification comparison</source>
      <translation>土地覆盖,变化,变化检测,变化矩阵,转移,转移矩阵,交叉列表,差异,增加,减少,分类后比较</translation>
    </message>
    <message>
      <source>&lt;p&gt;Holds two land-cover layers of the same place against each other: which class became which, in pixels and hectares, and a layer that names every change. Layers on different pixels or in different CRS are put on one grid.&lt;/p&gt;&lt;p&gt;Classes are matched by name; where the names differ, a table says which mean the same.&lt;/p&gt;&lt;p&gt;Errors of both maps count as change. For the area of change with its uncertainty, assess the change layer with a reference sample.&lt;/p&gt;</source>
      <translation>&lt;p&gt;比较同一地点的两个土地覆盖图层：哪个类别变成了哪个类别，以像元和公顷计，并生成标明每种变化的图层。像元或坐标参照系不同的图层会放到同一格网上。&lt;/p&gt;&lt;p&gt;类别按名称匹配；名称不同时，由一张表说明哪些含义相同。&lt;/p&gt;&lt;p&gt;两幅地图的误差也会算作变化。要得到变化面积及其不确定性，请用参考样本评价变化图层。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Create training data</source>
      <translation>创建训练数据</translation>
    </message>
    <message>
      <source>Tiles with labels, split by blocks, from an optical and a SAR layer</source>
      <translation>由光学图层和 SAR 图层生成带标注、按块划分的瓦片</translation>
    </message>
    <message>
      <source>training,labels,samples,tiles,chips,patches,data set,dataset,train validation test split,spatial blocks,polygons,ground truth,land cover,deep learning,SAR,optical</source>
      <translation>训练,标注,样例,瓦片,切片,图像块,数据集,dataset,训练验证测试划分,空间分块,多边形,地面真值,土地覆盖,深度学习,SAR,光学</translation>
    </message>
    <message>
      <source>&lt;p&gt;Cuts an optical and a SAR layer, and what is known of the land cover there, into tiles from which a network can learn. The labels are polygons with a class, or a class raster; a few well-chosen polygons of each class in many places are better than one corner labelled completely.&lt;/p&gt;&lt;p&gt;The tiles are split into training, validation and test by blocks with a gap between them, so that no tile the network learns from touches one it is judged by. The log counts the labelled pixels of each class in each share.&lt;/p&gt;</source>
      <translation>&lt;p&gt;将光学图层、SAR 图层以及当地已知的土地覆盖切成网络可以学习的瓦片。标注是带类别的多边形或类别栅格；在许多地点为每个类别选取少量合适的多边形，胜过把一个角落全部标注。&lt;/p&gt;&lt;p&gt;瓦片以带间隔的块划分为训练、验证和测试，使网络学习的瓦片不与用来评判它的瓦片相接。日志统计每一部分中每个类别的已标注像元数。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Describe model</source>
      <translation>描述模型</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>What a model needs, which classes it maps, how accurate it was</source>
      <translation>模型需要什么、制作哪些类别、精度如何</translation>
    </message>
    <message>
      <source>model,card,metadata,classes,bands,licence,accuracy,STAC,MLM,safetensors,checksum</source>
      <translation>模型,模型卡,元数据,类别,波段,许可证,精度,STAC,MLM,safetensors,校验和</translation>
    </message>
    <message>
      <source>&lt;p&gt;Every model file carries a card: which bands it takes and in which units, the pixel size it was trained on, its classes and colours, what it was trained and tested on, its licence. This algorithm shows the card; the network itself is not loaded, so no PyTorch is needed.&lt;/p&gt;</source>
      <translation>&lt;p&gt;每个模型文件都带有一张模型卡：采用哪些波段及其单位、训练时的像元大小、类别和颜色、用什么训练和测试、许可证。本算法显示模型卡；不加载网络本身，因此不需要 PyTorch。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Design sample (stratified random points)</source>
      <translation>设计样本（分层随机点）</translation>
    </message>
    <message>
      <source>Random points within each class of a map, to be labelled for an accuracy assessment</source>
      <translation>地图每个类别内的随机点，标注后用于精度评价</translation>
    </message>
    <message>
      <source>accuracy,validation,sample,sample size,stratified,random points,reference,Olofsson,Cochran,land cover</source>
      <translation>精度,验证,样本,样本量,分层,随机点,参考,Olofsson,Cochran,土地覆盖</translation>
    </message>
    <message>
      <source>&lt;p&gt;Draws random points within each class of a map, to be labelled from better images or in the field. The number of points is computed from the accuracy you expect and the standard error you want (Olofsson et al. 2014; Cochran 1977).&lt;/p&gt;&lt;p&gt;Fill the field &lt;i&gt;label&lt;/i&gt; with class names, then run &lt;i&gt;Assess accuracy&lt;/i&gt;. The map's class is not shown, so that it cannot sway who labels; the layer remembers the design.&lt;/p&gt;</source>
      <translation>&lt;p&gt;在地图的每个类别内抽取随机点，根据更好的影像或实地调查进行标注。点数由您预期的精度和期望的标准误算出（Olofsson 等 2014；Cochran 1977）。&lt;/p&gt;&lt;p&gt;在字段 &lt;i&gt;label&lt;/i&gt; 中填写类别名称，然后运行&lt;i&gt;精度评价&lt;/i&gt;。地图的类别不显示，以免影响标注人员；图层会记住抽样设计。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Import model</source>
      <translation>导入模型</translation>
    </message>
    <message>
      <source>Install a model file from disk or from the web</source>
      <translation>从磁盘或网络安装模型文件</translation>
    </message>
    <message>
      <source>model,install,download,weights,URL,checksum,SHA-256,safetensors,model zoo</source>
      <translation>模型,安装,下载,权重,URL,校验和,SHA-256,safetensors,模型库</translation>
    </message>
    <message>
      <source>&lt;p&gt;Copies or downloads a model file into the models folder; &lt;i&gt;Classify land cover&lt;/i&gt; then offers it by its title. The file is read first: its card and checksum are shown, and a damaged file, another kind of file or one with another checksum than the announced one is refused. Model files hold numbers and text; nothing in them is ever executed.&lt;/p&gt;&lt;p&gt;Untick &lt;i&gt;Install&lt;/i&gt; to see card and checksum of a file first.&lt;/p&gt;</source>
      <translation>&lt;p&gt;将模型文件复制或下载到模型文件夹；之后&lt;i&gt;土地覆盖分类&lt;/i&gt;会按标题列出它。首先读取文件：显示其模型卡和校验和，并拒绝损坏的文件、其他类型的文件或校验和与公布值不符的文件。模型文件只含数字和文本，其中的内容绝不会被执行。&lt;/p&gt;&lt;p&gt;取消勾选&lt;i&gt;安装&lt;/i&gt;，可先查看文件的模型卡和校验和。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Classify, refine and design sample (model)</source>
      <translation>分类、精炼并设计样本（模型）</translation>
    </message>
    <message>
      <source>From two layers to a refined map and a sample to be labelled, in one go</source>
      <translation>由两个图层一次得到精炼后的地图和待标注的样本</translation>
    </message>
    <message>
      <source>land cover,model,workflow,chain,classification,refine,sample,optical,SAR</source>
      <translation>土地覆盖,模型,工作流,流程链,分类,精炼,样本,光学,SAR</translation>
    </message>
    <message>
      <source>&lt;p&gt;Three steps in one: &lt;i&gt;Classify land cover&lt;/i&gt;, &lt;i&gt;Refine map&lt;/i&gt; with a minimum mapping unit, and &lt;i&gt;Design sample&lt;/i&gt;, whose points are to be labelled before &lt;i&gt;Assess accuracy&lt;/i&gt; can tell how right the map is.&lt;/p&gt;&lt;p&gt;It is a model of the Model Designer: open the file land_cover_chain.model3 in the plugin's folder processing_models to see it, or to make your own from it.&lt;/p&gt;</source>
      <translation>&lt;p&gt;三步合一：&lt;i&gt;土地覆盖分类&lt;/i&gt;、按最小制图单元&lt;i&gt;精炼地图&lt;/i&gt;，以及&lt;i&gt;设计样本&lt;/i&gt;；样本点须先标注，&lt;i&gt;精度评价&lt;/i&gt;才能说明地图的正确程度。&lt;/p&gt;&lt;p&gt;它是模型设计器的模型：打开插件文件夹 processing_models 中的 land_cover_chain.model3 即可查看，或以它为基础制作自己的模型。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Prepare SAR (units, speckle, grid)</source>
      <translation>SAR 预处理（单位、斑点、格网）</translation>
    </message>
    <message>
      <source>SAR layer in dB or linear power, with less speckle, on another layer's pixels</source>
      <translation>以 dB 或线性功率表示、斑点更少、位于另一图层像元上的 SAR 图层</translation>
    </message>
    <message>
      <source>SAR,radar,speckle,despeckle,filter,Lee,refined Lee,Lee sigma,gamma MAP,Frost,multitemporal,calibration,decibel,dB,sigma0,gamma0,backscatter,Sentinel-1,align</source>
      <translation>SAR,雷达,斑点,去斑,滤波,Lee,精致 Lee,Lee sigma,gamma MAP,Frost,多时相,定标,分贝,dB,sigma0,gamma0,后向散射,Sentinel-1,对齐</translation>
    </message>
    <message>
      <source>&lt;p&gt;Converts a SAR layer to linear power or decibels, reduces speckle, and writes it on the pixels of another layer if you choose one. Several days of the same pixels can be averaged first.&lt;/p&gt;&lt;p&gt;Filters and means work on linear power, whatever the input's unit. Rasters of any size are filtered in strips.&lt;/p&gt;</source>
      <translation>&lt;p&gt;将 SAR 图层换算为线性功率或分贝，抑制斑点，并在您选择了另一图层时写到该图层的像元上。可以先对相同像元的多个日期求平均。&lt;/p&gt;&lt;p&gt;无论输入单位如何，滤波和平均都以线性功率进行。任意大小的栅格都分条带滤波。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Refine map (majority, minimum mapping unit, polygons)</source>
      <translation>精炼地图（众数、最小制图单元、多边形）</translation>
    </message>
    <message>
      <source>Filters and generalises a land-cover layer, and makes polygons of it</source>
      <translation>对土地覆盖图层进行滤波和综合，并生成多边形</translation>
    </message>
    <message>
      <source>land cover,sieve,majority,mode filter,minimum mapping unit,MMU,generalise,generalize,clump,eliminate,speckle,smooth,polygonize,vectorize,simplify,post-classification</source>
      <translation>土地覆盖,筛除,众数,众数滤波,最小制图单元,MMU,制图综合,聚块,合并,消除,斑点,平滑,栅格转多边形,矢量化,简化,分类后处理</translation>
    </message>
    <message>
      <source>&lt;p&gt;Removes from a land-cover layer what is too small to be mapped: a majority filter first, then regions below a minimum mapping unit, the least certain ones first. Nodata, class values, names and colours stay.&lt;/p&gt;&lt;p&gt;Polygons, if wanted, carry class, ground area, mean confidence and the share of changed pixels. Neighbours share their edges to the last digit, also when simplified.&lt;/p&gt;</source>
      <translation>&lt;p&gt;从土地覆盖图层中去除过小而不宜制图的部分：先进行众数滤波，再合并小于最小制图单元的区域，最不确定的先合并。无数据、类别值、名称和颜色保持不变。&lt;/p&gt;&lt;p&gt;如需多边形，多边形带有类别、地面面积、平均置信度和已改变像元的比例。相邻多边形的公共边完全一致，简化后也是如此。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Runtime: status and set-up</source>
      <translation>运行环境：状态与设置</translation>
    </message>
    <message>
      <source>Set-up</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>Which Python runs the network, and how to change it</source>
      <translation>由哪个 Python 运行网络，以及如何更改</translation>
    </message>
    <message>
      <source>install,torch,PyTorch,GPU,CUDA,Python,interpreter,environment,diagnosis,status</source>
      <translation>安装,torch,PyTorch,GPU,CUDA,Python,解释器,环境,诊断,状态</translation>
    </message>
    <message>
      <source>&lt;p&gt;The network needs PyTorch, which runs in a process of its own: never inside QGIS, so neither can harm the other. This algorithm shows which Python is used, changes it, or sets one up.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Status&lt;/b&gt; tests the Python in use. &lt;b&gt;Use&lt;/b&gt; makes another one the standard: a conda or virtual environment with torch, numpy and safetensors. &lt;b&gt;Plan&lt;/b&gt; says what a creation would download and where it would lie; nothing is downloaded. &lt;b&gt;Create&lt;/b&gt; downloads PyTorch into an environment of the plugin's own, outside QGIS; one that was stopped goes on where it was. &lt;b&gt;Repair&lt;/b&gt; makes a broken environment anew from what is downloaded already. &lt;b&gt;Remove&lt;/b&gt; deletes environment and downloads and forgets a chosen Python.&lt;/p&gt;</source>
      <translation>&lt;p&gt;网络需要 PyTorch，它在单独的进程中运行，绝不在 QGIS 内，因此两者互不影响。本算法显示所用的 Python、更换它，或设置一个新的。&lt;/p&gt;&lt;p&gt;&lt;b&gt;显示状态&lt;/b&gt;：测试当前的 Python。&lt;b&gt;使用&lt;/b&gt;：改用另一个 Python，即装有 torch、numpy 和 safetensors 的 conda 或虚拟环境。&lt;b&gt;计划&lt;/b&gt;：说明创建时会下载什么、放在何处；不下载任何内容。&lt;b&gt;创建&lt;/b&gt;：将 PyTorch 下载到插件自己的、位于 QGIS 之外的环境中；中断的创建会从中断处继续。&lt;b&gt;修复&lt;/b&gt;：用已下载的内容重建损坏的环境。&lt;b&gt;删除&lt;/b&gt;：删除环境和下载内容，并忘记所选的 Python。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Train model</source>
      <translation>训练模型</translation>
    </message>
    <message>
      <source>A land-cover model of your own from training data</source>
      <translation>用训练数据制作自己的土地覆盖模型</translation>
    </message>
    <message>
      <source>training,train,learn,fit,model,neural network,deep learning,fine-tuning,transfer learning,land cover,classification,segmentation,SAR,optical,ASANet,U-Net</source>
      <translation>训练,学习,拟合,模型,神经网络,深度学习,微调,迁移学习,土地覆盖,分类,语义分割,SAR,光学,ASANet,U-Net</translation>
    </message>
    <message>
      <source>&lt;p&gt;Teaches a network the classes of your training data. The result is a model file for &lt;i&gt;Classify land cover&lt;/i&gt;, and a report that says how good it is, on tiles it did not learn from.&lt;/p&gt;&lt;p&gt;Choose the folder that &lt;i&gt;Create training data&lt;/i&gt; made, and how long you can wait; everything else has a sensible default. The log shows loss and mean IoU as they come. &lt;b&gt;Cancel&lt;/b&gt; when you have seen enough: the best weights so far become the model.&lt;/p&gt;&lt;p&gt;Training runs outside QGIS in the Python that &lt;i&gt;Runtime&lt;/i&gt; sets up, which needs the packages lightning and PyYAML beside torch; the managed environment has them.&lt;/p&gt;</source>
      <translation>&lt;p&gt;让网络学习您的训练数据中的类别。结果是供&lt;i&gt;土地覆盖分类&lt;/i&gt;使用的模型文件，以及一份报告，说明模型在未参与学习的瓦片上表现如何。&lt;/p&gt;&lt;p&gt;选择&lt;i&gt;创建训练数据&lt;/i&gt;生成的文件夹，以及您能等待的时间；其余各项都有合理的默认值。日志会随训练显示损失和平均 IoU。看够了就按&lt;b&gt;取消&lt;/b&gt;：迄今最好的权重即成为模型。&lt;/p&gt;&lt;p&gt;训练在 QGIS 之外、由&lt;i&gt;运行环境&lt;/i&gt;设置的 Python 中运行；除 torch 外，它还需要 lightning 和 PyYAML 包，托管环境中已包含。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>No reference is given. Choose points, polygons, or a class raster: one of them.</source>
      <translation>未指定参考。请选择点、多边形或类别栅格。</translation>
    </message>
    <message>
      <source>Both a reference layer and a reference raster are given. Choose one of them.</source>
      <translation>同时指定了参考图层和参考栅格。请只选择其中之一。</translation>
    </message>
    <message>
      <source>The reference layer '{}' has no class in any feature. Fill in its field '{}'.</source>
      <translation>参考图层“{}”的所有要素都没有类别。请填写其字段“{}”。</translation>
    </message>
    <message>
      <source>reference layer '{}'</source>
      <translation>参考图层“{}”</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>已取消。</translation>
    </message>
    <message>
      <source>Nothing was written.</source>
      <translation>未写入任何内容。</translation>
    </message>
    <message>
      <source>Shifts: {}</source>
      <translation>偏移：{}</translation>
    </message>
    <message>
      <source>Corrected: {}</source>
      <translation>校正后：{}</translation>
    </message>
    <message>
      <source>The shifts have no arrows: {}</source>
      <translation>偏移没有箭头：{}</translation>
    </message>
    <message>
      <source>The folder '{}' was not found; expected a data set. Choose its folder.</source>
      <translation>未找到文件夹“{}”；应为一个数据集。请选择其文件夹。</translation>
    </message>
    <message>
      <source>No model is chosen. Choose a model file (.safetensors) or an installed model.</source>
      <translation>未选择模型。请选择模型文件（.safetensors）或已安装的模型。</translation>
    </message>
    <message>
      <source>Confidence (%)</source>
      <translation>置信度（%）</translation>
    </message>
    <message>
      <source>Class probabilities (%), band 1: {}</source>
      <translation>类别概率（%），波段 1：{}</translation>
    </message>
    <message>
      <source>Land cover of {}</source>
      <translation>{} 的土地覆盖</translation>
    </message>
    <message>
      <source>Land cover: {}</source>
      <translation>土地覆盖：{}</translation>
    </message>
    <message>
      <source>Changes: {} to {}</source>
      <translation>变化：{} 到 {}</translation>
    </message>
    <message>
      <source>No labels are given. Choose polygons or a class raster: one of them.</source>
      <translation>未指定标注。请选择多边形或类别栅格之一。</translation>
    </message>
    <message>
      <source>Both label polygons and a label raster are given. Choose one of them.</source>
      <translation>同时指定了标注多边形和标注栅格。请只选择其中之一。</translation>
    </message>
    <message>
      <source>Sample of {}</source>
      <translation>{} 的样本</translation>
    </message>
    <message>
      <source>Expected user's accuracies '{}' found; expected numbers like 0.8 or 0.9, 0.7.</source>
      <translation>预期用户精度为“{}”；应为 0.8 或 0.9, 0.7 这样的数。</translation>
    </message>
    <message>
      <source>Both a file and an address are given</source>
      <translation>同时指定了文件和网址</translation>
    </message>
    <message>
      <source>No model file is given</source>
      <translation>未指定模型文件</translation>
    </message>
    <message>
      <source>{}. Choose a file (.safetensors), or give an address on the web.</source>
      <translation>{}。请选择文件（.safetensors），或给出网址。</translation>
    </message>
    <message>
      <source>'{}' is no web address; expected one that starts with https:// or http://.</source>
      <translation>“{}”不是网址；应以 https:// 或 http:// 开头。</translation>
    </message>
    <message>
      <source>Not installed, as asked.</source>
      <translation>按要求未安装。</translation>
    </message>
    <message>
      <source>Installed as '{}' in {}</source>
      <translation>已安装为“{}”，位于 {}</translation>
    </message>
    <message>
      <source>Refined: {}</source>
      <translation>精炼后：{}</translation>
    </message>
    <message>
      <source>Polygons: {}</source>
      <translation>多边形：{}</translation>
    </message>
    <message>
      <source>The polygons have no colours: {}</source>
      <translation>多边形没有颜色：{}</translation>
    </message>
    <message>
      <source>Creating the environment downloads PyTorch. Tick 'Yes, download PyTorch' to agree.</source>
      <translation>创建环境需要下载 PyTorch。请勾选“是，下载 PyTorch”以表示同意。</translation>
    </message>
    <message>
      <source>No Python is given. Choose the python program to use.</source>
      <translation>未指定 Python。请选择要使用的 Python 程序。</translation>
    </message>
    <message>
      <source>Nothing to repair: the managed environment works, or there is none.</source>
      <translation>无需修复：托管环境工作正常，或不存在。</translation>
    </message>
    <message>
      <source>'{}' is no file. Choose the python program itself, not its folder.</source>
      <translation>“{}”不是文件。请选择 Python 程序本身，而不是它所在的文件夹。</translation>
    </message>
    <message>
      <source>Cancelled: the best weights so far were kept in {}.</source>
      <translation>已取消：迄今最好的权重已保存在 {} 中。</translation>
    </message>
    <message>
      <source>Model files (*.safetensors);;All files (*)</source>
      <translation>模型文件 (*.safetensors);;所有文件 (*)</translation>
    </message>
    <message>
      <source>Look for a model file</source>
      <translation>查找模型文件</translation>
    </message>
    <message>
      <source>The creation of the managed environment was interrupted. Set up the runtime to go on.</source>
      <translation>托管环境的创建被中断。请设置运行环境以继续。</translation>
    </message>
    <message>
      <source>Not set up: the network needs PyTorch.</source>
      <translation>尚未设置：网络需要 PyTorch。</translation>
    </message>
    <message>
      <source>Automatic: managed environment, else QGIS's own Python</source>
      <translation>自动：托管环境，否则为 QGIS 自带的 Python</translation>
    </message>
    <message>
      <source>All</source>
      <translation>全部</translation>
    </message>
    <message>
      <source>Set up the runtime…</source>
      <translation>设置运行环境…</translation>
    </message>
    <message>
      <source>Engine</source>
      <translation>引擎</translation>
    </message>
    <message>
      <source>Python of the engine</source>
      <translation>引擎的 Python</translation>
    </message>
    <message>
      <source>Models folder</source>
      <translation>模型文件夹</translation>
    </message>
    <message>
      <source>Default device</source>
      <translation>默认设备</translation>
    </message>
    <message>
      <source>Default CPU threads</source>
      <translation>默认 CPU 线程数</translation>
    </message>
    <message>
      <source>Runs in {}</source>
      <translation>运行于 {}</translation>
    </message>
    <message>
      <source>'{}' does not exist. Choose a python program or an environment's folder.</source>
      <translation>“{}”不存在。请选择 Python 程序或环境的文件夹。</translation>
    </message>
    <message>
      <source>'{}' is no folder. Choose an existing folder for the models, or none.</source>
      <translation>“{}”不是文件夹。请为模型选择现有的文件夹，或留空。</translation>
    </message>
    <message>
      <source>to be labelled</source>
      <translation>待标注</translation>
    </message>
    <message>
      <source>labelled</source>
      <translation>已标注</translation>
    </message>
  </context>
</TS>
