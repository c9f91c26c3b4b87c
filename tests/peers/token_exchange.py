"""An authorization server that this project did not write (idpyoidc), on loopback, for one test: codes and token exchange.

token_exchange.py REDIRECT_URI

Prints one JSON line, {"listening": PORT, "issuer": URL}, then serves until its standard input closes. The one user is signed in
and has agreed to everything. Everything is kept in memory.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from idpyoidc.server import Server
from idpyoidc.server.configure import ASConfiguration

TYPE = "urn:ietf:params:oauth:token-type:"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPES = [TYPE + "access_token", TYPE + "refresh_token"]
USAGE = {
    "authorization_code": {"supports_minting": ["access_token", "refresh_token"], "max_usage": 1},
    "access_token": {"supports_minting": ["access_token"]},
    "refresh_token": {"supports_minting": ["access_token", "refresh_token"]},
}
CRYPT_KEYS = {"key_defs": [{"type": "OCT", "use": ["enc"], "kid": kid} for kid in ("password", "salt")]}
POLICY = "idpyoidc.server.oauth2.token_helper.validate_token_exchange_policy"
HELPER = "idpyoidc.server.oauth2.token_helper."


def configuration(issuer):
    return {
        "issuer": issuer,
        "httpc_params": {"verify": False},
        "scopes_to_claims": {"read": [], "write": []},
        "key_conf": {"key_defs": [{"type": "EC", "crv": "P-256", "use": ["sig"]}]},
        "token_handler_args": {
            "jwks_def": {"read_only": False, "key_defs": [{"type": "oct", "bytes": 24, "use": ["enc"], "kid": "code"}]},
            "code": {"lifetime": 60, "kwargs": {"crypt_conf": {"kwargs": {"keys": CRYPT_KEYS, "iterations": 1}}}},
            "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 120, "aud": [issuer]}},
        },
        "endpoint": {
            "authorization": {"path": "authorize", "class": "idpyoidc.server.oauth2.authorization.Authorization", "kwargs": {}},
            "token": {
                "path": "token",
                "class": "idpyoidc.server.oauth2.token.Token",
                "kwargs": {
                    "client_authn_method": ["client_secret_basic", "client_secret_post"],
                    "grant_types_helpers": {
                        "authorization_code": {"class": HELPER + "access_token.AccessTokenHelper"},
                        EXCHANGE: {
                            "class": HELPER + "token_exchange.TokenExchangeHelper",
                            "kwargs": {
                                "subject_token_types_supported": TYPES,
                                "requested_token_types_supported": TYPES,
                                "policy": {
                                    "": {
                                        "function": POLICY,
                                        "kwargs": {"audience": ["https://archive.test"], "resource": ["https://archive.test"], "scope": ["read"]},
                                    }
                                },
                            },
                        },
                    },
                },
            },
        },
        "authz": {
            "class": "idpyoidc.server.authz.AuthzHandling",
            "kwargs": {"grant_config": {"usage_rules": USAGE, "expires_in": 43200}},
        },
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {"diana": {}}}},
        "authentication": {
            "anon": {
                "acr": "http://www.swamid.se/policy/assurance/al1",
                "class": "idpyoidc.server.user_authn.user.NoAuthn",
                "kwargs": {"user": "diana"},
            }
        },
        "session_params": {"encrypter": {"kwargs": {"keys": CRYPT_KEYS, "iterations": 1}}},
    }


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.serve("authorization", urlsplit(self.path).query)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.serve("token", body)

    def serve(self, name, text):
        # Those that may be there several times are lists.
        lists = ("audience", "resource", "scope")
        request = {key: values if key in lists else values[0] for key, values in parse_qs(text).items()}
        endpoint = self.server.provider.get_endpoint(name)
        headers = {key.lower(): value for key, value in self.headers.items()}
        http_info = {"headers": headers, "method": self.command, "url": self.path}
        try:
            parsed = endpoint.parse_request(request, http_info=http_info)
            failed = "error" in parsed
            made = parsed if failed else endpoint.process_request(parsed, http_info=http_info)
            if "error" in made or failed:
                text = json.dumps({key: made[key] for key in ("error", "error_description") if key in made})
                return self.answer(400, [("Content-Type", "application/json")], text.encode())
            info = endpoint.do_response(request=parsed, **made)
        except Exception as error:  # what it does not catch by itself is its own failure
            print(repr(error), file=sys.stderr, flush=True)
            return self.answer(500, [("Content-Type", "text/plain")], b"failed")
        if name == "authorization":
            return self.answer(302, [("Location", info["response"])], b"")
        self.answer(200, info["http_headers"], info["response"].encode())


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    provider = Server(ASConfiguration(conf=configuration(issuer), base_path="/tmp"), cwd="/tmp")
    for client in ["with-secret", "archivist"]:
        provider.context.cdb[client] = {
            "client_id": client,
            "client_secret": "secret",
            "redirect_uris": [(sys.argv[1], {})],
            "application_type": "native",
            "client_salt": "salted",
            "token_endpoint_auth_method": "client_secret_basic",
            "response_types_supported": ["code"],
            "allowed_scopes": ["read", "write"],
        }
    server.provider = provider
    print(json.dumps({"listening": server.server_port, "issuer": issuer}), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
