"""A whole stand-in Discord, with everything a test may do to it."""

from tests.discord.api import Api
from tests.discord.clock import Clock
from tests.discord.control import Control
from tests.discord.listener import Listener
from tests.discord.state import Webhook
from tests.discord.world import World


class Discord:
    """A server on a port of its own.

    world    users, guilds, members, webhooks, consents
    faults   slow, held, failing routes
    limits   rate limits
    journal  what was asked
    clock    its time

    Each method of these is also `POST {control_url}/PART/METHOD` with its arguments as JSON, for
    who is not in this process; that address goes on answering while Discord is away.
    """

    def __init__(self, port: int = 0, control_port: int = 0, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.world = World(self.clock)
        self.api = Api(self.world)
        self.limits, self.faults = self.api.limits, self.api.faults
        self.journal = self.api.journal
        self._door = Listener(self.api.answer, port)
        self._control = Listener(Control(self).answer, control_port)

    @property
    def url(self) -> str:
        return self._door.url

    @property
    def api_url(self) -> str:
        """What MODWATCH_DISCORD_API_URL has to be."""
        return f"{self.url}/api/v10"

    @property
    def control_url(self) -> str:
        return f"{self._control.url}/_control"

    def start(self) -> None:
        self._control.open()
        self._door.open()

    def stop(self) -> None:
        self._door.leave()
        self._control.leave()
        self.faults.interrupt()

    def go_away(self) -> None:
        """Discord is down: connections break, and new ones are refused."""
        self._door.close()
        self.faults.interrupt()

    def come_back(self) -> None:
        self._door.open()

    def webhook_url(self, webhook: Webhook) -> str:
        """The address that Discord shows to copy; it has no version."""
        return f"{self.url}/api/webhooks/{webhook.id}/{webhook.token}"

    def settings(self) -> dict[str, str]:
        """Environment of a Modwatch that is registered here."""
        application = self.world.application
        return {
            "MODWATCH_DISCORD_API_URL": self.api_url,
            "MODWATCH_DISCORD_CLIENT_ID": str(application.id),
            "MODWATCH_DISCORD_CLIENT_SECRET": application.client_secret,
            "MODWATCH_DISCORD_BOT_TOKEN": application.bot_token,
            # Its people bring servers of their own.
            "MODWATCH_GUILDS": "open",
        }
