"""Users of a NATS server that requires credentials: an operator, an account and a user, each with an Ed25519 key."""

from __future__ import annotations

import json
from base64 import b32encode, urlsafe_b64encode
from binascii import crc_hqx
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

if TYPE_CHECKING:
    from pathlib import Path

KINDS: Final = {"operator": 14 << 3, "account": 0, "user": 20 << 3}
SEED: Final = 18 << 3
FILE: Final = """\
-----BEGIN NATS USER JWT-----
{token}
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.

-----BEGIN USER NKEY SEED-----
{seed}
------END USER NKEY SEED------
"""


@dataclass(frozen=True)
class Key:
    """A key in the text form of NATS."""

    kind: str
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> str:
        """Its public half."""
        return _letters(bytes([KINDS[self.kind]]) + self.private.public_key().public_bytes_raw())

    @property
    def seed(self) -> str:
        """Its private half."""
        kind = KINDS[self.kind]
        return _letters(
            bytes([SEED | kind >> 5, kind << 3 & 255]) + self.private.private_bytes_raw()
        )

    def issue(self, to: Key, **claims: Any) -> str:  # noqa: ANN401 -- claims are JSON
        """Make a token for another key."""
        content = {
            "jti": "1",
            "iat": 1,
            "iss": self.public,
            "sub": to.public,
            "name": to.kind,
            "nats": {"type": to.kind, "version": 2, **claims},
        }
        signed = f"{_encode_json({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_encode_json(content)}"
        signature = self.private.sign(signed.encode())
        return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def asking_for_credentials(folder: Path) -> tuple[str, Path]:
    """The configuration of a server that requires credentials, and the file of a user who has them."""
    operator, account, user = (Key(kind) for kind in KINDS)
    system = Key("account")
    unlimited = {"subs": -1, "conn": -1, "data": -1, "payload": -1, "wildcards": True}
    stored = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
    preloaded = {
        account.public: operator.issue(account, limits={**unlimited, **stored}),
        system.public: operator.issue(system, limits=unlimited),
    }
    token = account.issue(user, subs=-1, data=-1, payload=-1)
    file = folder / "relay.creds"
    file.write_text(FILE.format(token=token, seed=user.seed))
    file.chmod(0o600)
    config = (
        f"operator: {operator.issue(operator)}",
        f"system_account: {system.public}",
        "resolver: MEMORY",
        f"resolver_preload: {json.dumps(preloaded)}",
    )
    return "\n".join(config), file


def _letters(content: bytes) -> str:
    checked = content + crc_hqx(content, 0).to_bytes(2, "little")
    return b32encode(checked).rstrip(b"=").decode()


def _encode_json(content: object) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
