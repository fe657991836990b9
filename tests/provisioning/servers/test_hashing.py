from __future__ import annotations

import pytest

from provisioning.servers.adapters.mt5_web_api.hashing import prove

pytestmark = pytest.mark.no_database


@pytest.mark.parametrize(
    ("password", "challenge", "answer"),
    [
        # The vector that the vendor prints, both directions.
        (
            "Password1",
            "73007dc7184747ce0f7c98516ef1c851",
            "77fe51827f7fa69dd80fbec9aa33f1bb",
        ),
        (
            "Password1",
            "4db98fec17aab4dc5a240bdc659e8395",
            "1732021b1b332f51660b2b315eed3a35",
        ),
        # Ours: all four kinds of characters.
        (
            "S1mulat0r!Pass",
            "00112233445566778899aabbccddeeff",
            "38ce08005a2fb071b453bca0c7398e95",
        ),
        (
            "S1mulat0r!Pass",
            "ffeeddccbbaa99887766554433221100",
            "c498141e244bce3c997f9e910e615ee6",
        ),
        # Ours: characters beyond ASCII, and a challenge whose leading zeros count.
        (
            "Grüße€9x!",
            "0000000000000000000000000000002a",
            "18301ed9f23d3e113d0f0a093f1f16e4",
        ),
        (
            "Grüße€9x!",
            "0a0b0c0d0e0f101112131415161718fe",
            "2e6086b572687d9082b8891c06161b36",
        ),
    ],
)
def test_the_proof_is_the_vendors(password, challenge, answer):
    assert prove(password, challenge) == answer
    assert prove(password, challenge.upper()) == answer


def test_a_challenge_that_is_no_hex_is_refused():
    with pytest.raises(ValueError, match="hexadecimal"):
        prove("Password1", "no hex")
