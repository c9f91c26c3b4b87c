"""Uses the token with requests-oauthlib, then lets it refresh an expired one."""
import json
import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
from requests_oauthlib import OAuth2Session

file, url, token_url = sys.argv[1:4]
token = json.load(open(file))
client = {"client_id": "practice-client", "client_secret": "practice-secret"}
assert OAuth2Session(client["client_id"], token=token).get(url).status_code == 200
written = []
token["expires_at"] = 1
session = OAuth2Session(
    client["client_id"], token=token, auto_refresh_url=token_url, auto_refresh_kwargs=client, token_updater=written.append
)
assert session.get(url).status_code == 200
assert written and written[0]["access_token"] != token["access_token"]
