//! [`Mutator`]: an input becomes another. Seeded, so that a run can be had again.

use std::iter::repeat_n;

/// Changes inputs at random.
pub(crate) struct Mutator(u64);

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// One of the inputs with one to eight things changed.
    pub(crate) fn change(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.pick(corpus).clone();
        for _ in 0..=self.below(8) {
            self.change_once(&mut input, corpus);
            input.truncate(LONGEST);
        }
        input
    }

    fn change_once(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let (from, to) = self.range(input.len());
        match self.below(10) {
            0 if from < input.len() => input[from] ^= 1 << self.below(8),
            1 if from < input.len() => {
                input[from] = *self.pick(&[0, 1, 0x7f, 0x80, 0xff, b'"', b'\\', b'-', b'0']);
            }
            2 => drop(input.drain(from..to)),
            3 => input.truncate(from),
            4 => {
                let piece = input[from..to].to_vec();
                input.splice(to..to, piece.repeat(1 + self.below(4)));
            }
            5 => {
                let other = self.pick(corpus);
                let (first, last) = self.range(other.len());
                input.splice(from..to, other[first..last].iter().copied());
            }
            6 => {
                let number = self.pick(NUMBERS).to_le_bytes();
                let len = *self.pick(&[2, 3, 4, 8]);
                let bytes: Vec<u8> = number[..len].to_vec();
                let bytes = if self.below(2) == 0 { bytes } else { bytes.into_iter().rev().collect() };
                let end = input.len().min(from + len);
                input.splice(from..end, bytes);
            }
            7 => self.change_value(input),
            8 => {
                let (byte, count) = (*self.pick(b"[{\"(a\0\xff/:"), 1 << self.below(14));
                input.splice(from..from, repeat_n(byte, count));
            }
            _ => {
                let word = self.pick(WORDS).as_bytes().to_vec();
                input.splice(from..to, word);
            }
        }
    }

    /// A number, or a text in quotes, becomes something else of JSON.
    fn change_value(&mut self, input: &mut Vec<u8>) {
        let (at, _) = self.range(input.len());
        let Some(begin) = input[at..].iter().position(|byte| byte.is_ascii_digit() || *byte == b'"') else {
            return;
        };
        let begin = at + begin;
        let is_text = input[begin] == b'"';
        let ends = |byte: &u8| if is_text { *byte == b'"' } else { !byte.is_ascii_digit() };
        let rest = &input[begin + 1..];
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        let end = (begin + 1 + len + usize::from(is_text)).min(input.len());
        let word = self.pick(WORDS).as_bytes().to_vec();
        input.splice(begin..end, word);
    }

    fn range(&mut self, len: usize) -> (usize, usize) {
        let first = self.below(len + 1);
        let reach = 1 << self.below(8);
        (first, (first + self.below(reach + 1)).min(len).max(first))
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A number below `bound`, which is above zero. Xorshift, as Marsaglia gave it.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound
    }
}

/// Bytes of the longest input.
const LONGEST: usize = 1 << 16;

const NUMBERS: &[u64] =
    &[0, 1, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, i64::MAX.unsigned_abs(), u64::MAX];

/// What formats of ours are made of, and what they do not expect.
const WORDS: &[&str] = &[
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "0",
    "-0",
    "-1",
    "-9",
    "1e9999",
    "0.5",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "9223372036854775807",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"AAAAAAAAAAA\"",
    "\"AAAAAAAA\"",
    "{\"err\":-3}",
    "[[[[",
    "]]",
    "\"..\"",
    "\"/\"",
    "\"\u{202e}\"",
    ",",
    ":",
    "\n",
    "\"f\"",
    "\"t\"",
    "\"h\"",
    "\"p\"",
    "\"k\"",
    "\"a\"",
    "\"s\"",
    "\"sn\"",
    "-17",
    "\r\n",
    "=",
    "#",
    "[x]",
    "'''",
    "\"\"\"",
    "99999999999999999999999999999999999999",
];
