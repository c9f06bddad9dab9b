"""The gateway v10: sessions that outlive their socket, and what each of them gets to hear."""
