//! The proof of work that the API asks for with HTTP 402. The client solves it off the async threads; the emulator checks.
//! It must stop soon when nobody waits any more. Source: meganz/sdk `src/hashcash.cpp`, `gencash`; vectors `hashcash`.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use sha2::{Digest, Sha256};

use crate::handle::{base64_decode, base64_encode};

/// What the server asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// 0 to 255; smaller is harder.
    pub easiness: u8,
    /// 64 characters of base64url.
    pub token: String,
}

impl Challenge {
    /// Reads the `X-Hashcash` header of the answer: `1:<easiness>:<timestamp>:<token>`. `None` unless there are exactly
    /// four fields, version 1 and a token of 64 characters.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let mut fields = header.trim().split(':');
        let (version, easiness, _timestamp, token) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let easiness = Some(easiness).filter(|text| !text.starts_with('+'))?.parse().ok()?;
        if version != "1" || fields.next().is_some() || token.len() != TOKEN_CHARS {
            return None;
        }
        Some(Self { easiness, token: token.to_owned() }).filter(|challenge| challenge.token_bytes().is_some())
    }

    /// Largest first word of the hash that is accepted.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        let easiness = u32::from(self.easiness);
        (((easiness & 63) << 1) + 1) << ((easiness >> 6) * 7 + 3)
    }

    /// Whether a 4-byte prefix is an answer (for servers, and tests). Hashes 12 MiB.
    #[must_use]
    pub fn accepts(&self, prefix: [u8; 4]) -> bool {
        self.first_word(prefix).is_some_and(|word| word <= self.threshold())
    }

    /// What a prefix gives, to be compared with the threshold: the first word of the hash, big-endian. `None` when the
    /// token is not of 48 bytes.
    #[must_use]
    pub fn first_word(&self, prefix: [u8; 4]) -> Option<u32> {
        self.buffer().map(|buffer| first_word(prefix, &buffer))
    }

    /// The value of the request header that answers with this prefix.
    #[must_use]
    pub fn header(&self, prefix: [u8; 4]) -> String {
        format!("1:{}:{}", self.token, base64_encode(&prefix))
    }

    /// Whether the value of the client's `X-Hashcash` header, `1:<token>:<prefix>`, answers this challenge.
    #[must_use]
    pub fn accepts_header(&self, header: &str) -> bool {
        let mut fields = header.trim().split(':');
        let (version, token, prefix) = (fields.next(), fields.next(), fields.next());
        let prefix = prefix.filter(|text| text.len() <= 8).map(base64_decode);
        match prefix.as_deref().map(<[u8; 4]>::try_from) {
            Some(Ok(prefix)) => {
                version == Some("1")
                    && token == Some(&self.token)
                    && fields.next().is_none()
                    && self.accepts(prefix)
            }
            Some(Err(_)) | None => false,
        }
    }

    /// Searches on `threads` threads until found or `cancelled` says so. Blocking; returns the request header's value.
    /// A try takes 10 to 40 ms and is not interrupted.
    #[must_use]
    pub fn solve(&self, threads: usize, cancelled: &AtomicBool) -> Option<String> {
        let buffer = self.buffer()?;
        let (next, found) = (AtomicU32::new(0), AtomicBool::new(false));
        let threshold = self.threshold();
        let search = || {
            while !cancelled.load(Ordering::Relaxed) && !found.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let prefix = number.to_be_bytes();
                if first_word(prefix, &buffer) <= threshold {
                    found.store(true, Ordering::Relaxed);
                    return Some(prefix);
                }
                if number == u32::MAX {
                    return None;
                }
            }
            None
        };
        let prefix = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads.clamp(1, MAX_THREADS)).map(|_| scope.spawn(search)).collect();
            let own = search();
            others.into_iter().filter_map(|other| other.join().ok().flatten()).last().or(own)
        })?;
        Some(self.header(prefix))
    }

    fn token_bytes(&self) -> Option<[u8; 48]> {
        base64_decode(&self.token).try_into().ok()
    }

    /// The token repeated, which follows the prefix; made once and shared by all threads.
    fn buffer(&self) -> Option<Vec<u8>> {
        self.token_bytes().map(|token| token.repeat(REPETITIONS))
    }
}

/// First four bytes of the hash over prefix and buffer, big-endian.
fn first_word(prefix: [u8; 4], buffer: &[u8]) -> u32 {
    let hash = Sha256::new().chain_update(prefix).chain_update(buffer).finalize();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

const TOKEN_CHARS: usize = 64;
const REPETITIONS: usize = 262_144;
const MAX_THREADS: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn challenge(easiness: u8) -> Challenge {
        Challenge { easiness, token: "A".repeat(TOKEN_CHARS) }
    }

    #[test]
    fn an_answer_found_on_several_threads_is_accepted() {
        let easy = challenge(255);
        let answer = easy.solve(4, &AtomicBool::new(false)).unwrap();
        assert!(easy.accepts_header(&answer));
        assert!(!easy.accepts_header(&format!("{answer}:")));
        assert!(!easy.accepts_header(&answer.replacen('A', "B", 1)));
        assert!(!Challenge { easiness: 0, ..easy }.accepts_header(&answer));
    }

    #[test]
    fn a_cancelled_search_gives_no_answer() {
        assert_eq!(challenge(0).solve(2, &AtomicBool::new(true)), None);
    }

    #[test]
    fn a_token_of_another_length_has_no_answer() {
        let short = Challenge { easiness: 255, token: "AAAA".to_owned() };
        assert_eq!(short.solve(1, &AtomicBool::new(false)), None);
        assert_eq!(short.first_word([0; 4]), None);
    }

    #[test]
    fn headers_with_foreign_letters_in_the_token_are_refused() {
        let token = "A".repeat(63);
        assert_eq!(Challenge::parse(&format!("1:100:0:{token}*")), None);
        assert!(Challenge::parse(&format!("1:100:0:{token}A")).is_some());
        assert_eq!(Challenge::parse(&format!("1:+1:0:{token}A")), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(header in ".{0,100}", fields in "1:[0-9+-]{0,4}:[0-9]{0,9}:[A-Za-z_-]{60,66}") {
            let _ = Challenge::parse(&header);
            let _ = Challenge::parse(&fields);
            let _ = challenge(0).token_bytes();
        }
    }
}
