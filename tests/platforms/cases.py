#!/usr/bin/env python3
"""Prints the cases of algorithms.c: for each algorithm that the schema of the configuration names,
a configuration with a key of tests/vectors, and a token.

    python3 cases.py >CASES
"""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"
SCHEMA = HERE.parent.parent / "include/jwt_auth.schema.json"

# The other name of EdDSA; a token has one of the two.
SYNONYMS = {"Ed25519"}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def configuration(vector):
    if "jwk" in vector:
        return {"jwks": {"keys": [vector["jwk"]]}}
    if vector["key"] is None:
        return {"secret": vector["secret"]}
    key = VECTORS / "keys" / f"{vector['key']}.pub.pem"
    options = {"public_key": key.read_text(encoding="utf-8")}
    if vector["format"] is not None:
        options["signature_format"] = vector["format"]
    return options


def main():
    vectors = read(VECTORS / "tokens.json") + read(VECTORS / "ml_dsa.json")["good"]
    # The first vector of each; of an ECDSA algorithm that is the form of RFC 7518.
    first = {}
    for vector in vectors:
        first.setdefault(vector["alg"], vector)
    algorithms = set(read(SCHEMA)["$defs"]["Algorithm"]["enum"]) - SYNONYMS
    if algorithms != set(first):
        raise SystemExit(f"the algorithms are {algorithms}, and those with a vector {set(first)}")
    for alg, vector in first.items():
        config = {"algorithms": [alg], **configuration(vector)}
        print(alg, json.dumps(config), vector["token"], sep="\t")


main()
