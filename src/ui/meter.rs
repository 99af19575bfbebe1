//! The [`Meter`]: counts the bytes that go to the terminal, so that the run loop can keep progress from filling a slow line.
//! Clones count together: one is held by what writes, one by who asks.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count of bytes.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// Returns how many bytes were written so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts what is written to `out`.
    pub fn over<W: Write>(&self, out: W) -> Metered<W> {
        Metered { out, meter: self.clone() }
    }
}

/// Something that is written to, and counted.
#[derive(Debug)]
pub struct Metered<W> {
    out: W,
    meter: Meter,
}

impl<W: Write> Write for Metered<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.meter.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_counted_by_all_clones() {
        let meter = Meter::default();
        let mut out = meter.clone().over(Vec::new());
        out.write_all(b"hello").unwrap();
        out.write_all(b" you").unwrap();
        assert_eq!((meter.written(), out.out), (9, b"hello you".to_vec()));
    }
}
