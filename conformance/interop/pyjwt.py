"""PyJWT behind a pipe: a request is a line of JSON, and so is its answer."""

import base64
import inspect
import json
import os
import sys
import warnings
from datetime import datetime, timezone

import jwt
import jwt.api_jws
import jwt.api_jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

warnings.simplefilter("ignore")

clock = 0.0
step = ""  # the check of the claims that raised


class FrozenDatetime(datetime):
    """The clock that PyJWT reads, standing still."""

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(clock, tz)


assert jwt.api_jwt.datetime is datetime, "PyJWT reads another clock than the one that is frozen here"
jwt.api_jwt.datetime = FrozenDatetime


def watched(name, check):
    def watch(*args, **kwargs):
        global step
        try:
            return check(*args, **kwargs)
        except Exception:
            step = name
            raise

    return watch


for name in ["required_claims", "iat", "nbf", "exp", "iss", "aud", "sub", "jti"]:
    check = getattr(jwt.PyJWT, "_validate_" + name, None)
    if check:
        setattr(jwt.PyJWT, "_validate_" + name, watched(name, check))


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def algorithm(alg):
    return jwt.api_jws.get_algorithm_by_name(alg)


keys = {}  # OpenSSL is slow to check an RSA key


def read(alg, key):
    """A key in the form that it travels in, as PyJWT takes it."""
    if key["form"] == "raw":
        return unbase64url(key["text"])
    known = alg + key["text"]
    if known not in keys:
        reader = algorithm(alg)
        keys[known] = reader.from_jwk(key["text"]) if key["form"] == "jwk" else reader.prepare_key(key["text"])
    return keys[known]


rsa_key = None


def generate(alg):
    global rsa_key
    if alg[:2] in ("RS", "PS"):
        rsa_key = rsa_key or rsa.generate_private_key(65537, 2048)
        return rsa_key
    if alg[:2] == "ES":
        curve = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}[alg]()
        octets = (curve.key_size + 7) // 8
        while True:
            # Old releases write the numbers of an EC key without their leading
            # zeros, which RFC 7518, Section 6.2.1.2 forbids.
            key = ec.generate_private_key(curve)
            jwk = as_jwk(alg, key)
            if all(len(unbase64url(jwk[name])) == octets for name in ("x", "y", "d")):
                return key
    return ed25519.Ed25519PrivateKey.generate()


def as_jwk(alg, key):
    jwk = algorithm(alg).to_jwk(key)
    return json.loads(jwk) if isinstance(jwk, str) else jwk


def pair(alg):
    if alg[:2] == "HS":
        jwk = json.dumps({"kty": "oct", "k": base64.urlsafe_b64encode(os.urandom(64)).decode().rstrip("=")})
        return {"private": {"jwk": jwk}, "public": {"jwk": jwk}}
    key = generate(alg)
    return {
        "private": {
            "jwk": json.dumps(as_jwk(alg, key)),
            "pem": key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
        },
        "public": {
            "jwk": json.dumps(as_jwk(alg, key.public_key())),
            "pem": key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode(),
        },
    }


def member(kid, alg, use, key):
    return {"kid": kid, "alg": alg, "use": use, **as_jwk(alg, key)}


followed = {}  # the client of each URL


def follow(url):
    if url not in followed:
        at_once = {"cooldown_duration": 0}  # a new release waits before it asks again
        known = inspect.signature(jwt.PyJWKClient).parameters
        followed[url] = jwt.PyJWKClient(url, **{k: v for k, v in at_once.items() if k in known})
    return followed[url]


def answer(request):
    global clock, step
    op, alg, step = request["op"], request.get("alg"), ""
    if op == "hello":
        return {"version": jwt.__version__, "algorithms": jwt.api_jws._jws_global_obj.get_algorithms()}
    if op == "generate":
        return {"pair": pair(alg)}
    if op == "sign":
        return {"token": jwt.encode(request["claims"], read(alg, request["key"]), algorithm=alg, headers=request.get("header"))}
    if op == "verify":
        clock = request["now"]
        return {"claims": jwt.decode(request["token"], read(alg, request["key"]), algorithms=[alg], **request.get("with", {}))}
    if op == "verify-set":
        clock = request["now"]
        members = {key.key_id: key.key for key in jwt.PyJWKSet.from_json(request["set"]).keys}
        kid = jwt.get_unverified_header(request["token"])["kid"]
        return {"claims": jwt.decode(request["token"], members[kid], algorithms=[alg])}
    if op == "write-set":
        members = [member(key["kid"], key["alg"], "sig", read(key["alg"], key["key"])) for key in request["keys"]]
        members.append(as_jwk("EdDSA", ed448.Ed448PrivateKey.generate().public_key()))
        return {"text": json.dumps({"keys": members})}
    if op == "follow-set":
        clock = request["now"]
        key = follow(request["url"]).get_signing_key_from_jwt(request["token"]).key
        return {"claims": jwt.decode(request["token"], key, algorithms=[alg])}
    raise NotImplementedError(op)


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as e:
        reply = {
            "error": type(e).__name__,
            "text": str(e),
            "step": step,
            "foreign": not isinstance(e, jwt.PyJWTError),
        }
    # Claims may hold what only Python calls JSON; a lone Infinity becomes null.
    try:
        text = json.dumps(reply, allow_nan=False)
    except ValueError:
        reply["claims"] = None
        text = json.dumps(reply)
    print(text, flush=True)
