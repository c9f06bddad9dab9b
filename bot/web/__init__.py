"""Lyceum's own small web server: webhooks, pay pages, health. It binds to this machine; TLS is the proxy's."""
