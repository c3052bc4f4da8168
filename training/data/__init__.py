"""Labels, splits and checksums of the data the shipped models were trained on, and scripts that fetch the rest."""
