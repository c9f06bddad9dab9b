"""Lyceum's own small web server: webhooks, pay pages, health. It binds to this machine; a reverse proxy adds TLS."""
