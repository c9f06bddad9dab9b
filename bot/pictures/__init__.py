"""Everything that is drawn: charts and QR codes as PNG."""
