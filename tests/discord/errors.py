"""Discord's refusals: an HTTP status and the JSON code that says more.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from http import HTTPStatus

from tests.discord.exchange import Answer, json_answer

FormErrors = dict[str, object]


class DiscordError(Exception):
    """One refusal; `errors` names the fields of a form that are wrong."""

    def __init__(
        self, status: int, code: int, message: str, errors: FormErrors | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.errors = status, code, message, errors

    def answer(self) -> Answer:
        content: dict[str, object] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            content["errors"] = self.errors
        return json_answer(content, self.status)


def plain(status: int) -> DiscordError:
    """A refusal without a reason of its own, such as `401: Unauthorized`."""
    return DiscordError(status, 0, f"{status}: {HTTPStatus(status).phrase}")


def unknown_message() -> DiscordError:
    return DiscordError(404, 10008, "Unknown Message")


def unknown_guild() -> DiscordError:
    return DiscordError(404, 10004, "Unknown Guild")


def unknown_member() -> DiscordError:
    return DiscordError(404, 10007, "Unknown Member")


def unknown_user() -> DiscordError:
    return DiscordError(404, 10013, "Unknown User")


def unknown_webhook() -> DiscordError:
    return DiscordError(404, 10015, "Unknown Webhook")


def not_for_bots() -> DiscordError:
    return DiscordError(403, 20001, "Bots cannot use this endpoint")


def too_large() -> DiscordError:
    return DiscordError(413, 40005, "Request entity too large")


def no_user_agent() -> DiscordError:
    return DiscordError(403, 40333, "internal network error")


def missing_access() -> DiscordError:
    return DiscordError(403, 50001, "Missing Access")


def empty_message() -> DiscordError:
    return DiscordError(400, 50006, "Cannot send an empty message")


def invalid_webhook_token() -> DiscordError:
    return DiscordError(401, 50027, "Invalid Webhook Token")


def invalid_form(errors: FormErrors) -> DiscordError:
    return DiscordError(400, 50035, "Invalid Form Body", errors)


def invalid_json() -> DiscordError:
    return DiscordError(400, 50109, "The request body contains invalid JSON.")


def complaint(code: str, message: str) -> FormErrors:
    """What is wrong with one field. Discord sends the code as a word."""
    return {"_errors": [{"code": code, "message": message}]}


def not_a_snowflake(text: str) -> FormErrors:
    return complaint("NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
