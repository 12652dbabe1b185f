#!/usr/bin/env python3
"""Writes the test vectors of this directory: keys/, rfc.json, tokens.json, bad_signatures.json.

    pip install cryptography
    python generate.py           # write everything anew, then check it
    python generate.py --check   # only check what is there

Keys and signatures are random: every run makes new ones (only rfc.json stays the same, it is
transcribed from the RFCs at the end of this file). The keys protect nothing, they are for tests.
The signatures come from Python `cryptography` (OpenSSL), independent of the library under test.

Fields of the JSON files:
  alg     what the verifier is configured for; also the "alg" of the token's header
  key     stem of the key's files in keys/, null for HS*, which has "secret" (text) instead
  format  ES* only: what the verifier expects, "raw" (r || s, RFC 7518 section 3.4) or "der"
          (the ASN.1 Ecdsa-Sig-Value of RFC 3279 section 2.2.3)
Every token of tokens.json is valid, none of bad_signatures.json is. Unless its name says
otherwise, a bad signature is a good one with just the named change.

"small-s" keys: ECDSA keys computed so that one given message has a signature with s < 2^128;
that leaves room for s + n in a raw signature of the usual length.
"""
import base64, datetime, hashlib, hmac, itertools, json, pathlib, secrets, sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization as ser
from cryptography.hazmat.primitives.asymmetric import (
    ec, ed448, ed25519, padding, rsa, x25519)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature, encode_dss_signature)

HERE = pathlib.Path(__file__).parent
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"
CLAIMS = {"sub": "device-1", "clientid": "c1", "username": "u1",
          "iat": 1700000000, "exp": 4102444800}
HASH = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
EC_KEY = {"ES256": "p256", "ES384": "p384", "ES512": "p521"}
CURVE = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
SIZE = {"ES256": 32, "ES384": 48, "ES512": 66}  # bytes of r and of s
ORDER = {  # the group orders n, FIPS 186-4 section D.1.2
    "ES256": int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16),
    "ES384": int("f" * 48 + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16),
    "ES512": int("1" + "f" * 65 + "a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47a"
                 "ebb6fb71e91386409", 16)}
ED25519_L = 2**252 + 27742317777372353535851937790883648493  # RFC 8032 section 5.1


# --- encodings

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def tlv(tag, *content, length=None):
    """A DER element; `length` replaces the proper length bytes."""
    body = b"".join(content)
    n = len(body)
    if length is None:
        octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
        length = bytes([n]) if n < 128 else bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + body


def seq(*content, length=None):
    return tlv(0x30, *content, length=length)


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def raw(r, s, size):
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def pem(label, der):
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


# --- signatures

def signing_input(alg, **extra):
    parts = {"alg": alg, "typ": "JWT"}, CLAIMS | extra
    return ".".join(b64(json.dumps(p, separators=(",", ":")).encode()) for p in parts).encode()


def join(message, signature):
    return message.decode() + "." + b64(signature)


def hmac_tag(alg, message):
    return hmac.digest(SECRET.encode(), message, "sha" + alg[2:])


def pss(hash, salt=None):
    salt = hash.digest_size if salt is None else salt
    return padding.PSS(padding.MGF1(hash), salt)


def arguments(alg):
    """What `alg` passes to a key's sign and verify methods besides signature and message."""
    if alg == "EdDSA":
        return ()
    hash = HASH[alg[2:]]
    return {"RS": (padding.PKCS1v15(), hash), "PS": (pss(hash), hash),
            "ES": (ec.ECDSA(hash),)}[alg[:2]]


def sign(alg, key, message):
    """ECDSA signatures in DER."""
    return hmac_tag(alg, message) if alg[:2] == "HS" else key.sign(message, *arguments(alg))


def find(alg, key, wanted):
    """The first token, over jti = 0, 1, ..., whose signature (ECDSA: r and s) is as wanted."""
    for jti in itertools.count():
        message = signing_input(alg, jti=str(jti))
        signature = sign(alg, key, message)
        if alg[:2] == "ES":
            signature = decode_dss_signature(signature)
        if wanted(signature):
            return message, signature


