"""The gateway v10: sessions that outlive their socket, and the events that each of them gets."""
