"""Messages go where they may, and no receiver can do harm."""

import socket
import ssl
from ipaddress import ip_address
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from openpars.accounts.refusals import Refused
from openpars.webhooks import posting
from openpars.webhooks.addresses import NotAllowed, checked, may_be_reached, reachable
from openpars.webhooks.posting import Answer, post
from tests.webhooks.conftest import Receiver

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:0a00:0001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("number", INSIDE)
def test_nothing_inside_of_a_network_is_reached(number: str) -> None:
    assert not may_be_reached(ip_address(number))


@pytest.mark.parametrize("number", OUTSIDE)
def test_the_open_internet_is_reached(number: str) -> None:
    assert may_be_reached(ip_address(number))


def test_loopback_alone_is_reached_where_that_is_said(settings: Any) -> None:
    settings.WEBHOOKS_LOOPBACK = True
    reached = {number for number in INSIDE if may_be_reached(ip_address(number))}
    assert reached == {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"}


@pytest.mark.parametrize(
    "address",
    ["https://hooks.example.org/openpars", "https://hooks.example.org:8443/a?b=c", "https://8.8.8.8/"],
)
def test_addresses_that_can_be_delivered_to(address: str) -> None:
    assert checked(f" {address} ") == address


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Enter the address"),
        ("hooks.example.org", "should be|Begin"),
        ("ftp://hooks.example.org/", "https"),
        ("http://hooks.example.org/", "https"),
        ("file:///etc/passwd", "should be"),
        ("https:///nowhere", "should be"),
        ("https://hooks.example.org:99999/", "should be"),
        ("https://hooks.example.org:0/", "should be"),
        ("https://[::1", "should be"),
        ("https://somebody:secret@hooks.example.org/", "name and password"),
        ("https://hooks.example.org/#part", "#"),
        ("https://hooks.example.org/a b", "spaces"),
        ("https://hooks.example.org\\@10.0.0.1/", "spaces"),
        ("https://hooks.example.org/\r\nX: y", "spaces"),
        ("https://höoks.example.org/", "xn--"),
        ("https://localhost/", "site itself"),
        ("https://a.localhost/", "site itself"),
        ("https://127.0.0.1/", "site itself"),
        ("https://[::1]/", "site itself"),
        ("https://10.0.0.1/", "private network"),
        ("https://169.254.169.254/latest/meta-data", "private network"),
        ("https://[::ffff:10.0.0.1]/", "private network"),
        ("https://example.org/" + "a" * 2000, "Shorten"),
    ],
)
def test_addresses_that_cannot(address: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        checked(address)
    assert refusal.value.field == "address"


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0"])
def test_numbers_in_disguise_are_seen_through(host: str) -> None:
    with pytest.raises(NotAllowed):
        list(reachable(host, 443))


def test_a_name_that_nobody_knows(settings: Any) -> None:
    assert post("https://nobody.invalid/", b"{}", {}).problem.startswith(
        "The name nobody.invalid is not known"
    )


def names_lead(monkeypatch: pytest.MonkeyPatch, *turns: list[str]) -> None:
    """Let every host name lead to these numbers: the first of `turns` when first asked, and so on."""
    left = list(turns)

    really = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *how: Any, **further: Any) -> list[Any]:
        if host[0].isdigit():
            return really(host, port, *how, **further)
        numbers = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_name_that_leads_inside_is_not_reached(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.WEBHOOKS_LOOPBACK = False
    names_lead(monkeypatch, ["127.0.0.1"])
    answer = post(receiver.address.replace("127.0.0.1", "hooks.example.org"), b"{}", {})
    assert answer.problem.startswith("hooks.example.org leads to an address inside a private network")
    assert receiver.messages == []


def test_the_number_that_was_judged_is_the_one_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name that leads elsewhere when it is asked again is asked once.
    names_lead(monkeypatch, ["10.0.0.1", "127.0.0.1"], ["10.0.0.1"])
    answer = post(receiver.address.replace("127.0.0.1", "hooks.example.org"), b"{}", {})
    assert answer == Answer(204)
    (message,) = receiver.messages
    assert message.headers["host"].startswith("hooks.example.org:")


def test_certificates_are_asked_for_the_name(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WEBHOOKS_LOOPBACK = True
    names_lead(monkeypatch, ["127.0.0.1"])
    asked: list[str | None] = []

    class Trust:
        def wrap_socket(self, _: socket.socket, *, server_hostname: str | None) -> Any:
            asked.append(server_hostname)
            raise ssl.SSLError("not trusted")

        def set_alpn_protocols(self, _: Any) -> None: ...

    monkeypatch.setattr(posting, "_trust", Trust)
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = post(f"https://hooks.example.org:{server.getsockname()[1]}/", b"{}", {})
    assert asked == ["hooks.example.org"]
    assert answer.problem.startswith("No connection could be made")


@pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 404, 410, 500])
def test_an_answer_is_what_it_is_and_nothing_is_followed(receiver: Receiver, status: int) -> None:
    receiver.answer(status, Location="http://169.254.169.254/latest/meta-data")
    answer = post(receiver.address, b"{}", {"webhook-id": "1"})
    assert (answer.status, answer.taken) == (status, status < 300)
    assert len(receiver.messages) == 1


@pytest.mark.parametrize("how", ["hang", "trickle"])
def test_who_does_not_answer_is_left(receiver: Receiver, how: str) -> None:
    receiver.behave = getattr(receiver, how)
    begun = monotonic()
    answer = post(receiver.address, b"{}", {}, patience=0.5)
    assert answer == Answer(None, problem="There was no whole answer within 0.5 seconds.")
    assert monotonic() - begun < 3


def test_of_an_endless_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.behave = receiver.endless
    assert post(receiver.address, b"{}", {}) == Answer(500, "x" * posting.KEPT)


def test_who_hangs_up(receiver: Receiver) -> None:
    receiver.behave = receiver.close_at_once
    answer = post(receiver.address, b"{}", {})
    assert answer.status is None
    assert answer.problem.startswith("The connection ended before there was an answer")


def test_nobody_there(settings: Any) -> None:
    settings.WEBHOOKS_LOOPBACK = True
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/", b"{}", {}).problem.startswith("No connection could be made")


def test_what_is_no_http(settings: Any) -> None:
    settings.WEBHOOKS_LOOPBACK = True
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            connection.recv(65536)
            connection.sendall(b"\x00\xff" * 100 + b"\r\n\r\n")
            connection.close()

        thread = Thread(target=babble)
        thread.start()
        answer = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, patience=2)
        thread.join()
    assert answer.status is None
    assert answer.problem
