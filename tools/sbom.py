"""`make sbom`: what production is made of, as CycloneDX JSON, read from the lock files."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from adapters.version import ROOT, VERSION

LOCKED = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ;[^\n\\]*)? \\\n(?P<hashes>(?: {4}--hash.*\n)+)",
    re.MULTILINE,
)
ALGORITHMS = {"sha512": HashAlgorithm.SHA_512, "sha256": HashAlgorithm.SHA_256}


def main() -> None:
    sys.stdout.write(sbom(ROOT) + "\n")


def sbom(root: Path) -> str:
    """The document for a checkout at `root`; the same for the same lock files but for its time."""
    bom = Bom()
    bom.metadata.component = Component(
        name="modwatch", version=VERSION, type=ComponentType.APPLICATION, bom_ref="modwatch"
    )
    parts = [*_python(root / "requirements.lock"), *_page(root / "dashboard/package-lock.json")]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(bom.metadata.component, parts)
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    return text


def _python(lock: Path) -> Iterator[Component]:
    for found in LOCKED.finditer(lock.read_text()):
        # Of a distribution with several files one will be installed: a hash of each would be wrong.
        hashes = re.findall(r"--hash=sha256:(\w+)", found["hashes"])
        only = [HashType(alg=HashAlgorithm.SHA_256, content=hashes[0])] if len(hashes) == 1 else []
        yield _component("pypi", found["name"], found["version"], only)


def _page(lock: Path) -> Iterator[Component]:
    """What is bundled into the page; what only builds it is not."""
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    for place, package in packages.items():
        if place and not package.get("dev"):
            name = package.get("name") or place.rpartition("node_modules/")[2]
            yield _component("npm", name, package["version"], _integrity(package))


def _integrity(package: dict[str, Any]) -> list[HashType]:
    algorithm, _, digest = package.get("integrity", "").partition("-")
    if algorithm not in ALGORITHMS:
        return []
    content = base64.b64decode(digest).hex()
    return [HashType(alg=ALGORITHMS[algorithm], content=content)]


def _component(kind: str, name: str, version: str, hashes: list[HashType]) -> Component:
    space, _, short = name.rpartition("/")
    purl = PackageURL(kind, space or None, short, version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=purl.to_string(),
        hashes=hashes,
    )


if __name__ == "__main__":
    main()
