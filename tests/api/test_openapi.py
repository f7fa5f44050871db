"""Routes, contract, settings and documents agree; the document says nothing that is not so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from adapters.settings import ROOT, load_settings
from api.app import create_app
from api.openapi.document import path_of
from tests.api.contract import CONTRACT, NOT_API
from tests.api.described import Described, JsonObject, described_by
from tests.parts import Web

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def described(web_on_sqlite: Web) -> Described:
    return described_by(web_on_sqlite.client())


def test_every_route_is_in_the_document_and_the_other_way_round(
    web_on_sqlite: Web, described: Described
) -> None:
    routes = {
        (method, path_of(rule))
        for rule in web_on_sqlite.app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in NOT_API
        for method in (rule.methods or set()) & METHODS
    }
    assert routes == set(described.operations())


def test_every_route_is_in_the_contract_and_the_other_way_round(described: Described) -> None:
    """A new route goes into tests/api/contract.py, with who may call it."""
    promised = {(one.method, one.path) for one in CONTRACT}
    assert promised == set(described.operations())


def test_the_document_says_who_may_call(described: Described) -> None:
    ways: dict[str, list[Any]] = {
        "public": [],
        "bot": [{"botToken": []}],
        "person": [{"cookie": []}],
    }
    for promise in CONTRACT:
        operation = described.operations()[promise.method, promise.path]
        expected = ways.get(promise.who, [{"cookie": []}, {"apiToken": []}])
        if promise.path == "/metrics":
            expected = [{}, {"metricsToken": []}]
        assert operation["security"] == expected, promise.path


def test_every_operation_is_told_whole(described: Described) -> None:
    """A view without `@answers(...)` (api/openapi/declare.py) is found here."""
    ids = set()
    for where, operation in described.operations().items():
        assert operation["summary"], where
        assert operation["operationId"] not in ids, where
        ids.add(operation["operationId"])
        assert any(code < "4" for code in operation["responses"]), f"{where} has no @answers(...)"
        assert "default" not in operation["responses"], where
        for code in operation["responses"]:
            answer = described.found(operation["responses"][code])
            assert answer["headers"]["X-Request-Id"], where
            if code >= "4" and where[1] != "/health":
                assert set(answer["content"]) == {"application/problem+json"}, (where, code)
        if where[0] in ("POST", "PUT", "PATCH") and "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= set(operation["responses"]), where


def test_ids_in_addresses_are_told_exactly(described: Described) -> None:
    for path, item in described.document["paths"].items():
        parameters = {one["name"]: one for one in map(described.found, item.get("parameters", ()))}
        assert set(re.findall(r"{(\w+)}", path)) == set(parameters), path
        for name, one in parameters.items():
            told = {"pattern", "format"} & set(one["schema"])
            assert told, f"say in api/openapi/components.py what {name} looks like"
            assert one["required"], path
    guild_id = described.document["components"]["parameters"]["guild_id"]["schema"]
    assert guild_id["pattern"] == "^[0-9]{1,19}$"


def test_every_noun_is_described(described: Described) -> None:
    for tag in described.document["tags"]:
        assert tag["description"], f"give the blueprint {tag['name']} a description"


def examples(described: Described) -> Iterator[tuple[JsonObject, Any]]:
    components = described.document["components"]
    holders = list(components["responses"].values())
    for operation in described.operations().values():
        holders += [operation.get("requestBody", {}), *operation["responses"].values()]
    for holder in holders:
        for media in holder.get("content", {}).values():
            if "example" in media:
                yield media["schema"], media["example"]
    for schema in components["schemas"].values():
        for field in schema.get("properties", {}).values():
            for example in field.get("examples", ()):
                yield field, example


def test_examples_are_what_their_schemas_describe(described: Described) -> None:
    found = list(examples(described))
    assert len(found) > 250
    for schema, example in found:
        described.validate(schema, example)


def test_schemas_are_schemas(described: Described) -> None:
    for name, schema in described.document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_the_document_is_made_once_and_not_before_it_is_asked_for(
    web_on_sqlite: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = web_on_sqlite.client().get("/api/v1/openapi.json").data
    described = "api.openapi.document.DocumentedApi.described"
    monkeypatch.setattr(described, lambda *_: pytest.fail("described once more"))
    again = create_app(web_on_sqlite.parts.settings, web_on_sqlite.parts)
    assert again.test_client().get("/api/v1/openapi.json").data == first


def test_the_document_is_the_same_under_both_prefixes_and_kept_by_its_etag(
    web_on_sqlite: Web,
) -> None:
    client = web_on_sqlite.client()
    for name in ("openapi.json", "docs"):
        first = client.get(f"/api/v1/{name}")
        assert first.data == client.get(f"/api/{name}").data
        again = client.get(f"/api/v1/{name}", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_the_page_loads_our_own_files_alone(web_on_sqlite: Web) -> None:
    client = web_on_sqlite.client()
    page = client.get("/api/v1/docs")
    loaded = set(re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', page.text))
    assert all(client.get(address).status_code == 200 for address in loaded)
    assert {Path(address).suffix for address in loaded} == {".js", ".css", ".svg"}
    assert not re.search(r"<style|\sstyle=|\son\w+=|//", page.text.replace("</", ""))
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "://" not in policy


class Recorder(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def test_every_setting_is_documented_and_the_other_way_round(tmp_path: Path) -> None:
    environ = Recorder({"MODWATCH_DATA_DIR": str(tmp_path)})
    load_settings(environ)
    settings = {name for name in environ.asked if not name.endswith("_FILE")}
    of_the_image = set(
        re.findall(r"MODWATCH_[A-Z_]+", Path(ROOT / "adapters/version.py").read_text())
    )
    text = (ROOT / "docs" / "configuration.md").read_text()
    table = set(re.findall(r"^\| `(MODWATCH_[A-Z_]+)`", text, re.MULTILINE))
    assert table == settings
    assert set(re.findall(r"MODWATCH_[A-Z_]+", text)) == settings | of_the_image
