"""Prints what google-auth reads from the file of an authorized user."""
import sys

from google.oauth2.credentials import Credentials

found = Credentials.from_authorized_user_file(sys.argv[1])
print(found.token, found.refresh_token, found.expiry.isoformat(), found.scopes)
