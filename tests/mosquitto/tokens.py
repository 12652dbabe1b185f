"""Tokens, signed here and not by the library that is tested."""

import base64
import hashlib
import hmac
import json
import time

SECRET = "0123456789abcdef0123456789abcdef"
OTHER_SECRET = "another secret of thirty-two byte"
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

# The sample token of EMQX's documentation, signed with "emqxsecret".
SAMPLE = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJkYXRhIjp7ImF1dGhvciI6IndpdndpdiIsInNpdGUiOiJodHRwczov"
    "L3dpdndpdi5jb20ifSwiZXhwIjoxNTgyMjU1MzYwNjQyMDAwMCwiaWF0IjoxNTgyMjU1MzYwfQ"
    ".FdyAx2fYahm6h3g47m88ttyINzptzKy_speimyUcma4"
)

made = []  # every token of this run, for the search in the logs


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims=None, secret=SECRET, alg="HS256", header=None, **more):
    """A token that is good for an hour, unless it says otherwise. claims may be JSON text."""
    if not isinstance(claims, str):
        claims = {"exp": int(time.time()) + 3600, **(claims or {}), **more}
        claims = json.dumps({name: value for name, value in claims.items() if value is not None})
    header = {"alg": alg, "typ": "JWT", **(header or {})}
    signed = encode(json.dumps(header).encode()) + "." + encode(claims.encode())
    digest = HASHES.get(alg, hashlib.sha256)
    signature = hmac.new(secret.encode(), signed.encode(), digest).digest()
    made.append(signed + "." + encode(signature))
    return made[-1]


def fingerprint(text):
    return hashlib.sha256(text.encode()).hexdigest()[:8]
