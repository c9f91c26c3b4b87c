//! What a person is told of a document that describes no service.

use tokenwright::diagnosis::Diagnose as _;
use tokenwright::dialect::read;
use tokenwright::service::Catalog;

#[test]
fn a_document_of_another_kind_is_named_by_what_it_looks_like() {
    for (text, expected) in [
        ("{\"name\": \"x\", \"version\": \"1\", \"dependencies\": {}}", "it is a package.json"),
        ("{\"keys\": [{\"kty\": \"EC\"}]}", "it is a set of keys (JWKS)"),
        ("{\"sub\": \"a\", \"exp\": 1}", "it is the claims of a token"),
        ("{}", "it is empty JSON"),
        ("2026-01-01T10:00:00Z started\n2026-01-01T10:00:01Z client_id=x ready\n", "it is a log"),
        ("-- MySQL dump 10\nCREATE TABLE x;\n", "it is an SQL dump"),
        ("# Tool\n\nSee [here](https://a.test).\n\n## Use\n", "it is a Markdown text"),
        ("<img src=\"x.png\">\n\n# Tool\n\nUses <b>oauth2</b>\n", "it is a Markdown text"),
        ("<?xml version=\"1.0\"?>\n<project/>\n", "it is XML without `<oauth2>`"),
        ("name,mail,age\na,b,1\nc,d,2\n", "it is a table (CSV)"),
        ("#!/bin/sh\necho hello\n", "it is a script"),
        ("services:\n  web:\n    image: x\n", "it is a Compose file"),
    ] {
        let error = read(text.as_bytes(), "x", &Catalog::bundled(), None).expect_err(text);
        assert_eq!(error.to_string(), format!("the document describes no service: {expected}"), "{text}");
        assert!(error.diagnose().hint.is_some_and(|hint| hint.lines().count() == 1), "{text}");
    }
}

#[test]
fn an_error_in_json_with_comments_is_where_it_is() {
    let text = "// é\n{\n  /* one\n  two */ \"client_id\": \"a\",\n  \"client_secret\": oops,\n}\n";
    let error = read(text.as_bytes(), "x", &Catalog::bundled(), None).expect_err("refused").to_string();
    assert!(error.starts_with("line 5, column 20: invalid JSON"), "{error}");
}
