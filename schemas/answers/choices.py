"""Answers about what there is to choose from: a server's roles and members."""

from __future__ import annotations

from typing import Any

from schemas.answers.common import Answer, avatar, many, one_of, person, snowflake, text, username

ASKED = ["answered", "away", "missing", "not_configured", "not_asked"]


def _discord() -> Any:
    return one_of(
        ASKED,
        "answered",
        description="whether Discord was asked; `missing`: the bot is not in the server;"
        " `not_configured`: there is no bot token; `not_asked`: nothing was looked for."
        " Ids can be used in any case.",
    )


class RoleChoiceAnswer(Answer):
    role_id = snowflake("9001")
    name = text("Moderators")
    color = text("#3556d8", null=True)


class RoleChoicesAnswer(Answer):
    roles = many(RoleChoiceAnswer, description="those a person can be given, the highest first")
    discord = _discord()


class MemberChoiceAnswer(Answer):
    user_id = person("815")
    username = username()
    display_name = text("Ada", null=True, description="the nickname, or the name that is shown")
    avatar = avatar()


class MemberChoicesAnswer(Answer):
    members = many(MemberChoiceAnswer, description="at most 20; Discord's, then those known here")
    discord = _discord()
