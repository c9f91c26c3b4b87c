//! The client certificate of a profile, for mutual TLS.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `tokenwright certificate …`
#[derive(Debug, Subcommand)]
pub enum CertificateTask {
    /// Generate a self-signed client certificate for a profile and print it to be registered
    Generate(CertificateGenerateOptions),
    /// Give a profile a client certificate, or replace it; the tokens stay
    Set(CertificateSetOptions),
    /// Show the client certificate of a profile, and write it to files
    Show(CertificateShowOptions),
}

/// `tokenwright certificate generate …`
#[derive(Debug, Args)]
pub struct CertificateGenerateOptions {
    /// Profile that will use the certificate
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Service that the profile will sign in to
    #[arg(long, value_name = "SERVICE", default_value = "custom")]
    pub service: String,
    /// Write the certificate to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub certificate_file: Option<PathBuf>,
    /// Replace the profile's client certificate
    #[arg(long)]
    pub overwrite: bool,
}

/// `tokenwright certificate set …`
#[derive(Debug, Args)]
pub struct CertificateSetOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// PKCS#12, or PEM with the certificate, its intermediates, and the private key unless `--key-file` names its file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Private key: PEM, or the address of a key that stays in a token
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// `tokenwright certificate show …`
#[derive(Debug, Args)]
pub struct CertificateShowOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Write the certificate and its intermediates to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub certificate_file: Option<PathBuf>,
    /// Write the private key, unencrypted, to this file, for a program that calls the service by itself
    #[arg(long, value_name = "FILE")]
    pub private_key_file: Option<PathBuf>,
}
