"""PyJWT behind a pipe, for others.go: a request is a line of JSON, and so is its answer."""

import base64
import json
import platform
import sys

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

setup = json.loads(sys.stdin.readline())
keys = {alg: load_pem_public_key(pem.encode()) for alg, pem in setup["keys"].items()}
keys["HS256"] = base64.b64decode(setup["secret"])
expected = {"issuer": setup["issuer"], "audience": setup["audience"]}


def verify(alg, token, n):
    key, algorithms, claims = keys[alg], [alg], None
    for _ in range(n):
        claims = jwt.decode(token, key, algorithms=algorithms, **expected)
    return claims


def answer(text):
    print(json.dumps(text), flush=True)


answer({"version": f"PyJWT {jwt.__version__} on Python {platform.python_version()}", "algorithms": list(keys)})
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer({"claims": verify(request["alg"], request["token"], request["n"])})
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}"[:200]})
