"""The manifests: by Kubernetes's own schemas, and by what schemas do not see."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from tests.deployment import cluster, cluster_pods, manifests
from tests.deployment.promql import asked
from tests.deployment.texts import LEFT_OUT_OF_CONTAINERS, ROOT, Json, documented_settings, run

# The oldest that docs/deployment.md promises, the newest there are schemas of, and one between.
VERSIONS = ("1.29", "1.33", "1.37")
# Kinds that the cluster learns from KEDA, by name: Kubernetes has no schema of them.
OF_KEDA = frozenset({"keda.sh/v1alpha1 ScaledObject"})
OVERLAYS = ("small", "ha")
# Not given by the manifests, and why.
LEFT_OUT = LEFT_OUT_OF_CONTAINERS | {
    "MODWATCH_BROKER_URL": "a secret: _FILE in the overlay's settings.env, where RabbitMQ is had",
}
Check = Callable[[list[Json]], list[str]]
CHECKS: tuple[Check, ...] = (
    cluster.idle_selectors,
    cluster.lost_volumes,
    cluster.lost_ports,
    cluster.lost_targets,
    cluster_pods.unknown_settings,
    cluster_pods.soft_pods,
    cluster_pods.hasty_ends,
    cluster_pods.idle_queues,
    cluster.split_volumes,
    cluster.open_doors,
)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Json]]:
    return {
        "small": manifests.built("small", tmp_path_factory.mktemp("small")),
        "ha": manifests.built("ha", tmp_path_factory.mktemp("ha")),
        "keda": manifests.built("ha", tmp_path_factory.mktemp("keda"), "keda"),
    }


@pytest.mark.parametrize("overlay", ["small", "ha", "keda"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_manifests_are_in_order(
    rendered: dict[str, list[Json]], overlay: str, check: Check
) -> None:
    assert check(rendered[overlay]) == []


def _validate(document: Json, version: str = VERSIONS[-1]) -> None:
    kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.parametrize("overlay", [*OVERLAYS, "keda"])
@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_knows_every_field(
    rendered: dict[str, list[Json]], overlay: str, version: str
) -> None:
    foreign = {_kind(one) for one in rendered[overlay]} & OF_KEDA
    assert foreign == (OF_KEDA if overlay == "keda" else set())
    for document in rendered[overlay]:
        if _kind(document) not in OF_KEDA:
            _validate(document, version)


def test_versions_are_those_that_are_promised() -> None:
    manual = (ROOT / "docs" / "deployment.md").read_text()
    assert f"Kubernetes {VERSIONS[0]} or newer" in manual
    assert kubernetes_validate.latest_version().startswith(VERSIONS[-1])


def _kind(document: Json) -> str:
    return f"{document['apiVersion']} {document['kind']}"


def test_every_setting_is_given_or_left_out_for_a_reason(rendered: dict[str, list[Json]]) -> None:
    for overlay in OVERLAYS:
        given = cluster_pods.settings_given(rendered[overlay])
        assert documented_settings() - given == set(LEFT_OUT)


def _one(documents: list[Json], kind: str, name: str) -> Json:
    return next(one for one in documents if manifests.name_of(one) == f"{kind} {name}")


def _web(documents: list[Json]) -> Json:
    return manifests.pod_of(_one(documents, "Deployment", "web"))


def _selector(documents: list[Json]) -> None:
    _one(documents, "PodDisruptionBudget", "worker")["spec"]["selector"]["matchLabels"] = {"a": "b"}


def _policy(documents: list[Json]) -> None:
    policy = _one(documents, "NetworkPolicy", "to-metrics")
    policy["spec"]["podSelector"]["matchExpressions"][0]["values"].append("worker-slow")


def _volume(documents: list[Json]) -> None:
    del _web(documents)["volumes"][0]


def _claim(documents: list[Json]) -> None:
    documents.remove(_one(documents, "PersistentVolumeClaim", "exports"))


def _port(documents: list[Json]) -> None:
    _one(documents, "Service", "web")["spec"]["ports"][0]["targetPort"] = "https"


def _probe(documents: list[Json]) -> None:
    _web(documents)["containers"][0]["readinessProbe"]["httpGet"]["port"] = 8080


def _ingress(documents: list[Json]) -> None:
    _one(documents, "Service", "web")["metadata"]["name"] = "www"


def _target(documents: list[Json]) -> None:
    _one(documents, "HorizontalPodAutoscaler", "web")["spec"]["scaleTargetRef"]["name"] = "www"


def _number(documents: list[Json]) -> None:
    _one(documents, "Deployment", "web")["spec"]["replicas"] = 1


def _setting(documents: list[Json]) -> None:
    config = next(one for one in manifests.of_kind(documents, "ConfigMap"))
    config["data"]["MODWATCH_PUBLIC_ULR"] = "https://mod.example.com"


def _secret(documents: list[Json]) -> None:
    del manifests.of_kind(documents, "Secret")[0]["data"]["smtp_url"]


def _root(documents: list[Json]) -> None:
    _web(documents)["securityContext"]["runAsUser"] = 0


def _writable(documents: list[Json]) -> None:
    del _web(documents)["containers"][0]["securityContext"]["readOnlyRootFilesystem"]


def _endless(documents: list[Json]) -> None:
    _web(documents)["containers"][0]["livenessProbe"]["httpGet"]["path"] = "/health"


def _beats(documents: list[Json]) -> None:
    _one(documents, "Deployment", "beat")["spec"]["replicas"] = 2


def _queue(documents: list[Json]) -> None:
    long = _one(documents, "Deployment", "worker-long")
    manifests.pod_of(long)["containers"][0]["command"][-2] = "--queues=lng"


def _of_one_host(documents: list[Json]) -> None:
    claim = _one(documents, "PersistentVolumeClaim", "exports")
    claim["spec"]["accessModes"] = ["ReadWriteOnce"]


def _handed_out(documents: list[Json]) -> None:
    del _one(documents, "Ingress", "web")["spec"]["rules"][0]["http"]["paths"][0]


def _somebody(documents: list[Json]) -> None:
    labels = {"app.kubernetes.io/component": "web"}
    _one(documents, "Service", "nobody")["spec"]["selector"] = labels


@pytest.mark.parametrize(
    ("check", "plant"),
    [
        (cluster.idle_selectors, _selector),
        (cluster.idle_selectors, _policy),
        (cluster.lost_volumes, _volume),
        (cluster.lost_volumes, _claim),
        (cluster.lost_ports, _port),
        (cluster.lost_ports, _probe),
        (cluster.lost_ports, _ingress),
        (cluster.lost_targets, _target),
        (cluster.lost_targets, _number),
        (cluster_pods.unknown_settings, _setting),
        (cluster_pods.unknown_settings, _secret),
        (cluster_pods.soft_pods, _root),
        (cluster_pods.soft_pods, _writable),
        (cluster_pods.hasty_ends, _endless),
        (cluster_pods.hasty_ends, _beats),
        (cluster_pods.idle_queues, _queue),
        (cluster.split_volumes, _of_one_host),
        (cluster.open_doors, _handed_out),
        (cluster.open_doors, _somebody),
    ],
    ids=lambda one: one.__name__.strip("_"),
)
def test_a_mistake_is_found(
    rendered: dict[str, list[Json]], check: Check, plant: Callable[[list[Json]], None]
) -> None:
    documents = copy.deepcopy(rendered["ha"])
    plant(documents)
    assert check(documents) != []


def test_pods_that_share_a_volume_of_one_host_stay_together(
    rendered: dict[str, list[Json]],
) -> None:
    documents = copy.deepcopy(rendered["small"])
    _web(documents)["affinity"]["podAffinity"] = {}
    assert cluster.split_volumes(documents) == ["exports: Deployment web goes its own way"]


def test_a_field_that_only_newer_ones_know_is_found(rendered: dict[str, list[Json]]) -> None:
    web = copy.deepcopy(_one(rendered["small"], "Deployment", "web"))
    manifests.pod_of(web)["resources"] = {"limits": {"memory": "1Gi"}}  # of whole pods
    _validate(web)
    with pytest.raises(kubernetes_validate.ValidationError):
        _validate(web, VERSIONS[0])


def test_a_field_that_kubernetes_does_not_know_is_found(rendered: dict[str, list[Json]]) -> None:
    documents = copy.deepcopy(rendered["small"])
    _web(documents)["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        _validate(_one(documents, "Deployment", "web"))


def test_workers_are_scaled_by_what_there_is(rendered: dict[str, list[Json]]) -> None:
    documented = (ROOT / "docs" / "metrics.md").read_text()
    (scaler,) = manifests.of_kind(rendered["keda"], "ScaledObject")
    for trigger in scaler["spec"]["triggers"]:
        for one in asked(trigger["metadata"]["query"]):
            assert f"`{one.name}`" in documented


def test_prometheus_finds_the_pods_under_the_names_of_the_rules(
    rendered: dict[str, list[Json]], tmp_path: Path
) -> None:
    path = ROOT / "kubernetes" / "monitoring" / "prometheus.yml"
    whole = yaml.safe_load(path.read_text())
    # Debian's Prometheus knows no clusters; the rest of it is as everywhere.
    assert whole["scrape_configs"][0].pop("kubernetes_sd_configs")[0]["role"] == "pod"
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(whole))
    done = run("promtool", "check", "config", "--syntax-only", tmp_path / "prometheus.yml")
    assert done.returncode == 0, done.stdout
    config = yaml.safe_load(path.read_text())["scrape_configs"][0]
    assert "http|metrics" in {rule.get("regex") for rule in config["relabel_configs"]}
    for workload in manifests.of_kind(rendered["small"], "Deployment"):
        ports = manifests.pod_of(workload)["containers"][0]["ports"]
        notes = workload["spec"]["template"]["metadata"]["annotations"]
        assert notes["prometheus.io/port"] == str(ports[0]["containerPort"])
        assert ports[0]["name"] in ("http", "metrics")
