"""An import-linter contract: a folder's `tables`, `store` and `…_store` are its own, for every folder that has them."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import grimp
from importlinter import Contract, ContractCheck, fields, output


class OwnTables(Contract):
    """Nothing outside a folder below `root` imports its `tables` or `store`, but for `exceptions`.

    The rooms of a folder in `layered` may read those of the rooms below: a contract of layers says which these are.
    """

    type_name = "own_tables"

    root = fields.StringField()
    layered = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    exceptions = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every direct import of such a module."""
        exceptions: list[str] = self.exceptions  # type: ignore[assignment] # a field until configured
        layered: list[str] = self.layered  # type: ignore[assignment] # a field until configured
        found = [
            f"{importer} -> {module}"
            for module in sorted(graph.modules)
            if (owned := re.match(rf"({self.root}\..+?\.)(?:tables|(?:\w+_)?store)(?:\.|$)", module))
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if not f"{importer}.".startswith(_owner(owned[1], layered))
        ]
        wrong = [link for link in found if not any(fnmatch(link, pattern) for pattern in exceptions)]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import; the cure is to ask the other domain's service, handed over in bot/app.py."""
        for line in check.metadata["wrong"]:
            output.print_error(f"- {line}: ask its service instead")


def _owner(folder: str, layered: list[str]) -> str:
    """Whose `tables` and `store` these are: the folder's that holds them, or the layered one's above it."""
    return next((f"{domain}." for domain in layered if folder.startswith(f"{domain}.")), folder)
