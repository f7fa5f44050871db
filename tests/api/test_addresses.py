"""Ids in addresses: what is none is told so, by every route alike."""

from __future__ import annotations

from unittest.mock import patch

from werkzeug.routing import Rule

from api.app import create_app
from api.http.addresses import IdConverter
from tests.api.routes import PARAMETERS, VIOLATION, address_of, routes
from tests.parts import Web

# What people call these; a delivery that was sent is one of a report here.
OTHERWISE = {"guild": "server", "sent": "delivery"}


def test_what_is_no_id_is_refused_by_whose_it_was(web_on_sqlite: Web) -> None:
    client, asked = web_on_sqlite.client(), 0
    for route in routes(web_on_sqlite.app):
        for name, converter in route.rule._converters.items():
            if isinstance(converter, IdConverter):
                asked += 1
                address = address_of(route.rule, **{name: "nobody"})
                answer = client.open(address, method=min(route.methods))
                assert answer.status_code == 400, address
                detail = answer.get_json()["detail"]
                assert detail.startswith(f"the {converter.noun} id in the address must be"), address
                own = name.removesuffix("_id")
                assert converter.noun == OTHERWISE.get(own, own)
    assert asked > 30


def test_an_application_compiles_none_of_the_builders_of_addresses(web_on_sqlite: Web) -> None:
    with patch.object(Rule, "_compile_builder", side_effect=AssertionError):
        app = create_app(web_on_sqlite.parts.settings, web_on_sqlite.parts)
    assert len(list(app.url_map.iter_rules())) > 100


def test_an_address_is_built_when_it_is_asked_for(web_on_sqlite: Web) -> None:
    for route in routes(web_on_sqlite.app):
        values = {name: PARAMETERS.get(name, VIOLATION) for name in route.rule.arguments}
        for _ in range(2):  # compiled, and as it was compiled
            assert route.rule.build(values, append_unknown=False) == ("", route.address)
            assert route.rule.build(values | {"more": "1"}) == ("", f"{route.address}?more=1")
