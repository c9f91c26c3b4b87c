"""A tap of Singer's own kit: reads the settings, refreshes with them, and uses the token."""
import sys
from pathlib import Path

import requests
from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import OAuthAuthenticator, SingletonMeta

file, url, token_url = sys.argv[1:4]


class Acme(Tap):
    name = "tap-acme"
    config_jsonschema = th.PropertiesList(
        th.Property("client_id", th.StringType, required=True),
        th.Property("client_secret", th.StringType, required=True, secret=True),
        th.Property("refresh_token", th.StringType, required=True, secret=True),
    ).to_dict()

    def discover_streams(self):
        return []


tap = Acme(config=Path(file), validate_config=True)
form = {key: tap.config[key] for key in ("client_id", "client_secret", "refresh_token")}
answer = requests.post(token_url, data={"grant_type": "refresh_token", **form})
assert answer.status_code == 200, answer.text
token = answer.json()["access_token"]
assert requests.get(url, headers={"Authorization": "Bearer " + token}).status_code == 200
