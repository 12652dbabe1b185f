#!/usr/bin/env python3
"""Writes the test vectors of ML-DSA, ml_dsa.json and keys/ml-dsa-*.pub.pem, and of keys for RSASSA-PSS alone,
keys/rsa2048-pss*.pub.pem.

    pip install 'cryptography>=48'
    python ml_dsa_and_pss.py           # write everything anew, then check it
    python ml_dsa_and_pss.py --check   # only check what is there

The signatures come from Python `cryptography` (OpenSSL), independent of the library under test, and from RFC 9964.

ml_dsa.json has a list for each of these:
  rfc     the keys and tokens of RFC 9964 appendix A.1, transcribed. Their payload is no claims.
  good    tokens with claims
  bad     a token of the first of these keys, signed in another context than the empty one
The keys of "good" and "bad" are made of the seed "ml-dsa" repeated; those of the RFC of 32 zero bytes.

rsa2048-pss*.pub.pem are the key rsa2048 under the AlgorithmIdentifier that `openssl genpkey -algorithm RSA-PSS` writes
for the parameters in PSS below, so that the PS256, PS384 and PS512 tokens of tokens.json are theirs.
"""
import base64
import json
import pathlib
import subprocess
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import mldsa

HERE = pathlib.Path(__file__).parent
FILE = HERE / "ml_dsa.json"
SEED = (b"ml-dsa" * 6)[:32]
CLAIMS = {"sub": "device-1", "clientid": "c1", "username": "u1", "iat": 1700000000, "exp": 4102444800}
PRIVATE = {"ML-DSA-44": mldsa.MLDSA44PrivateKey, "ML-DSA-65": mldsa.MLDSA65PrivateKey,
           "ML-DSA-87": mldsa.MLDSA87PrivateKey}
PUBLIC = {"ML-DSA-44": mldsa.MLDSA44PublicKey, "ML-DSA-65": mldsa.MLDSA65PublicKey,
          "ML-DSA-87": mldsa.MLDSA87PublicKey}
PSS = {"": [], "-sha256": ["md:sha256", "mgf1_md:sha256", "saltlen:32"],
       "-sha384": ["md:sha384", "mgf1_md:sha384", "saltlen:20"],
       "-sha512": ["md:sha512", "mgf1_md:sha512", "saltlen:64"],
       "-salt33": ["md:sha256", "mgf1_md:sha256", "saltlen:33"],
       "-sha1": ["md:sha1", "mgf1_md:sha1", "saltlen:20"],
       "-mgf": ["md:sha512", "mgf1_md:sha256", "saltlen:64"]}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def token(alg, key, **sign):
    signed = b64(compact({"alg": alg, "typ": "JWT"})) + "." + b64(compact(CLAIMS))
    return signed + "." + b64(key.sign(signed.encode(), **sign))


def good(alg):
    key = PRIVATE[alg].from_seed_bytes(SEED)
    public = key.public_key()
    jwk = {"kty": "AKP", "alg": alg, "pub": b64(public.public_bytes_raw())}
    pem = public.public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
    (HERE / "keys" / f"{alg.lower()}.pub.pem").write_bytes(pem)
    return {"alg": alg, "jwk": jwk, "token": token(alg, key)}


def write_ml_dsa():
    written = json.loads(FILE.read_text())
    written["good"] = [good(alg) for alg in PRIVATE]
    alg, key = next(iter(PRIVATE.items()))
    jwk = written["good"][0]["jwk"]
    in_context = token(alg, key.from_seed_bytes(SEED), context=b"JWT")
    written["bad"] = [{"alg": alg, "jwk": jwk, "token": in_context}]
    FILE.write_text(json.dumps(written, indent=1) + "\n")


def tlv(tag, content):
    n = len(content)
    octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x80 | len(octets)]) + octets) + content


def element(der):
    """The first element, header included, and what follows it; and where its content begins."""
    long = der[1] & 0x80
    begin = 2 + (der[1] & 0x7f if long else 0)
    end = begin + (int.from_bytes(der[2:begin], "big") if long else der[1])
    return der[:end], der[end:], begin


def spki(pem):
    """The AlgorithmIdentifier and the key of a SubjectPublicKeyInfo."""
    der = base64.b64decode("".join(pem.splitlines()[1:-1]))
    algorithm, key, _ = element(der[element(der)[2]:])
    return algorithm, key


def write_pss():
    _, key = spki((HERE / "keys/rsa2048.pub.pem").read_text())
    for name, parameters in PSS.items():
        options = [word for text in parameters for word in ("-pkeyopt", f"rsa_pss_keygen_{text}")]
        private = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA-PSS", *options],
                                 check=True, capture_output=True).stdout
        public = subprocess.run(["openssl", "pkey", "-pubout"], input=private,
                                check=True, capture_output=True).stdout.decode()
        algorithm, _ = spki(public)
        text = base64.b64encode(tlv(0x30, algorithm + key)).decode()
        lines = [text[at:at + 64] for at in range(0, len(text), 64)]
        (HERE / f"keys/rsa2048-pss{name}.pub.pem").write_text(
            "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]))


def is_signed(vector):
    head, signature = vector["token"].rsplit(".", 1)
    key = PUBLIC[vector["alg"]].from_public_bytes(unb64(vector["jwk"]["pub"]))
    try:
        key.verify(unb64(signature), head.encode())
    except InvalidSignature:
        return False
    return True


def check():
    lists = json.loads(FILE.read_text())
    for name, expected in (("rfc", True), ("good", True), ("bad", False)):
        assert lists[name], name
        assert all(is_signed(vector) is expected for vector in lists[name]), name
    for name in PSS:
        ser.load_pem_public_key((HERE / f"keys/rsa2048-pss{name}.pub.pem").read_bytes())


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write_ml_dsa()
        write_pss()
    check()
