"""Everything that is drawn: charts and QR codes as PNG. The drawing libraries are used only here and may be missing."""
