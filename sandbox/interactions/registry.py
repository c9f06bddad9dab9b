"""All interactions of the last quarter of an hour, with Discord's two deadlines."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time

from sandbox.errors import DiscordError, unknown
from sandbox.interactions.interaction import Interaction
from sandbox.wire import Json
from sandbox.world.world import World


class Interactions:
    """`answer_seconds` is the deadline of the first answer, `token_seconds` the life of the token, in real time."""

    def __init__(self, world: World, answer_seconds: float = 3.0, token_seconds: float = 900.0) -> None:
        self._world = world
        self._answer_seconds = answer_seconds
        self._token_seconds = token_seconds
        self._known: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        for _, _, body in world.store.objects("interaction"):
            self._note(Interaction.from_json(body))
        self._forget_old()

    def begin(
        self,
        application_id: str,
        kind: int,
        user_id: str,
        channel_id: str,
        metadata: Json,
        *,
        name: str | None = None,
        source: str | None = None,
    ) -> Interaction:
        """Begin an interaction; the deadline of its first answer runs from now."""
        self._forget_old()
        interaction = Interaction(
            id=self._world.new_id(),
            token=secrets.token_urlsafe(48),
            application_id=application_id,
            kind=kind,
            user_id=user_id,
            channel_id=channel_id,
            metadata=metadata,
            name=name,
            source=source,
        )
        self._note(interaction)
        self.keep(interaction)
        asyncio.get_running_loop().call_later(self._answer_seconds, self._expire, interaction)
        return interaction

    def keep(self, interaction: Interaction) -> None:
        """Store the present state of the interaction, and wake those who wait for it."""
        self._world.store.put("interaction", "", interaction.id, interaction.as_json())
        interaction.changed.set()

    def get(self, interaction_id: str) -> Interaction | None:
        """The interaction of that id, while it is remembered."""
        return self._known.get(interaction_id)

    def to_answer(self, interaction_id: str, token: str) -> Interaction:
        """The interaction that waits for its first answer: 10062 after the deadline, 40060 after an answer."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise unknown("Interaction")
        if interaction.response is not None:
            raise DiscordError(400, 40060, "Interaction has already been acknowledged.")
        if interaction.expired or time.time() - interaction.began > self._answer_seconds:
            raise unknown("Interaction")
        return interaction

    def by_token(self, application_id: str, token: str) -> Interaction:
        """The interaction of a webhook's token: 10015 before an answer, 50027 after the token's end."""
        interaction = self._by_token.get(token)
        if interaction is None or time.time() - interaction.began > self._token_seconds:
            raise DiscordError(401, 50027, "Invalid Webhook Token")
        if interaction.application_id != application_id or interaction.response is None:
            raise unknown("Webhook")
        return interaction

    def open_modal(self, user_id: str, key: str) -> Interaction | None:
        """The newest interaction whose modal, named by its id or custom_id, the person has open."""
        for interaction in reversed(self._known.values()):
            modal = interaction.modal
            if modal and interaction.user_id == user_id and key in (modal["id"], modal["custom_id"]):
                return interaction
        return None

    async def wait(self, interaction: Interaction, seconds: float) -> None:
        """Wait until there is an answer to see, the first deadline has passed, or the seconds are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not interaction.settled:
                    interaction.changed.clear()
                    await interaction.changed.wait()

    def _note(self, interaction: Interaction) -> None:
        self._known[interaction.id] = self._by_token[interaction.token] = interaction

    def _expire(self, interaction: Interaction) -> None:
        if interaction.response is None:
            interaction.expired = True
            interaction.changed.set()

    def _forget_old(self) -> None:
        limit = time.time() - self._token_seconds - 60
        for interaction in list(self._known.values()):
            if interaction.began > limit:
                break
            del self._known[interaction.id], self._by_token[interaction.token]
            self._world.store.remove("interaction", "", interaction.id)
