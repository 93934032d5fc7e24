"""`openpars serve`: the site, with everything it needs made on first start."""

import errno
import ipaddress
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from openpars.config.beside import a_worker
from openpars.config.starting import (
    alone,
    collect_static_files,
    data_option,
    forget_old_sessions,
    open_site,
    plain_words,
    prepare_database,
    say,
)
from openpars.jobs.processes import end_with_parent

#: Seconds a process gets for its last answers before it is killed. The worker beside gets its own after that, and
#: the whole tree is gone within ten.
_PATIENCE = 5


@click.command()
@click.option(
    "--demo", is_flag=True, envvar="OPENPARS_DEMO", help="Fill the site with demo data on first start."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Processes that answer; as many as cores by default."
)
@click.option(
    "--worker/--no-worker",
    default=True,
    show_default=True,
    help="Do background work as well, or leave it to `openpars worker`.",
)
@data_option
def serve(*, demo: bool, host: str, port: int, workers: int | None, worker: bool, data: Path) -> None:
    """Start the site and keep it running until SIGTERM or Ctrl-C."""
    address = _address(host)
    if demo and not address.is_loopback:
        message = (
            f"Demo data come with published passwords: --demo listens on this machine only, not on {host}. "
            "Leave --host away, or start without --demo."
        )
        raise click.UsageError(message)
    _free_port(address, port)
    _set_environment(demo=demo, address=address)
    with plain_words(data):
        open_site(data)
        with alone():
            prepare_database()
            forget_old_sessions()
            collect_static_files()
            _demo_or_not(demo=demo)
        shown = f"[{address}]" if address.version == 6 else str(address)
        say(f"OpenPARS is at http://{shown}:{port}/ (Ctrl-C ends it)")
        _free_port(address, port)
    with a_worker(jobs=worker):
        _serve(address, port, workers=workers or len(os.sched_getaffinity(0)))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The numeric address of a host name, IPv4 first."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as problem:
        message = f"There is no address for the host {host!r}."
        raise click.UsageError(message) from problem
    numbers = sorted((ipaddress.ip_address(str(entry[4][0])) for entry in found), key=lambda ip: ip.version)
    return numbers[0]


def _free_port(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> None:
    """Say plainly when we cannot listen there. (The server's own listening shares a port silently.)"""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((str(address), port))
        except OSError as problem:
            reasons = {
                errno.EADDRINUSE: "it is taken. Stop what is using it, or choose another with --port.",
                errno.EACCES: "this user may not. Choose a port above 1023 with --port.",
                errno.EADDRNOTAVAIL: "this machine does not have that address.",
            }
            reason = reasons.get(problem.errno or 0, f"{problem.strerror}.")
            message = f"Cannot listen on port {port} of {address}: {reason}"
            raise click.ClickException(message) from problem


def _set_environment(*, demo: bool, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """What the settings, here and in the workers, read from the environment."""
    if demo:
        os.environ["OPENPARS_DEMO"] = "1"
    else:
        os.environ.pop("OPENPARS_DEMO", None)
    if not address.is_unspecified:
        shown = f"[{address}]" if address.version == 6 else str(address)
        os.environ.setdefault("OPENPARS_HOSTS", f"localhost,127.0.0.1,[::1],{shown}")


def _demo_or_not(*, demo: bool) -> None:
    """Seed the demo and print its sign-ins; keep demo data and real data apart."""
    from openpars.config.demo import seed  # noqa: PLC0415 - models load only after the settings are known

    if demo:
        try:
            seed.ensure()
        except seed.RealDataHere as problem:
            message = (
                f"{settings.DATA} already holds a site that is not the demo, and it stays as it is. "
                "Choose another folder with --data, or start without --demo."
            )
            raise click.ClickException(message) from problem
        say(*(f"demo sign-in: {email} {seed.PASSWORD}" for email in seed.sign_ins()))
    elif seed.is_demo():
        message = (
            f"{settings.DATA} holds demo data, whose passwords are published. "
            "Start with --demo, or choose another folder with --data."
        )
        raise click.ClickException(message)


def _serve(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, *, workers: int) -> None:
    """Run the workers until a signal comes; then everything has ended when this returns."""
    on_sqlite = connections["default"].vendor == "sqlite"
    for connection in connections.all(initialized_only=True):
        # Workers are forked from here: they open connections of their own.
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
    Granian(
        "openpars.config.wsgi:application",
        address=str(address),
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1 if on_sqlite else 4,
        respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve(target_loader=_application, wrap_loader=False)


def _application() -> Callable[..., Any]:
    """What a worker answers with; called in the worker's process."""
    # A worker whose parent was killed outright would keep the port, and answer beside the next site.
    end_with_parent(signal.SIGTERM)
    return get_wsgi_application()
