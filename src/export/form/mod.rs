//! Every form, one file each.

mod airbyte;
mod aws_secret;
mod bruno;
mod curl_command;
mod curl_file;
mod dotenv;
mod envrc;
mod evolutionx;
mod exec_credential;
mod ezintegrations;
mod fish;
mod git;
mod google_authorized_user;
mod google_executable;
mod google_external;
mod google_response;
mod header;
mod http_client;
mod httpie;
mod insomnia;
mod json;
mod kubernetes_secret;
mod postman_collection;
mod postman_environment;
mod powershell;
mod rclone;
mod requests_oauthlib;
mod shell;
mod singer;
mod systemd;
mod terraform;
mod token;
mod variables;
mod vault_kv;
mod yaml;

use crate::export::ExportFormat;

/// The table.
pub(in crate::export) const ALL: &[ExportFormat] = &[
    token::FORMAT,
    header::FORMAT,
    curl_command::FORMAT,
    curl_file::FORMAT,
    dotenv::FORMAT,
    shell::FORMAT,
    fish::FORMAT,
    powershell::FORMAT,
    envrc::FORMAT,
    json::FORMAT,
    yaml::FORMAT,
    postman_environment::FORMAT,
    postman_collection::FORMAT,
    bruno::FORMAT,
    insomnia::FORMAT,
    http_client::FORMAT,
    httpie::FORMAT,
    google_authorized_user::FORMAT,
    google_external::FORMAT,
    google_executable::FORMAT,
    google_response::FORMAT,
    requests_oauthlib::FORMAT,
    rclone::FORMAT,
    singer::FORMAT,
    airbyte::FORMAT,
    ezintegrations::FORMAT,
    evolutionx::FORMAT,
    kubernetes_secret::FORMAT,
    exec_credential::FORMAT,
    terraform::FORMAT,
    aws_secret::FORMAT,
    vault_kv::FORMAT,
    systemd::FORMAT,
    git::FORMAT,
];
