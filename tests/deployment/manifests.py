"""The manifests as a cluster gets them: rendered, and who selects whom."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.deployment.texts import ROOT, Json, run


def built(overlay: str, folder: Path, workers: str = "fixed-workers") -> list[Json]:
    """What `kubectl apply -k` would send, with the example's secrets; `folder` is for a copy.

    `workers` is the component that says how many there are.
    """
    copy = folder / "kubernetes"
    shutil.copytree(ROOT / "kubernetes", copy, dirs_exist_ok=True)
    place = copy / "overlays" / overlay
    shutil.copy(place / "secrets.env.example", place / "secrets.env")
    overlaid = place / "kustomization.yaml"
    text = overlaid.read_text()
    overlaid.write_text(
        text.replace("  - ../../components/fixed-workers", f"  - ../../components/{workers}")
    )
    done = run("kubectl", "kustomize", place)
    assert done.returncode == 0, done.stdout
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def of_kind(documents: list[Json], *kinds: str) -> list[Json]:
    return [one for one in documents if one["kind"] in kinds]


def name_of(document: Json) -> str:
    return f"{document['kind']} {document['metadata']['name']}"


def workloads(documents: list[Json]) -> list[Json]:
    return of_kind(documents, "Deployment", "StatefulSet", "Job")


def pod_of(workload: Json) -> Json:
    found: Json = workload["spec"]["template"]["spec"]
    return found


def containers(documents: list[Json]) -> Iterator[tuple[Json, Json]]:
    for workload in workloads(documents):
        for container in pod_of(workload)["containers"]:
            yield workload, container


def selects(selector: Json, labels: dict[str, str]) -> bool:
    exact = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return exact and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"]
        for one in selector.get("matchExpressions", ())
    )


def selected(documents: list[Json], selector: Json) -> list[Json]:
    return [
        one
        for one in workloads(documents)
        if selects(selector, one["spec"]["template"]["metadata"]["labels"])
    ]