# --- keys/

def spki_rsa(n, e):
    rsa_encryption = seq(bytes.fromhex("06092a864886f70d010101"), b"\x05\x00")
    return pem("PUBLIC KEY", seq(rsa_encryption, tlv(3, b"\x00", seq(integer(n), integer(e)))))


def certificate(name, key):
    """A self-signed X.509 v3 certificate."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    hash = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(datetime.datetime(2024, 1, 1))
            .not_valid_after(datetime.datetime(2049, 12, 31))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(key, hash))


def certificate_v1(name, key):
    """The same as X.509 v1, RSA only: no version, no extensions."""
    subject = certificate(name, key).subject.public_bytes()
    algorithm = seq(bytes.fromhex("06092a864886f70d01010b"), b"\x05\x00")
    validity = seq(tlv(0x17, b"240101000000Z"), tlv(0x17, b"491231000000Z"))
    spki = key.public_key().public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)
    tbs = seq(integer(1), algorithm, subject, validity, subject, spki)
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA256())
    return pem("CERTIFICATE", seq(tbs, algorithm, tlv(3, b"\x00", signature)))


def small_s_key(alg, message):
    """A key and (r, s), s < 2^128, its signature of the message: s and the nonce k are chosen,
    then s = (z + r d) / k mod n gives the private key d."""
    n, curve = ORDER[alg], CURVE[alg]
    k, s = 1 + secrets.randbelow(n - 1), 1 + secrets.randbelow(2**128 - 1)
    r = ec.derive_private_key(k, curve).public_key().public_numbers().x % n
    z = int.from_bytes(hashlib.new("sha" + alg[2:], message).digest(), "big")
    return ec.derive_private_key((s * k - z) * pow(r, -1, n) % n, curve), (r, s)


def make_keys():
    def rsa_key(bits):
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)

    def public_pem(key, format=ser.PublicFormat.SubjectPublicKeyInfo):
        return key.public_key().public_bytes(ser.Encoding.PEM, format).decode()

    keys = {
        "rsa2048": rsa_key(2048), "rsa2048-other": rsa_key(2048), "rsa3072": rsa_key(3072),
        "rsa4096": rsa_key(4096), "rsa8192": rsa_key(8192),
        "p256": ec.generate_private_key(CURVE["ES256"]),
        "p256-other": ec.generate_private_key(CURVE["ES256"]),
        "p384": ec.generate_private_key(CURVE["ES384"]),
        "p521": ec.generate_private_key(CURVE["ES512"]),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "ed25519-other": ed25519.Ed25519PrivateKey.generate()}
    small_s = {}
    for alg in "ES256", "ES384":
        message = signing_input(alg)
        keys[EC_KEY[alg] + "-small-s"], small_s[alg] = small_s_key(alg, message)

    files = {}
    for name, key in keys.items():
        files[name + ".key.pem"] = key.private_bytes(
            ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()).decode()
        files[name + ".pub.pem"] = public_pem(key)
    files["rsa2048.pkcs1.pem"] = public_pem(keys["rsa2048"], ser.PublicFormat.PKCS1)
    for name in "rsa2048", "p256", "ed25519":
        files[name + ".crt.pem"] = certificate(name, keys[name]).public_bytes(
            ser.Encoding.PEM).decode()
    files["rsa2048.v1.crt.pem"] = certificate_v1("rsa2048", keys["rsa2048"])
    # Two keys in one file.
    files["two.pub.pem"] = ("the RSA key\n" + files["rsa2048.pub.pem"]
                            + "the P-256 key\n" + files["p256.pub.pem"])
    # RSA keys which are too small, too large or have an unfit exponent.
    n = keys["rsa2048"].public_key().public_numbers().n
    files["rsa1024.pub.pem"] = public_pem(rsa_key(1024))
    files["rsa2048-e1.pub.pem"] = spki_rsa(n, 1)
    files["rsa2048-even.pub.pem"] = spki_rsa(n, 4)
    files["rsa16384.pub.pem"] = spki_rsa(1 << 16383 | secrets.randbits(16383) | 1, 65537)
    # Keys of kinds no supported algorithm uses.
    files["secp256k1.pub.pem"] = public_pem(ec.generate_private_key(ec.SECP256K1()))
    files["x25519.pub.pem"] = public_pem(x25519.X25519PrivateKey.generate())
    files["ed448.pub.pem"] = public_pem(ed448.Ed448PrivateKey.generate())

    (HERE / "keys").mkdir(exist_ok=True)
    for name, text in files.items():
        (HERE / "keys" / name).write_text(text)
    return keys, small_s


# --- tokens.json, bad_signatures.json

def entry(name, alg, key, token, format=None):
    secret = {"secret": SECRET} if alg[:2] == "HS" else {}
    return {"name": name, "alg": alg, "key": key, **secret, "format": format, "token": token}


def make_tokens(keys, small_s):
    """The entries, and for each ES algorithm the token whose r has leading zeros."""
    out, short_r = [], {}

    def add_es(alg, key, what, message, r, s):
        signatures = {"raw": raw(r, s, SIZE[alg]), "der": encode_dss_signature(r, s)}
        for format, signature in signatures.items():
            out.append(entry(f"{alg} {format}{what}", alg, key, join(message, signature), format))

    for alg in "HS256", "HS384", "HS512":
        message = signing_input(alg)
        out.append(entry(alg, alg, None, join(message, hmac_tag(alg, message))))
    for alg, name in [(a + b, "rsa2048") for a in ("RS", "PS") for b in HASH] + [
            ("RS256", "rsa3072"), ("RS256", "rsa4096"), ("RS256", "rsa8192"),
            ("EdDSA", "ed25519")]:
        message = signing_input(alg)
        what = alg if name in ("rsa2048", "ed25519") else f"{alg} with {name}"
        out.append(entry(what, alg, name, join(message, sign(alg, keys[name], message))))
    for alg, name in EC_KEY.items():
        message = signing_input(alg)
        add_es(alg, name, "", message, *decode_dss_signature(sign(alg, keys[name], message)))
    for alg, name in EC_KEY.items():
        # The first byte is zero; for P-521, where it is zero half of the time, the second too.
        limit = 256 ** (SIZE[alg] - (2 if alg == "ES512" else 1))
        for i, letter in enumerate("rs"):
            message, rs = find(alg, keys[name], lambda rs: rs[i] < limit)
            add_es(alg, name, f", {letter} has leading zeros", message, *rs)
            if letter == "r":
                short_r[alg] = message, rs
    for alg, rs in small_s.items():
        add_es(alg, EC_KEY[alg] + "-small-s", ", s < 2^128", signing_input(alg), *rs)
    return out, short_r


def bad_ecdsa(alg, key, short_r, small_s):
    n, size, name = ORDER[alg], SIZE[alg], EC_KEY[alg]
    out = []

    def add(format, what, signature, message=None, key=name):
        token = join(message or good, signature)
        out.append(entry(f"{alg} {format}, {what}", alg, key, token, format))

    # r and s whose DER form starts with a zero byte, to keep the sign bit clear.
    good, (r, s) = find(alg, key, lambda rs: all(x.bit_length() % 8 == 0 for x in rs))
    R, S, der = integer(r), integer(s), encode_dss_signature(r, s)
    assert R[2] == S[2] == 0 and seq(R, S) == der
    length = len(R + S)
    long_form = bytes([0x81, length]) if length < 128 else bytes([0x82, 0, length])
    for what, signature in {
            "BER long-form length of the sequence": seq(R, S, length=long_form),
            "BER long-form length of r": seq(tlv(2, R[2:], length=bytes([0x81, R[1]])), S),
            "BER long-form length of s": seq(R, tlv(2, S[2:], length=bytes([0x81, S[1]]))),
            "indefinite length": seq(R, S, b"\0\0", length=b"\x80"),
            "r with an extra leading zero": seq(tlv(2, b"\0", R[2:]), S),
            "s with an extra leading zero": seq(R, tlv(2, b"\0", S[2:])),
            "r negative, its leading zero is missing": seq(tlv(2, R[3:]), S),
            "s negative, its leading zero is missing": seq(R, tlv(2, S[3:])),
            "trailing byte after the sequence": der + b"\0",
            "trailing byte inside the sequence": seq(R, S, b"\0"),
            "a third integer inside the sequence": seq(R, S, integer(1)),
            "r = 0": seq(integer(0), S),
            "s = 0": seq(R, integer(0)),
            "r = s = 0": seq(integer(0), integer(0)),
            "r of no bytes": seq(tlv(2), S),
            "s of no bytes": seq(R, tlv(2)),
            "r = n": seq(integer(n), S),
            "s = n": seq(R, integer(n)),
            "r + n": seq(integer(r + n), S),
            "s + n": seq(R, integer(s + n)),
            "truncated by one byte": der[:-1],
            "empty": b"",
            "the signature is raw": raw(r, s, size)}.items():
        add("der", what, signature)

    good_raw = raw(r, s, size)
    for what, signature in {
            "all zero bytes": raw(0, 0, size),
            "r = 0": raw(0, s, size),
            "s = 0": raw(r, 0, size),
            "r = n": raw(n, s, size),
            "s = n": raw(r, n, size),
            "one byte too short": good_raw[:-1],
            "one byte too long": good_raw + b"\0",
            "r and s each with an extra leading zero": raw(r, s, size + 1),
            "empty": b"",
            "the signature is DER": der}.items():
        add("raw", what, signature)
    message, rs = short_r
    add("raw", "odd length, the leading zero of r is missing", raw(*rs, size)[1:], message)
    if alg == "ES512":  # n is far below 2^528
        add("raw", "r + n", raw(r + n, s, size))
        add("raw", "s + n", raw(r, s + n, size))
    else:
        r, s = small_s
        add("raw", "s + n", raw(r, s + n, size), signing_input(alg), name + "-small-s")
    return out


def bad_rsa(key):
    n = key.public_key().public_numbers().n
    out = []

    def add(alg, what, message, signature):
        out.append(entry(f"{alg}, {what}", alg, "rsa2048", join(message, signature)))

    sha256, sha384 = HASH["256"], HASH["384"]
    rs, ps = signing_input("RS256"), signing_input("PS256")
    good = sign("RS256", key, rs)
    add("RS256", "257 bytes, a leading zero added", rs, b"\0" + good)
    message, signature = find("RS256", key, lambda x: x[0] == 0)
    add("RS256", "255 bytes, the leading zero is missing", message, signature[1:])
    message, signature = find("RS256", key, lambda x: int.from_bytes(x, "big") + n < 2**2048)
    signature = int.from_bytes(signature, "big") + n
    add("RS256", "signature + n", message, signature.to_bytes(256, "big"))
    add("RS256", "empty", rs, b"")
    add("RS256", "the signature is PS256", rs, sign("PS256", key, rs))
    add("RS256", "the signature is RS384", rs, sign("RS384", key, rs))
    add("PS256", "the signature is RS256", ps, sign("RS256", key, ps))
    add("PS256", "the signature is PS384", ps, sign("PS384", key, ps))
    # RFC 7518 section 3.5: the salt is as long as the hash, MGF1 uses the same hash.
    add("PS256", "salt of 0 bytes", ps, key.sign(ps, pss(sha256, 0), sha256))
    add("PS256", "salt of 222 bytes", ps, key.sign(ps, pss(sha256, 222), sha256))
    add("PS256", "MGF1 with SHA-384", ps,
        key.sign(ps, padding.PSS(padding.MGF1(sha384), 32), sha256))
    add("PS256", "empty", ps, b"")
    return out


def bad_ed25519(key):
    message = signing_input("EdDSA")
    good = sign("EdDSA", key, message)
    s = int.from_bytes(good[32:], "little") + ED25519_L
    signatures = {"S + L": good[:32] + s.to_bytes(32, "little"), "empty": b"",
                  "63 bytes": good[:-1], "65 bytes": good + b"\0"}
    return [entry(f"EdDSA, {what}", "EdDSA", "ed25519", join(message, x))
            for what, x in signatures.items()]


def bad_hmac():
    message = signing_input("HS256")
    tag = hmac_tag("HS256", message)
    tags = {"truncated to 31 bytes": tag[:31], "truncated to 16 bytes": tag[:16], "empty": b"",
            "33 bytes, a zero added": tag + b"\0", "the tag is HS512": hmac_tag("HS512", message),
            "the tag is HS512 truncated to 32 bytes": hmac_tag("HS512", message)[:32]}
    return [entry(f"HS256, {what}", "HS256", None, join(message, x)) for what, x in tags.items()]


def make_bad_signatures(keys, short_r, small_s):
    out = []
    for alg, name in EC_KEY.items():
        out += bad_ecdsa(alg, keys[name], short_r[alg], small_s.get(alg))
    return out + bad_rsa(keys["rsa2048"]) + bad_ed25519(keys["ed25519"]) + bad_hmac()


# --- checks, with `cryptography`

def jwk_key(jwk):
    def number(member):
        return int.from_bytes(unb64(jwk[member]), "big")
    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(number("e"), number("n")).public_key()
    if jwk["kty"] == "EC":
        curve = {"P-256": ec.SECP256R1(), "P-521": ec.SECP521R1()}[jwk["crv"]]
        return ec.EllipticCurvePublicNumbers(number("x"), number("y"), curve).public_key()
    if jwk["kty"] == "OKP":
        return ed25519.Ed25519PublicKey.from_public_bytes(unb64(jwk["x"]))
    return unb64(jwk["k"])


def verifies(alg, key, format, token):
    message, _, signature = token.rpartition(".")
    message, signature = message.encode(), unb64(signature)
    assert json.loads(unb64(token.partition(".")[0]))["alg"] == alg
    if alg[:2] == "HS":
        return hmac.compare_digest(hmac.digest(key, message, "sha" + alg[2:]), signature)
    if format == "raw":  # `cryptography` knows the DER form only: the length is checked here
        size = SIZE[alg]
        if len(signature) != 2 * size:
            return False
        r, s = signature[:size], signature[size:]
        signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    try:
        key.verify(signature, message, *arguments(alg))
        return True
    except InvalidSignature:
        return False


def check():
    def read(name):
        return json.loads((HERE / name).read_text())

    def key_of(vector):
        if vector["key"] is None:
            return vector["secret"].encode()
        return ser.load_pem_public_key((HERE / f"keys/{vector['key']}.pub.pem").read_bytes())

    wrong = []
    for v in read("rfc.json"):
        assert unb64(v["token"].split(".")[1]).decode() == v["payload"]
        format = "raw" if v["alg"][:2] == "ES" else None
        if v["alg"] != "none" and not verifies(v["alg"], jwk_key(v["jwk"]), format, v["token"]):
            wrong.append("does not verify: " + v["name"])
    for file, good in ("tokens.json", True), ("bad_signatures.json", False):
        for v in read(file):
            if verifies(v["alg"], key_of(v), v["format"], v["token"]) != good:
                wrong.append(("does not verify: " if good else "is accepted: ") + v["name"])
    print("\n".join(wrong) or "all checks passed")
    return not wrong


# --- rfc.json

JOE = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
FRODO = ("It\u2019s a dangerous business, Frodo, going out your door. You step onto the road, "
         "and if you don't keep your feet, there\u2019s no knowing where you might be swept off "
         "to.")
BILBO = {"kid": "bilbo.baggins@hobbiton.example", "use": "sig"}
RSA_BILBO = {  # RFC 7520 section 3.3
    "kty": "RSA", **BILBO,
    "n": "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZ"
    "QHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oB"
    "HqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVb"
    "b9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHd"
    "rNP5zw",
    "e": "AQAB"}
EC_BILBO = {  # RFC 7520 section 3.1
    "kty": "EC", **BILBO, "crv": "P-521",
    "x": "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5c"
    "j0Kt",
    "y": "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-Hq"
    "HZR1"}
HMAC_7520 = {  # RFC 7520 section 3.5
    "kty": "oct", "kid": "018c0ae5-4d9b-471b-bfd6-eef314bc7037", "use": "sig", "alg": "HS256",
    "k": "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}
RFC = [  # name, alg, JWK, header, payload, signature
    ("RFC 7515 A.1", "HS256", {"kty": "oct",
      "k":
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CA"
      "ow"},
     '{"typ":"JWT",\r\n "alg":"HS256"}', JOE,
     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    ("RFC 7515 A.2", "RS256", {"kty": "RSA",
      "n":
      "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz"
      "P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf6"
      "3kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw"
      "Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
      "yuXpoQ",
      "e": "AQAB"},
     '{"alg":"RS256"}', JOE,
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt"
     "_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArL"
     "IARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7no"
     "OPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ"
     "Ge77Rw"),
    ("RFC 7515 A.3", "ES256", {"kty": "EC", "crv": "P-256",
      "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
     '{"alg":"ES256"}', JOE,
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU"
     "1Q"),
    ("RFC 7515 A.4", "ES512", {"kty": "EC", "crv": "P-521",
      "x":
      "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceq"
      "wQGk",
      "y":
      "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3k"
      "yMj2"},
     '{"alg":"ES512"}', "Payload",
     "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_"
     "7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXo"
     "lLzeO_Jn"),
    ("RFC 7515 A.5", "none", None,
     '{"alg":"none"}', JOE,
     ""),
    ("RFC 7520 4.1", "RS256", RSA_BILBO,
     '{"alg":"RS256","kid":"bilbo.baggins@hobbiton.example"}', FRODO,
     "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996i"
     "vp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1u"
     "SNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAh"
     "b6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18"
     "kDquDg"),
    ("RFC 7520 4.2", "PS384", RSA_BILBO,
     '{"alg":"PS384","kid":"bilbo.baggins@hobbiton.example"}', FRODO,
     "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqH"
     "CdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn"
     "442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0"
     "n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-"
     "X72Eaw"),
    ("RFC 7520 4.3", "ES512", EC_BILBO,
     '{"alg":"ES512","kid":"bilbo.baggins@hobbiton.example"}', FRODO,
     "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cm"
     "L1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRu"
     "Bomu9xQ2"),
    ("RFC 7520 4.4", "HS256", HMAC_7520,
     '{"alg":"HS256","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037"}', FRODO,
     "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0"),
    ("RFC 8037 A.4", "EdDSA", {"kty": "OKP", "crv": "Ed25519",
      "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
     '{"alg":"EdDSA"}', "Example of Ed25519 signing",
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0K"
     "Ag"),
]


def make_rfc():
    return [{"name": name, "alg": alg, "jwk": jwk,
             "token": f"{b64(header.encode())}.{b64(payload.encode())}.{signature}",
             "payload": payload, "payload_is_claims": payload.startswith("{")}
            for name, alg, jwk, header, payload, signature in RFC]


def main():
    def write(name, vectors):
        (HERE / name).write_text(json.dumps(vectors, indent=1) + "\n")

    if "--check" not in sys.argv[1:]:
        write("rfc.json", make_rfc())
        keys, small_s = make_keys()
        tokens, short_r = make_tokens(keys, small_s)
        write("tokens.json", tokens)
        write("bad_signatures.json", make_bad_signatures(keys, short_r, small_s))
    sys.exit(not check())


if __name__ == "__main__":
    main()
