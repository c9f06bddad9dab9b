"""Discord's errors: an HTTP status, a code and a sentence. Raised anywhere in a handler, answered as JSON."""

from __future__ import annotations

from sandbox.wire import Json


class DiscordError(Exception):
    """A refusal as Discord words it."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.errors = status, code, message, errors

    def as_json(self) -> Json:
        """The body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class Refusal(Exception):
    """A refusal of the control side: what is wrong, and what to do."""

    def __init__(self, status: int, error: str, hint: str) -> None:
        super().__init__(error)
        self.status, self.error, self.hint = status, error, hint


_UNKNOWN = {
    "Application": 10002,
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Invite": 10006,
    "Message": 10008,
    "Overwrite": 10009,
    "Role": 10011,
    "User": 10013,
    "Emoji": 10014,
    "Webhook": 10015,
    "Ban": 10026,
    "SKU": 10027,
    "Entitlement": 10029,
    "Interaction": 10062,
    "Application Command": 10063,
    "Voice State": 10065,
    "application command permissions": 10066,
    "Guild Scheduled Event": 10070,
}


def unknown(what: str) -> DiscordError:
    """404: the object does not exist, or the asker may not know of it."""
    return DiscordError(404, _UNKNOWN[what], f"Unknown {what}")


def missing_permissions() -> DiscordError:
    """403: a permission is lacking, or the role order forbids it."""
    return DiscordError(403, 50013, "Missing Permissions")


def missing_access() -> DiscordError:
    """403: the channel or the server cannot be seen."""
    return DiscordError(403, 50001, "Missing Access")


def unauthorized() -> DiscordError:
    """401: no token, or an unknown one."""
    return DiscordError(401, 0, "401: Unauthorized")


def invalid_form(errors: Json) -> DiscordError:
    """400: a field of the body is wrong; `errors` is nested as the body is."""
    return DiscordError(400, 50035, "Invalid Form Body", errors)
