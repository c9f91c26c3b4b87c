"""Airbyte's `check` of a declarative source, which refreshes at the token endpoint by its settings."""
import json
import logging
import sys
from urllib.parse import urlsplit

from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

file, url, token_url = sys.argv[1:4]
settings = json.load(open(file))
at = "{{ config['credentials']['%s'] }}"
where = urlsplit(url)
manifest = {
    "version": "6.0.0",
    "type": "DeclarativeSource",
    "check": {"type": "CheckStream", "stream_names": ["r"]},
    "streams": [{
        "type": "DeclarativeStream",
        "name": "r",
        "primary_key": [],
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
        "retriever": {
            "type": "SimpleRetriever",
            "record_selector": {"type": "RecordSelector", "extractor": {"type": "DpathExtractor", "field_path": []}},
            "requester": {
                "type": "HttpRequester",
                "url_base": f"{where.scheme}://{where.netloc}",
                "path": where.path,
                "http_method": "GET",
                "authenticator": {
                    "type": "OAuthAuthenticator",
                    "client_id": at % "client_id",
                    "client_secret": at % "client_secret",
                    "refresh_token": at % "refresh_token",
                    "token_refresh_endpoint": token_url,
                },
            },
        },
    }],
}
source = ConcurrentDeclarativeSource(catalog=None, config=settings, state=None, source_config=manifest)
status = source.check(logging.getLogger("airbyte"), settings)
assert status.status.name == "SUCCEEDED", status
