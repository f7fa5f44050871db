"""Which addresses may be kept, and that no refusal repeats what was typed."""

import pytest

from adapters.outgoing.addresses import checked_address
from adapters.outgoing.networks import is_refused, literal, parse_openings

DISCORD = ("discord.com",)
GOOD = (
    "https://hooks.example.org/a/b?c=d",
    "https://hooks.example.org:443/",
    "https://93.184.216.34/x",
    "https://[2606:4700::1111]/x",
    "https://xn--bcher-kva.example/x",
)
BAD = (
    "http://hooks.example.org/",
    "ftp://hooks.example.org/",
    "javascript:alert(1)",
    "//hooks.example.org/",
    "https://",
    "https:///path",
    "https://hooks.example.org:8443/",
    "https://hooks.example.org:0/",
    "https://hooks.example.org:99999/",
    "https://user@hooks.example.org/",
    "https://user:word@hooks.example.org/",
    "https://discord.com@evil.example/",
    "https://localhost/",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.100.100.200/",
    "https://168.63.129.16/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    "https://hooks.example.org\\@evil.example/",
    "https://hooks.example.org /",
    "https://hooks.example.org/\r\nHost: evil.example",
    "https://hooks.example.org./",
    "https://hooks.exämple.org/",
    "https://hooks.example.org/" + "a" * 2000,
)


@pytest.mark.parametrize("address", GOOD)
def test_an_https_address_of_any_public_host_is_kept(address: str) -> None:
    assert checked_address(address) == address


@pytest.mark.parametrize("address", BAD)
def test_what_leads_elsewhere_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(ValueError, match=r"^must ") as refused:
        checked_address(address)
    assert "evil" not in str(refused.value)
    assert "word" not in str(refused.value).replace("password", "")


@pytest.mark.parametrize(
    "address",
    [
        "https://discord.com@evil.example/",
        "https://evil.example/discord.com",
        "https://discord.com.evil.example/",
        "https://evildiscord.com/",
        "https://evil.example#discord.com",
        "https://127.0.0.1/",
        "http://discord.com/",
        "https://discord.com:444/",
    ],
)
def test_with_hosts_given_only_these_are_taken(address: str) -> None:
    assert checked_address("https://DISCORD.com/x", DISCORD) == "https://DISCORD.com/x"
    with pytest.raises(ValueError, match=r"^must "):
        checked_address(address, DISCORD)


def test_an_opening_is_for_its_network_and_port_only() -> None:
    openings = parse_openings("127.0.0.0/8:9000, [fd00::]/8:8080")
    for good in ("http://127.0.0.1:9000/x", "https://127.9.9.9:9000/", "http://[fd00::5]:8080/"):
        assert checked_address(good, openings=openings) == good
        assert checked_address(good, DISCORD, openings) == good
    for bad in ("http://127.0.0.1:9001/", "http://10.0.0.1:9000/", "http://127.0.0.1/"):
        with pytest.raises(ValueError, match=r"^must "):
            checked_address(bad, openings=openings)


def test_a_name_may_have_the_port_of_an_opening_but_not_instead_of_a_host_that_is_wanted() -> None:
    openings = parse_openings("10.0.0.0/8:9000")
    assert checked_address("http://hooks.corp.example:9000/", openings=openings)
    with pytest.raises(ValueError, match=r"discord"):
        checked_address("https://hooks.corp.example:9000/", DISCORD, openings)


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8", "10.0.0.0:0", "ten:80", "10.0.0.1/8:80", "::1", ":80"]
)
def test_an_opening_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(must be|has no)"):
        parse_openings(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "100.64.0.1", "168.63.129.16", "192.0.0.170", "192.88.99.1", "198.18.0.1",
        "224.0.0.1", "239.255.255.250", "255.255.255.255", "::", "::7f00:1", "::ffff:10.0.0.1",
        "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
        "2002:7f00:1::", "fc00::1", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_no_place_of_the_public_internet_is_refused(text: str) -> None:
    address = literal(text)
    assert address is not None
    assert is_refused(address)


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"])
def test_the_public_internet_is_not(text: str) -> None:
    address = literal(text)
    assert address is not None
    assert not is_refused(address)
