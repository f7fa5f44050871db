"""What a cluster would find out about manifests when it is too late: names that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from tests.deployment.manifests import (
    containers,
    name_of,
    of_kind,
    pod_of,
    selected,
    workloads,
)
from tests.deployment.texts import Json

# The Service without pods: what the ingress hands to nobody leads there.
NOBODY = "nobody"

HOST = "kubernetes.io/hostname"


def _listed(selector: Json) -> Iterator[Json]:
    """One selector for each name of a list: none of them may be of nobody."""
    for expression in selector.get("matchExpressions", ()):
        for value in expression["values"]:
            yield {"matchLabels": {expression["key"]: value}}


def idle_selectors(documents: list[Json]) -> list[str]:
    found = []
    for one in documents:
        for selector in _selectors(one):
            for each in (selector, *_listed(selector)):
                if not selected(documents, each):
                    found.append(f"{name_of(one)} selects nobody by {each}")
    return found


def _selectors(document: Json) -> Iterator[Json]:
    kind, spec = document["kind"], document.get("spec", {})
    if kind == "Service" and document["metadata"]["name"] != NOBODY:
        yield {"matchLabels": spec["selector"]}
    if kind in ("Deployment", "StatefulSet"):
        yield spec["selector"]
        for spread in pod_of(document).get("topologySpreadConstraints", ()):
            yield spread["labelSelector"]
    if kind == "PodDisruptionBudget":
        yield spec["selector"]
    if kind == "NetworkPolicy":
        yield spec["podSelector"]
        for rule in (*spec.get("ingress", ()), *spec.get("egress", ())):
            for peer in (*rule.get("from", ()), *rule.get("to", ())):
                if "podSelector" in peer:
                    yield peer["podSelector"]


def lost_volumes(documents: list[Json]) -> list[str]:
    made = {name_of(one) for one in documents}
    found = []
    for workload in workloads(documents):
        pod, who = pod_of(workload), name_of(workload)
        volumes = {one["name"]: one for one in pod.get("volumes", ())}
        claimed = {
            one["metadata"]["name"] for one in workload["spec"].get("volumeClaimTemplates", ())
        }
        mounted = {m["name"] for c in pod["containers"] for m in c.get("volumeMounts", ())}
        found += [f"{who} mounts {name}" for name in sorted(mounted - set(volumes) - claimed)]
        found += [f"{who} does not mount {name}" for name in sorted(set(volumes) - mounted)]
        wanted = [source for one in volumes.values() if (source := _source(one))]
        wanted += [
            f"ConfigMap {source['configMapRef']['name']}"
            for container in pod["containers"]
            for source in container.get("envFrom", ())
            if not source.get("secretRef", {}).get("optional")
        ]
        found += [f"{who} wants {one}" for one in wanted if one not in made]
    return found


def split_volumes(documents: list[Json]) -> list[str]:
    """A volume that one host at a time can mount, of pods that may be on several."""
    of_one_host = {
        one["metadata"]["name"]
        for one in of_kind(documents, "PersistentVolumeClaim")
        if one["spec"]["accessModes"] == ["ReadWriteOnce"]
    }
    found = []
    for claim in sorted(of_one_host):
        users = [one for one in workloads(documents) if claim in _claims(one)]
        together = [one for one in users if _stays_with(documents, one, users)]
        found += [
            f"{claim}: {name_of(one)} goes its own way" for one in users if one not in together
        ]
    return found


def _claims(workload: Json) -> set[str]:
    volumes = pod_of(workload).get("volumes", ())
    return {
        v["persistentVolumeClaim"]["claimName"] for v in volumes if "persistentVolumeClaim" in v
    }


def _stays_with(documents: list[Json], workload: Json, others: list[Json]) -> bool:
    """The first of those that it wants to be with may go anywhere: it is one of them itself."""
    affinity = pod_of(workload).get("affinity", {}).get("podAffinity", {})
    return any(
        term["topologyKey"] == HOST and selected(documents, term["labelSelector"]) == others
        for term in affinity.get("requiredDuringSchedulingIgnoredDuringExecution", ())
    )


def open_doors(documents: list[Json]) -> list[str]:
    """What an ingress hands to everybody and is for operators."""
    found = []
    pods = [one for one in documents if one["kind"] == "Service" and _is_nobody(one)]
    if not pods or any(
        selected(documents, {"matchLabels": one["spec"]["selector"]}) for one in pods
    ):
        return [f"there is no Service {NOBODY} without pods"]
    for ingress in of_kind(documents, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            led = {
                one["path"]: one["backend"]["service"]["name"]
                for one in rule["http"]["paths"]
                if one["pathType"] == "Exact"
            }
            found += [
                f"{name_of(ingress)} hands out {path}"
                for path in ("/health", "/metrics")
                if led.get(path) != NOBODY
            ]
    return found


def _is_nobody(document: Json) -> bool:
    return bool(document["metadata"]["name"] == NOBODY)


def _source(volume: Json) -> str | None:
    if "secret" in volume:
        return f"Secret {volume['secret']['secretName']}"
    if "configMap" in volume:
        return f"ConfigMap {volume['configMap']['name']}"
    if "persistentVolumeClaim" in volume:
        return f"PersistentVolumeClaim {volume['persistentVolumeClaim']['claimName']}"
    return None


def _ports(workload: Json) -> set[str | int]:
    ports = [port for c in pod_of(workload)["containers"] for port in c.get("ports", ())]
    return {port["name"] for port in ports} | {port["containerPort"] for port in ports}


def lost_ports(documents: list[Json]) -> list[str]:
    found = []
    services = {one["metadata"]["name"]: one for one in of_kind(documents, "Service")}
    for one in documents:
        for selector, port in _asked_ports(one):
            for workload in selected(documents, selector):
                if port not in _ports(workload) and not _is_one_of_several(one, selector):
                    found.append(f"{name_of(one)} asks for port {port} of {name_of(workload)}")
    for workload, container in containers(documents):
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            asked = container.get(probe, {})
            port = asked.get("httpGet", asked.get("tcpSocket", {})).get("port")
            if port is not None and port not in _ports(workload):
                found.append(f"{name_of(workload)} probes port {port}")
    for ingress in of_kind(documents, "Ingress"):
        for path in (p for rule in ingress["spec"]["rules"] for p in rule["http"]["paths"]):
            backend = path["backend"]["service"]
            service = services.get(backend["name"])
            if service is None or backend["port"]["name"] not in {
                port["name"] for port in service["spec"]["ports"]
            }:
                found.append(f"{name_of(ingress)} leads to {backend}")
    return found


def _is_one_of_several(document: Json, selector: Json) -> bool:
    """Whoever may reach two stores names the ports of both."""
    return document["kind"] == "NetworkPolicy" and not selector


def _asked_ports(document: Json) -> Iterator[tuple[Json, str | int]]:
    spec = document.get("spec", {})
    if document["kind"] == "Service":
        for port in spec["ports"]:
            yield {"matchLabels": spec["selector"]}, port["targetPort"]
    if document["kind"] == "NetworkPolicy":
        for rule in spec.get("ingress", ()):
            for port in rule.get("ports", ()):
                yield spec["podSelector"], port["port"]
        for rule in spec.get("egress", ()):
            for peer in rule.get("to", ()):
                if "podSelector" in peer:
                    for port in rule.get("ports", ()):
                        yield peer["podSelector"], port["port"]


def lost_targets(documents: list[Json]) -> list[str]:
    """Autoscalers of nothing, and of what says itself how many it is."""
    deployments = {one["metadata"]["name"]: one for one in of_kind(documents, "Deployment")}
    found = []
    for scaler in of_kind(documents, "HorizontalPodAutoscaler", "ScaledObject"):
        target = deployments.get(scaler["spec"]["scaleTargetRef"]["name"])
        if target is None:
            found.append(f"{name_of(scaler)} scales nothing")
        elif "replicas" in target["spec"]:
            found.append(f"{name_of(scaler)} scales what has a number of its own")
    return found
