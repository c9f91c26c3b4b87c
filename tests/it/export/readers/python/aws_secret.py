"""Creates the secret from the file with Amazon's own library, and prints a value that is got back."""
import json
import sys

import boto3
from moto import mock_aws

with mock_aws():
    client = boto3.client(
        "secretsmanager", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_secret(**json.load(open(sys.argv[1])))
    print(json.loads(client.get_secret_value(SecretId="acme")["SecretString"])[sys.argv[2]])
