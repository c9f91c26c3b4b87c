"""Refreshes with google-auth at the address in the file, then uses the new token."""
import sys

import google.auth
import google.auth.transport.requests
import requests

found, _ = google.auth.load_credentials_from_file(sys.argv[1])
found.refresh(google.auth.transport.requests.Request())
# Not `found.valid`: that wants more minutes than the practice service gives.
answer = requests.get(sys.argv[2], headers={"Authorization": "Bearer " + found.token})
assert answer.status_code == 200, answer.text
assert requests.get(sys.argv[2], headers={"Authorization": "Bearer x"}).status_code == 401
