"""Discord's HTTP API v10, one file per resource, each with a literal table of its routes."""
