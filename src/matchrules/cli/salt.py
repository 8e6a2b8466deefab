"""The salt of private facts, in a file of its own."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from matchrules.cli.report import Refused

_MOST_BYTES: Final = 10_000


def read_salt(file: Path, make: bool = False) -> str:
    """The salt in a file. `make`: put a random one there, for the owner of the file only, if the
    file is not there."""
    if make:
        with suppress(FileExistsError):
            import secrets

            opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "w", encoding="utf-8") as new:
                new.write(secrets.token_hex(16) + "\n")
    with file.open("rb") as old:
        content = old.read(_MOST_BYTES + 1)
    try:
        salt = content.decode().strip()
    except UnicodeDecodeError:
        salt = ""
    if not salt or len(content) > _MOST_BYTES or len(salt.splitlines()) > 1:
        raise Refused(
            f"`{file}` holds no salt: one line of text in UTF-8, of {_MOST_BYTES:,} bytes at most"
        )
    return salt
