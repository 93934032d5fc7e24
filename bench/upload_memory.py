"""`python -m bench.upload_memory worker|site CONTACT FILE`: say how much memory a file takes.

In MB above idle, at the highest point, of this process alone: the child that reads a file has a limit of its own.
"""

import sys
from pathlib import Path

import django

_MEGABYTE_OF_KILOBYTES = 1024


def main(role: str, contact_id: int, path: Path) -> float:
    """Do the role's part of the work, and return the memory it took."""
    from django.test import Client  # noqa: PLC0415 - needs the settings
    from django.urls import reverse  # noqa: PLC0415

    from bench import uploads  # noqa: PLC0415
    from openpars.accounts.models import Contact  # noqa: PLC0415

    contact = Contact.objects.get(pk=contact_id)
    provider = contact.provider
    assert provider is not None
    client = Client()
    client.force_login(contact.person)
    assert client.get(reverse("uploads", args=[provider.number])).status_code == 200
    if role == "worker":
        upload = uploads.receive(provider, path)
        idle = _memory("VmRSS")
        uploads.worked(upload)
        uploads.apply(upload)
        return _memory("VmHWM") - idle
    idle = _memory("VmRSS")
    upload = uploads.receive(provider, path)
    peak = _memory("VmHWM")
    uploads.worked(upload)  # which is not the site's
    before = _memory("VmRSS")
    _forget_peak()
    for name in ("upload", "upload-rows", "upload-findings"):
        assert client.get(reverse(name, args=[provider.number, upload.pk])).status_code == 200
    return max(peak - idle, _memory("VmHWM") - before)


def _memory(what: str) -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(what))
    return int(line.split()[1]) / _MEGABYTE_OF_KILOBYTES


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


if __name__ == "__main__":
    django.setup()
    print(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
