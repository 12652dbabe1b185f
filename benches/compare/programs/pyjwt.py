"""PyJWT: pyjwt.py ALGORITHM KEY."""

import sys
import time

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

algorithm, text = sys.argv[1:]
key = text if algorithm.startswith("HS") else load_pem_public_key(text.encode())
good = []


def check(token, client):
    try:
        claims = jwt.decode(
            token, key, algorithms=[algorithm], audience="mqtt", options={"require": ["exp"]}
        )
    except jwt.InvalidTokenError:
        return False
    return claims["clientid"] == client and isinstance(claims["acl"], dict)


def nanoseconds(count):
    start = time.process_time_ns()
    for i in range(count):
        if not check(*good[i % len(good)]):
            return "refused"
    return (time.process_time_ns() - start) / count


print("ready", flush=True)
for line in sys.stdin:
    question, *rest = line.split()
    if question == "time":
        print(nanoseconds(int(rest[0])), flush=True)
    else:
        accepted = check(*rest)
        if accepted:
            good.append(rest)
        print(int(accepted), flush=True)
