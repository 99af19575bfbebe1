//! Proof of work of HTTP 402.
/// What the server asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// 0 to 255; smaller is harder.
    pub easiness: u8,
    /// 64 characters.
    pub token: String,
}
impl Challenge {
    /// Reads the `X-Hashcash` header of the answer.
    #[must_use]
    pub fn parse(_header: &str) -> Option<Self> {
        todo!()
    }
    /// Largest first word of the hash that is accepted.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        todo!()
    }
    /// Whether a 4-byte prefix is an answer (for servers, and tests).
    #[must_use]
    pub fn accepts(&self, _prefix: [u8; 4]) -> bool {
        todo!()
    }
    /// Searches on `threads` threads until found or `cancelled` says so. Blocking; returns the request header's value.
    #[must_use]
    pub fn solve(&self, _threads: usize, _cancelled: &std::sync::atomic::AtomicBool) -> Option<String> {
        todo!()
    }
    /// Expected number of tries.
    #[must_use]
    pub fn expected_tries(&self) -> f64 {
        todo!()
    }
}
