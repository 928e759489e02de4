"""A self-signed certificate for “localhost”, made with nothing but the standard library.

For tests only: no package is needed for it, and no key lies in the repository.
"""

import base64
import datetime as dt
import hashlib
import math
import random
from pathlib import Path

RSA = "2a864886f70d010101"
SHA256_WITH_RSA = "2a864886f70d01010b"
COMMON_NAME, ALTERNATIVE_NAME, BASIC_CONSTRAINTS = "550403", "551d11", "551d13"


def der(tag: int, *parts: bytes) -> bytes:
    """One value in DER (X.690): tag, length, contents."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 128 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def integer(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1))


def identifier(encoded: str) -> bytes:
    return der(6, bytes.fromhex(encoded))


def bits(content: bytes) -> bytes:
    return der(3, b"\0", content)


def prime(size: int, chance: random.Random) -> int:
    """A number of `size` bits that is prime but for a chance of 4^-20 (Miller and Rabin)."""
    while True:
        candidate = chance.getrandbits(size) | 3 << (size - 2) | 1
        if math.gcd(candidate, 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23 * 65537) == 1 and all(
            _passes(candidate, chance.randrange(2, candidate - 1)) for _ in range(20)
        ):
            return candidate


def _passes(candidate: int, base: int) -> bool:
    twos = ((candidate - 1) & (1 - candidate)).bit_length() - 1
    power = pow(base, (candidate - 1) >> twos, candidate)
    if power in {1, candidate - 1}:
        return True
    return any((power := power * power % candidate) == candidate - 1 for _ in range(twos - 1))


def pem(kind: str, content: bytes) -> str:
    text = base64.encodebytes(content).decode()
    return f"-----BEGIN {kind}-----\n{text}-----END {kind}-----\n"


def write_certificate(file: Path, *, host: str = "localhost") -> None:
    """Write a key and a certificate, valid today, into `file`."""
    chance = random.Random(host)
    p, q = prime(1024, chance), prime(1024, chance)
    n, e = p * q, 65537
    d = pow(e, -1, math.lcm(p - 1, q - 1))
    key = sequence(
        *map(integer, (0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))),
    )
    null = der(5)
    algorithm = sequence(identifier(SHA256_WITH_RSA), null)
    name = sequence(der(0x31, sequence(identifier(COMMON_NAME), der(12, host.encode()))))
    today = dt.datetime.now(dt.UTC)
    validity = [
        der(23, f"{today + dt.timedelta(days=days):%y%m%d%H%M%SZ}".encode()) for days in (-1, 1)
    ]
    alternatives = sequence(der(0x82, host.encode()))
    certified = sequence(
        der(0xA0, integer(2)),  # version 3
        integer(chance.getrandbits(64)),
        algorithm,
        name,
        sequence(*validity),
        name,
        sequence(sequence(identifier(RSA), null), bits(sequence(integer(n), integer(e)))),
        der(
            0xA3,
            sequence(
                sequence(identifier(ALTERNATIVE_NAME), der(4, alternatives)),
                sequence(
                    identifier(BASIC_CONSTRAINTS),
                    der(1, b"\xff"),
                    der(4, sequence(der(1, b"\xff"))),
                ),
            ),
        ),
    )
    # PKCS #1, 9.2: the digest, named and padded to the length of the modulus.
    named = bytes.fromhex("3031300d060960864801650304020105000420")
    digest = named + hashlib.sha256(certified).digest()
    padded = b"\0\1" + b"\xff" * (256 - 3 - len(digest)) + b"\0" + digest
    signature = pow(int.from_bytes(padded), d, n).to_bytes(256)
    certificate = sequence(certified, algorithm, bits(signature))
    file.write_text(pem("RSA PRIVATE KEY", key) + pem("CERTIFICATE", certificate))
