"""Names and pictures as Discord's own clients show them."""

import pytest

from domain.users import avatar_url, default_avatar_url, deleted_username

CDN = "https://cdn.discordapp.com"
USER_ID = 80_351_110_224_678_912


@pytest.mark.parametrize(
    ("user_id", "name"),
    [
        (USER_ID, "Deleted User #678912"),
        (1_000_000_000_000_000_007, "Deleted User #000007"),
        (42, "Deleted User #42"),
    ],
)
def test_the_gone_keep_their_last_six_digits(user_id: int, name: str) -> None:
    assert deleted_username(user_id) == name


@pytest.mark.parametrize(
    ("discriminator", "index"),
    [
        (None, (USER_ID >> 22) % 6),
        ("", (USER_ID >> 22) % 6),
        ("0", (USER_ID >> 22) % 6),
        ("1337", 1337 % 5),
        ("0005", 0),
        ("hostile", (USER_ID >> 22) % 6),
    ],
)
def test_default_avatar(discriminator: str | None, index: int) -> None:
    expected = f"{CDN}/embed/avatars/{index}.png"
    assert default_avatar_url(USER_ID, discriminator) == expected
    assert avatar_url(USER_ID, None, discriminator) == expected
    assert avatar_url(USER_ID, "", discriminator) == expected
    assert avatar_url(USER_ID, "../../?x=", discriminator) == expected


@pytest.mark.parametrize(
    ("avatar", "extension"),
    [("8342729096ea3675442027381ff50dfe", "png"), ("a_bb71f469c158", "gif")],
)
def test_own_avatar(avatar: str, extension: str) -> None:
    assert avatar_url(USER_ID, avatar) == f"{CDN}/avatars/{USER_ID}/{avatar}.{extension}"
