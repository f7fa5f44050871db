"""How a Discord user is shown: names of the gone, avatar addresses.

Source: Discord's reference, "Image Formatting" and "CDN Endpoints".
"""

import re

_HASH = re.compile(r"[A-Za-z0-9_]+")
_CDN = "https://cdn.discordapp.com"


def deleted_username(user_id: int) -> str:
    """What a user Discord no longer knows is called: "Deleted User #" and the last six digits."""
    return f"Deleted User #{str(user_id)[-6:]}"


def default_avatar_url(user_id: int, discriminator: str | None = None) -> str:
    """The picture of a user without one: by id, or by the discriminator of an older account."""
    legacy = int(discriminator) if discriminator and discriminator.isdecimal() else 0
    index = legacy % 5 if legacy else (user_id >> 22) % 6
    return f"{_CDN}/embed/avatars/{index}.png"


def avatar_url(user_id: int, avatar: str | None, discriminator: str | None = None) -> str:
    """The user's picture on Discord's CDN by its hash, or the default one without a hash.

    A bot may send anything: what cannot be a hash leads to no address of its own.
    """
    if not avatar or not _HASH.fullmatch(avatar):
        return default_avatar_url(user_id, discriminator)
    extension = "gif" if avatar.startswith("a_") else "png"
    return f"{_CDN}/avatars/{user_id}/{avatar}.{extension}"
