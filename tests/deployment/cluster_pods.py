"""What a cluster would find out of pods when it is too late: settings, privileges, ends, queues."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from domain.task_names import QUEUES
from tests.deployment.manifests import (
    containers,
    name_of,
    of_kind,
    pod_of,
    workloads,
)
from tests.deployment.texts import Json, documented_settings, setting_of

STORES = {"postgres", "valkey"}
SECRETS = "/run/secrets/modwatch/"


def unknown_settings(documents: list[Json]) -> list[str]:
    (secret,) = of_kind(documents, "Secret")
    keys = set(secret["data"])
    found, used = [], set()
    for who, variable, value in _environment(documents):
        if variable.startswith("MODWATCH_") and setting_of(variable) not in documented_settings():
            found.append(f"{who}: {variable}")
        if value.startswith(SECRETS):
            used.add(value.removeprefix(SECRETS))
    for workload in workloads(documents):
        text = yaml.safe_dump(pod_of(workload), width=10_000)
        used |= set(re.findall(rf"{SECRETS}(\w+)", text))
        used |= set(re.findall(r"key: (\w+)$", text, re.MULTILINE))
    scripts = [text for one in of_kind(documents, "ConfigMap") for text in one["data"].values()]
    used |= {key for text in scripts for key in re.findall(rf"{SECRETS}(\w+)", text)}
    found += [f"the Secret has no {key}" for key in sorted(used - keys)]
    return found + [f"nobody reads {key} of the Secret" for key in sorted(keys - used)]


def settings_given(documents: list[Json]) -> set[str]:
    return {setting_of(variable) for _, variable, _ in _environment(documents)}


def _environment(documents: list[Json]) -> Iterator[tuple[str, str, str]]:
    for config in of_kind(documents, "ConfigMap"):
        for variable, value in config["data"].items():
            if variable.isupper():
                yield name_of(config), variable, value
    for workload, container in containers(documents):
        for one in container.get("env", ()):
            yield name_of(workload), one["name"], one["value"]


def soft_pods(documents: list[Json]) -> list[str]:
    """What Kubernetes's level `restricted` refuses, and what we ask for beyond it."""
    found = []
    for workload in workloads(documents):
        pod = pod_of(workload)
        security = pod.get("securityContext", {})
        hard = (
            security.get("runAsNonRoot") is True
            and security.get("runAsUser", 0) > 0
            and security.get("seccompProfile") == {"type": "RuntimeDefault"}
            and pod.get("automountServiceAccountToken") is False
            and not any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
            and all("hostPath" not in volume for volume in pod.get("volumes", ()))
        )
        found += [] if hard else [name_of(workload)]
    for workload, container in containers(documents):
        security = container.get("securityContext", {})
        hard = (
            security.get("allowPrivilegeEscalation") is False
            and security.get("readOnlyRootFilesystem") is True
            and security.get("capabilities") == {"drop": ["ALL"]}
            and not security.get("privileged")
            and "memory" in container["resources"]["limits"]
            and re.search(r":[\w.-]+$", container["image"]) is not None
        )
        found += [] if hard else [f"{name_of(workload)}, {container['name']}"]
    return found


def hasty_ends(documents: list[Json]) -> list[str]:
    """What is asked while it starts and ends: never the database, and with time to end."""
    found = []
    for workload, container in containers(documents):
        name, pod = workload["metadata"]["name"], pod_of(workload)
        alive = container.get("livenessProbe", {}).get("httpGet", {}).get("path", "/health/live")
        if alive != "/health/live":
            found.append(f"{name} lives by {alive}")
        needs = 0 if name in STORES else 30 if name == "web" else 60
        if pod.get("terminationGracePeriodSeconds", 30) < needs:
            found.append(f"{name} has no time to end")
        if name == "web" and "preStop" not in container.get("lifecycle", {}):
            found.append("web ends while requests come")
        if name == "beat" and (workload["spec"]["replicas"], _strategy(workload)) != (
            1,
            "Recreate",
        ):
            found.append("several beats")
    return found


def _strategy(workload: Json) -> str | None:
    found: str | None = workload["spec"].get("strategy", {}).get("type")
    return found


def idle_queues(documents: list[Json]) -> list[str]:
    words = [
        word for _, container in containers(documents) for word in container.get("command", ())
    ]
    taken = {
        queue
        for word in words
        if word.startswith("--queues=")
        for queue in word.removeprefix("--queues=").split(",")
    }
    return sorted(taken ^ set(QUEUES))
