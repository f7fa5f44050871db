"""The check of answers notices what is wrong with them."""

import httpx
import jsonschema_rs
import pytest

from tests.discord.errors import complaint, invalid_form, unknown_user
from tests.discord.exchange import Answer, json_answer
from tests.discord.shapes import user_json
from tests.discord.state import User
from tests.discord.validation import validate

USER = user_json(User(id=1, username="ada"))


def answered(answer: Answer) -> httpx.Response:
    request = httpx.Request("GET", "http://127.0.0.1/api/v10/users/1")
    return httpx.Response(
        answer.status, headers=dict(answer.headers), content=answer.body, request=request
    )


@pytest.mark.parametrize(
    "answer",
    [
        json_answer(USER),
        json_answer(USER, headers={"X-RateLimit-Limit": "5", "X-RateLimit-Reset": "1.5"}),
        unknown_user().answer(),
        invalid_form({"limit": complaint("NUMBER_TYPE_MAX", "Too many")}).answer(),
    ],
)
def test_a_right_answer_passes(answer: Answer) -> None:
    validate(answered(answer))


@pytest.mark.parametrize(
    "content",
    [
        {name: value for name, value in USER.items() if name != "primary_guild"},
        USER | {"id": 1},
        USER | {"id": "01"},
        USER | {"nickname": "Countess"},
        [USER],
    ],
)
def test_a_wrong_body_does_not(content: object) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        validate(answered(json_answer(content)))


def test_a_wrong_refusal_does_not() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        validate(answered(json_answer({"message": "Unknown User"}, 404)))
    with pytest.raises(jsonschema_rs.ValidationError):
        validate(answered(json_answer({"message": "Slow down", "code": 0}, 429)))


def test_a_wrong_header_does_not() -> None:
    with pytest.raises(AssertionError):
        validate(answered(json_answer(USER, headers={"X-RateLimit-Left": "1"})))
    with pytest.raises(ValueError, match="many"):
        validate(answered(json_answer(USER, headers={"X-RateLimit-Limit": "many"})))
