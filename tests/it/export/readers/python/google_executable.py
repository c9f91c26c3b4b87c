"""Lets google-auth run the command in the file, and prints the token that it would exchange."""
import os
import sys

os.environ["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"] = "1"
from google.auth import pluggable

found = pluggable.Credentials.from_file(sys.argv[1])
print(found.retrieve_subject_token(None))
