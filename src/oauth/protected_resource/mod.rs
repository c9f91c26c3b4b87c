//! An API that says where its tokens come from (RFC 9728): its address, the challenge that names its metadata, and the metadata.

pub(super) mod address;
pub(super) mod metadata;
