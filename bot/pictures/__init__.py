"""Everything that is drawn: charts and QR codes as PNG. The libraries that draw are known here alone and may be missing."""
