//! Passwords as rclone writes them into its configuration: "obscured" by AES-256-CTR under a key that everybody knows, so
//! that nobody reads them over a shoulder. `config import-rclone` reads them; nothing of ours is ever written so.
//! Source: rclone/rclone `fs/config/obscure/obscure.go`.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;
use zeroize::Zeroizing;

use crate::handle::base64_decode;

/// Returns the clear text of an obscured one; `None` where it is none.
#[must_use]
pub fn reveal(obscured: &str) -> Option<Zeroizing<String>> {
    if obscured.len() > LONGEST {
        return None;
    }
    let bytes = Zeroizing::new(base64_decode(obscured.trim()));
    let (iv, text) = bytes.split_first_chunk::<16>()?;
    let mut clear = Zeroizing::new(text.to_vec());
    Ctr128BE::<Aes256>::new(&KEY.into(), iv.into()).apply_keystream(&mut clear);
    std::str::from_utf8(&clear).ok().map(|text| Zeroizing::new(text.to_owned()))
}

/// In rclone's source, for everybody to see.
const KEY: [u8; 32] = [
    0x9c, 0x93, 0x5b, 0x48, 0x73, 0x0a, 0x55, 0x4d, 0x6b, 0xfd, 0x7c, 0x63, 0xc8, 0x86, 0xa9, 0x2b, 0xd3,
    0x90, 0x19, 0x8e, 0xb8, 0x12, 0x8a, 0xfb, 0xf4, 0xde, 0x16, 0x2b, 0x8b, 0x95, 0xf6, 0x38,
];

/// Bytes; far above any password.
const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rclones_own_examples_are_read() {
        let reveal = |text| reveal(text).map(|clear| clear.to_string());
        assert_eq!(reveal("YWFhYWFhYWFhYWFhYWFhYQ").as_deref(), Some(""));
        assert_eq!(reveal("YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ").as_deref(), Some("potato"));
        assert_eq!(reveal("YmJiYmJiYmJiYmJiYmJiYp3gcEWbAw").as_deref(), Some("potato"));
        assert_eq!(reveal("short"), None);
        assert_eq!(reveal(""), None);
    }
}
