"""The tasks of docs/migrating.md with PyJWT. Input and answer are JSON: see clients_test.go."""

import contextlib
import io
import json
import sys
import warnings

warnings.simplefilter("ignore")
given = json.load(sys.stdin)
secret, token, issuer = given["secret"], given["token"], given["issuer"]


def task1():
    # page: 1
    import jwt
    from datetime import datetime, timedelta, timezone

    token = jwt.encode(
        {"sub": "alice", "exp": datetime.now(timezone.utc) + timedelta(minutes=15)},
        secret, algorithm="HS256")
    # end
    return {"token": token}


def task2(token):
    import jwt
    # page: 2
    claims = jwt.decode(token, secret, algorithms=["HS256"],
                        issuer="https://login.example", audience="orders",
                        options={"require": ["exp", "aud", "iss"]})
    # end
    return {"subject": claims["sub"]}


def task3():
    import jwt
    from datetime import datetime, timedelta, timezone
    # page: 3
    from dataclasses import dataclass

    @dataclass
    class Session:
        sub: str
        roles: list[str]

    session = Session("alice", ["editor"])
    token = jwt.encode(
        {**session.__dict__, "exp": datetime.now(timezone.utc) + timedelta(hours=1)},
        secret, algorithm="HS256")
    claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp"]})
    session = Session(claims["sub"], claims["roles"])
    # end
    return {"token": token, "subject": session.sub, "roles": session.roles}


def task4(token):
    import jwt
    # page: 4
    try:
        jwt.decode(token, secret, algorithms=["HS256"])
        status, reason = 200, ""
    except jwt.ExpiredSignatureError:
        status, reason = 401, "expired"
    except jwt.InvalidTokenError:
        status, reason = 401, "invalid"
    # end
    return {"status": status, "reason": reason}


def task5(old_token):
    import jwt
    from datetime import datetime, timedelta, timezone
    old_secret, new_secret = given["older"], given["newer"]
    # page: 5
    keys = {"2026-11": new_secret, "2026-10": old_secret}
    token = jwt.encode(
        {"sub": "alice", "exp": datetime.now(timezone.utc) + timedelta(hours=1)},
        new_secret, algorithm="HS256", headers={"kid": "2026-11"})
    kid = jwt.get_unverified_header(old_token).get("kid")
    if kid not in keys:
        raise jwt.InvalidTokenError("no key of this ID")
    claims = jwt.decode(old_token, keys[kid], algorithms=["HS256"])
    # end
    return {"token": token, "subject": claims["sub"]}


def task6():
    import jwt
    from datetime import datetime, timedelta, timezone
    private_pem, public_pem = given["privatePEM"], given["publicPEM"]
    # page: 6
    token = jwt.encode(
        {"sub": "alice", "exp": datetime.now(timezone.utc) + timedelta(hours=1)},
        private_pem, algorithm="RS256")
    claims = jwt.decode(token, public_pem, algorithms=["RS256"])
    # end
    return {"token": token, "subject": claims["sub"]}


def task7(token):
    import jwt
    # page: 7
    client = jwt.PyJWKClient(issuer + "/jwks.json")
    key = client.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key.key, algorithms=["RS256", "ES256"],
                        issuer=issuer, audience="orders", options={"require": ["exp"]})
    # end
    return {"subject": claims["sub"]}


def task8(header):
    import jwt
    # page: 8
    def guard(app):  # a WSGI middleware; decorators of Flask and others are alike
        def guarded(environ, start_response):
            scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
            try:
                claims = jwt.decode(token, secret, algorithms=["HS256"],
                                    options={"require": ["exp"]})
            except jwt.InvalidTokenError:
                start_response("401 Unauthorized",
                               [("WWW-Authenticate", 'Bearer error="invalid_token"')])
                return []
            if "orders:read" not in claims.get("scope", "").split():
                start_response("403 Forbidden",
                               [("WWW-Authenticate", 'Bearer error="insufficient_scope"')])
                return []
            return app(environ, start_response)
        return guarded
    # end
    status = []

    def orders(environ, start_response):
        start_response("200 OK", [])
        return []

    guard(orders)({"HTTP_AUTHORIZATION": header} if header else {}, lambda s, headers: status.append(int(s[:3])))
    return {"status": status[0]}


def task9(token):
    import jwt
    import logging
    out = io.StringIO()
    log = logging.Logger("example")
    log.addHandler(logging.StreamHandler(out))
    path = "/orders"
    # page: 9
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    log.info("request %s %s", path, claims)  # never the header Authorization
    # end
    return {"log": out.getvalue()}


def takes(token, secret):
    import jwt
    jwt.decode(token, secret, algorithms=["HS256"])
    return {}


def answer(call, *args):
    try:
        return call(*args)
    except Exception as e:
        return {"error": type(e).__name__ + ": " + str(e)}


import jwt

json.dump({
    "version": jwt.__version__,
    "1": answer(task1),
    "2": answer(task2, token["good"]),
    "2 audience": answer(task2, token["audience"]),
    "2 issuer": answer(task2, token["otherIssuer"]),
    "2 expired": answer(task2, token["expired"]),
    "3": answer(task3),
    "4": answer(task4, token["plain"]),
    "4 expired": answer(task4, token["plainExpired"]),
    "4 tampered": answer(task4, token["tampered"]),
    "5": answer(task5, token["older"]),
    "6": answer(task6),
    "7": answer(task7, token["provider"]),
    "7 audience": answer(task7, token["providerAudience"]),
    "8": answer(task8, "Bearer " + token["scope"]),
    "8 none": answer(task8, ""),
    "8 expired": answer(task8, "Bearer " + token["plainExpired"]),
    "8 scope": answer(task8, "Bearer " + token["plain"]),
    "9": answer(task9, token["plain"]),
    "takes": [answer(takes, t["token"], t["secret"]) for t in given["takes"]],
}, sys.stdout)
