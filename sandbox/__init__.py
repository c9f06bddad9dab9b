"""A Discord on this machine: REST v10, gateway v10 and a control side, for any Discord client.

An unmodified client library connects here when its two base addresses point here. People are played
through the control side (`/sandbox/...`); the community's time can be turned. Nothing here knows which
bot is talking to it.
"""
