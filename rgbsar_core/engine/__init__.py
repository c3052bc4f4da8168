"""From strips of raw pixels to labels and confidence; torch only in the files that need it."""
