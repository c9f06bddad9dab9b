"""An import-linter contract: only these modules import from that part of an outside package."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import grimp
from importlinter import Contract, ContractCheck, fields, output


class OnlyThese(Contract):
    """Nothing but `importers` imports from `package`, which may be a part of one ("sqlalchemy.dialects").

    The graph knows outside packages by their first name alone, so the line of the import is read.
    """

    type_name = "only_these"

    package = fields.StringField()
    importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import of the whole package."""
        package: str = self.package  # type: ignore[assignment] # a field until configured
        importers: list[str] = self.importers  # type: ignore[assignment] # a field until configured
        whole = package.partition(".")[0]
        strangers = [
            importer
            for importer in sorted(
                graph.find_modules_that_directly_import(whole) if whole in graph.modules else ()
            )
            if not any(fnmatch(importer, pattern) for pattern in importers)
        ]
        wrong = [
            f"{importer}:{detail['line_number']}: {detail['line_contents'].strip()}"
            for importer in strangers
            for detail in graph.get_import_details(importer=importer, imported=whole)
            if _imports(detail["line_contents"], package)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each line."""
        for line in check.metadata["wrong"]:
            output.print_error(f"- {line}")


def _imports(line: str, package: str) -> bool:
    """Whether an import statement names the package, its part, or something below it."""
    above, _, last = package.rpartition(".")
    direct = re.search(rf"\b(?:from|import)\b.*?(?<![\w.]){re.escape(package)}\b", line)
    from_above = above and re.search(rf"\bfrom\s+{re.escape(above)}\s+import\b.*(?<![\w.]){last}\b", line)
    return bool(direct or from_above)
