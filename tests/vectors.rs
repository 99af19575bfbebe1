#![cfg(test)]
//! The protocol's test vectors: every section of every file, against the production code.
//!
//! The files are those of `tests/vectors/`, or of the folder in `MEGAPANE_VECTORS`: other values of the same shape.
//! A section that no check reads fails `every_section_is_read`.

#[path = "vectors/account.rs"]
mod account;
#[path = "vectors/content.rs"]
mod content;
#[path = "vectors/links.rs"]
mod links;
#[path = "vectors/nodes.rs"]
mod nodes;
#[path = "vectors/reader.rs"]
mod reader;

use reader::Vectors;

/// One test for each section: its name in the files, and the check that reads it.
macro_rules! sections {
    ($($name:ident => $check:path;)*) => {
        const SECTIONS: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                for vectors in Vectors::all() {
                    if let Some(section) = vectors.section(stringify!($name)) {
                        $check(&section);
                    }
                }
            }
        )*
    };
}

sections! {
    base64url => account::base64url;
    base64url_lenient_decode => account::base64url_lenient_decode;
    login_v1 => account::login_v1;
    login_v2 => account::login_v2;
    v2_salt_from_client_random_value => account::v2_salt;
    master_key => account::master_key;
    rsa => account::rsa;
    tsid => account::tsid;
    session_blob_v1 => account::session_blob;
    keys_attribute => account::keys_attribute;
    hashcash => account::hashcash;
    hashcash_thresholds => account::hashcash_thresholds;
    hashcash_header_parse => account::hashcash_header_parse;
    file_node_key => nodes::file_node_key;
    folder_node_key => nodes::folder_node_key;
    share => nodes::share;
    node_k_field => nodes::node_k_field;
    attributes => nodes::attributes;
    attributes_what_the_sdk_reads => nodes::attributes_what_the_sdk_reads;
    chunk_boundaries => content::chunk_boundaries;
    file_crypto => content::file_crypto;
    aes_ctr_at_offset => content::aes_ctr_at_offset;
    fingerprint => content::fingerprint;
    fingerprint_from_sdk_unit_tests => content::fingerprint_from_sdk_unit_tests;
    cloudraid => content::cloudraid;
    links => links::links;
    password_links => links::password_links;
}

/// What the files hold beside vectors.
const ABOUT: &[&str] = &["format", "role", "implementations", "how_to_read", "content_formulas", "notes"];

#[test]
fn every_section_is_read() {
    for vectors in Vectors::all() {
        assert_eq!(vectors.text("format"), "mega-vectors/1", "{}", vectors.path);
        for name in vectors.names() {
            assert!(
                SECTIONS.contains(&name) || ABOUT.contains(&name),
                "{}: nothing reads {name}",
                vectors.path
            );
        }
    }
}

#[test]
fn every_check_has_a_section_to_read() {
    for name in SECTIONS {
        assert!(Vectors::all().iter().any(|vectors| vectors.section(name).is_some()), "no file has {name}");
    }
}
