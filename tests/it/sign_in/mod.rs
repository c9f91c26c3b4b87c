//! Whole sign-ins against a certified server and against keys that we did not make.

mod assertions;
mod detail_types;
mod device;
mod dpop;
mod fapi;
mod flows;
mod further_tokens;
mod hardware_key;
mod id_token;
mod lookups;
mod mcp;
mod message_signing;
mod mutual_tls;
mod protected_resource;
mod redirect_names;
mod registration;
mod rehearsed;
mod resources;
mod saml;
mod signed_tokens;
mod sources;
mod userinfo;
