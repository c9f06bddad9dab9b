"""Everything that is drawn, as PNG. The libraries that draw are known here alone and may be missing."""
