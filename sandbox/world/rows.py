"""Objects of a kind that may count a hundred thousand: they stay on disk, and those in use are cached."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, MutableMapping, Sequence, ValuesView
from itertools import islice

from sandbox.wire import Json, decode
from sandbox.world.store import Store

REMEMBERED = 8192
PAGE = 1000


class Rows(MutableMapping[str, Json]):
    """The objects of one kind and server by their key, in the order of the keys. To change one, put it again."""

    def __init__(
        self, store: Store, kind: str, guild: str = "", *, remembered: int = REMEMBERED, page: int = PAGE
    ) -> None:
        self._store, self._kind, self._guild = store, kind, guild
        self._remembered, self._page = remembered, page
        self._known: dict[str, Json] = {}
        self._count = store.count(kind, guild)

    def __getitem__(self, key: str) -> Json:
        body = self._known.get(key)
        if body is None:
            encoded = self._store.get(self._kind, self._guild, key)
            if encoded is None:
                raise KeyError(key)
            body = decode(encoded)
            self._remember(key, body)
        return body

    def __setitem__(self, key: str, body: Json) -> None:
        self._count += key not in self
        self._store.put(self._kind, self._guild, key, body)
        self._remember(key, body)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._count -= 1
        self._known.pop(key, None)
        self._store.remove(self._kind, self._guild, key)

    def __contains__(self, key: object) -> bool:
        return key in self._known or (
            isinstance(key, str) and self._store.get(self._kind, self._guild, key) is not None
        )

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.keys(self._kind, self._guild))

    def items(self) -> ItemsView[str, Json]:
        """Pairs of key and object, read a page at a time."""
        return _Items(self)

    def values(self) -> ValuesView[Json]:
        """The objects, read a page at a time."""
        return _Values(self)

    def pairs(self) -> Iterator[tuple[str, Json]]:
        """Pairs of key and object, read a page at a time; cached objects are the cached ones themselves."""
        last = ""
        while page := self._store.page(self._kind, self._guild, last, self._page):
            for key, body in page:
                yield key, self._known.get(key) or decode(body)
            last = page[-1][0]

    def some(self, keys: Sequence[str]) -> dict[str, Json]:
        """The objects of up to a thousand keys, as far as they exist; nothing is cached."""
        bodies = self._store.some(self._kind, self._guild, keys)
        return {key: self._known.get(key) or decode(body) for key, body in bodies}

    def naming(self, text: str) -> list[str]:
        """The keys of the objects whose JSON contains this text, such as an id."""
        return self._store.naming(self._kind, self._guild, text)

    def grown(self, by: int) -> None:
        """Count new objects that were put into the store directly."""
        self._count += by

    def _remember(self, key: str, body: Json) -> None:
        self._known[key] = body
        if len(self._known) > self._remembered:
            for old in list(islice(self._known, self._remembered // 2)):
                del self._known[old]


class _Items(ItemsView[str, Json]):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[str, Json]]:
        return self._rows.pairs()


class _Values(ValuesView[Json]):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._rows = rows

    def __iter__(self) -> Iterator[Json]:
        return (body for _, body in self._rows.pairs())
