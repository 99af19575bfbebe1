//! Ids of batches: they make a repeated batch harmless, since the server answers a known id from memory. A new batch
//! needs a new id, a repeated one must keep its own. `client` asks for them.

use crate::crypto::key::random;

/// Gives out ids of ten lower-case letters, each once, from a random start.
#[derive(Clone, Debug)]
pub(super) struct RequestIds([u8; ID_LEN]);

impl RequestIds {
    /// Starts somewhere at random: two runs must not share ids.
    pub(super) fn new() -> Self {
        Self(random::<ID_LEN>().map(|byte| b'a' + byte % 26))
    }

    /// Returns the next id: the last one, counted on by one like an odometer.
    pub(super) fn next(&mut self) -> String {
        for letter in self.0.iter_mut().rev() {
            if *letter < b'z' {
                *letter += 1;
                break;
            }
            *letter = b'a';
        }
        self.0.iter().copied().map(char::from).collect()
    }
}

/// As many letters as the official client uses.
const ID_LEN: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_count_on_from_the_last_letter() {
        let mut ids = RequestIds(*b"aaaaaaaazy");
        assert_eq!([ids.next(), ids.next()], ["aaaaaaaazz", "aaaaaaabaa"]);
        let mut ids = RequestIds(*b"zzzzzzzzzz");
        assert_eq!(ids.next(), "aaaaaaaaaa");
    }

    #[test]
    fn two_runs_start_at_different_places() {
        assert_ne!(RequestIds::new().next(), RequestIds::new().next());
    }
}
