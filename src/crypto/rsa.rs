//! RSA as MEGA uses it: the private key blob, the encrypted session id, and keys in old shares. Called by the login and,
//! rarely, by the reader of node keys. The types of the `rsa` crate stay inside.
//!
//! The blob is encrypted without authentication, so a lying server can rearrange it. Every relation between its numbers
//! is therefore checked before the first use, and all failures look the same. Source of the formats: meganz/sdk
//! `src/crypto/cryptopp.cpp`, `AsymmCipher::decodeintarray`, `rawdecrypt`; vectors `rsa`.

use std::fmt;

use ::rsa::hazmat::{rsa_decrypt_and_check, rsa_encrypt};
use ::rsa::rand_core::OsRng;
use ::rsa::traits::{PrivateKeyParts, PublicKeyParts};
use ::rsa::{BigUint, RsaPrivateKey, RsaPublicKey};
use zeroize::{Zeroize, Zeroizing};

use super::key::{KeyCipher, MasterKey};
use super::session_id::SessionId;
use crate::handle::UserHandle;

/// The account's private key, checked.
pub struct PrivateKey {
    key: RsaPrivateKey,
    /// Bytes of p and of q as the blob gives them: the plaintext of a decryption has their sum less two.
    plain_len: usize,
}

/// The one error of this module: it tells nobody what was wrong, since that is what an attacking server wants to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server's key material is not valid for this account")]
pub struct KeyMaterialError;

impl PrivateKey {
    /// Decrypts and checks the `privk` blob.
    pub fn open(privk: &[u8], master: &MasterKey) -> Result<Self, KeyMaterialError> {
        if !privk.len().is_multiple_of(16) || !(MIN_BLOB..=MAX_BLOB).contains(&privk.len()) {
            return Err(KeyMaterialError);
        }
        let mut clear = Zeroizing::new(privk.to_vec());
        KeyCipher::new(master.bytes()).decrypt(&mut clear);
        Self::from_clear_blob(&clear)
    }

    /// Checks a decrypted blob: MPIs p, q, d, u and less than 16 bytes of padding.
    pub fn from_clear_blob(clear: &[u8]) -> Result<Self, KeyMaterialError> {
        let (p, rest) = split_mpi(clear)?;
        let (q, rest) = split_mpi(rest)?;
        let (d, rest) = split_mpi(rest)?;
        let (u, rest) = split_mpi(rest)?;
        if rest.len() >= 16 {
            return Err(KeyMaterialError);
        }
        Self::from_parts(p, q, d, u)
    }

    /// Checks the short form that `^!keys` holds: MPIs p, q, d and nothing else.
    pub fn from_short_blob(clear: &[u8]) -> Result<Self, KeyMaterialError> {
        let (p, rest) = split_mpi(clear)?;
        let (q, rest) = split_mpi(rest)?;
        let (d, rest) = split_mpi(rest)?;
        if !rest.is_empty() {
            return Err(KeyMaterialError);
        }
        Self::from_primes(p, q, d)
    }

    /// Checks p, q, d and u = p⁻¹ mod q (big-endian), and makes the key of them.
    pub fn from_parts(p: &[u8], q: &[u8], d: &[u8], u: &[u8]) -> Result<Self, KeyMaterialError> {
        let key = Self::from_primes(p, q, d)?;
        let [p, q, u] = [p, q, u].map(number);
        if *u >= *q || &*p * &*u % &*q != BigUint::from(1u8) {
            return Err(KeyMaterialError);
        }
        Ok(key)
    }

    /// Checks p, q and d (big-endian), and makes the key of them.
    #[expect(clippy::many_single_char_names, reason = "the names that RSA has for its numbers")]
    fn from_primes(p: &[u8], q: &[u8], d: &[u8]) -> Result<Self, KeyMaterialError> {
        let plain_len = (p.len() + q.len()).checked_sub(2).ok_or(KeyMaterialError)?;
        let [p, q, d] = [p, q, d].map(number);
        check_sizes(&p, &q, &d)?;
        let e = public_exponent(&p, &q, &d)?;
        let n = &*p * &*q;
        let primes = [&p, &q].map(|prime| BigUint::clone(prime)).to_vec();
        let key = RsaPrivateKey::from_components(n, e, BigUint::clone(&d), primes).map_err(uniform)?;
        Ok(Self { key, plain_len })
    }

    /// Decrypts `csid` and checks that the session belongs to `user`: the check that the whole chain from the password
    /// to here was right.
    pub fn session_id(&self, csid: &[u8], user: UserHandle) -> Result<SessionId, KeyMaterialError> {
        let plain = self.decrypt(csid).ok_or(KeyMaterialError)?;
        let sid = plain.first_chunk::<43>().ok_or(KeyMaterialError)?;
        let sid = SessionId::from_bytes(*sid);
        if sid.user() == Some(user) { Ok(sid) } else { Err(KeyMaterialError) }
    }

    /// Decrypts a node or share key (an MPI) of old shares and returns its first `len` bytes; `None` when it is no
    /// such text.
    pub fn decrypt_key(&self, mpi: &[u8], len: usize) -> Option<Vec<u8>> {
        self.decrypt(mpi)?.get(..len).map(<[u8]>::to_vec)
    }

    /// Makes a fresh 2048-bit key, for servers. Takes about a second, many in an unoptimised build.
    ///
    /// # Panics
    /// Never: the size and the exponent are fixed.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "only a size below 64 bits or an even exponent can fail, both are fixed"
    )]
    pub fn generate() -> Self {
        let exponent = BigUint::from(PUBLIC_EXPONENT);
        let key = RsaPrivateKey::new_with_exp(&mut OsRng, BITS, &exponent).expect("2048 bits are enough");
        Self { key, plain_len: BITS / 8 - 2 }
    }

    /// The blob for `privk`: the inverse of [`PrivateKey::open`].
    #[must_use]
    pub fn seal(&self, master: &MasterKey) -> Vec<u8> {
        let mut blob = Vec::new();
        let [p, q] = [&self.key.primes()[0], &self.key.primes()[1]];
        // u = p⁻¹ mod q = p^(q-2) mod q, as q is a prime.
        let u = p.modpow(&(q - BigUint::from(2u8)), q);
        for part in [p, q, self.key.d(), &u] {
            push_mpi(&mut blob, part);
        }
        let padding = blob.len().next_multiple_of(16) - blob.len();
        blob.extend_from_slice(&super::key::random::<16>()[..padding]);
        KeyCipher::new(master.bytes()).encrypt(&mut blob);
        blob
    }

    /// The public key as `pubk` has it: MPI n, MPI e.
    #[must_use]
    pub fn public_blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        push_mpi(&mut blob, self.key.n());
        push_mpi(&mut blob, self.key.e());
        blob
    }

    /// Encrypts a session id as `csid` (for servers): the id at the top of the plaintext, random bytes below.
    #[must_use]
    pub fn encrypt_session_id(&self, sid: &SessionId) -> Vec<u8> {
        self.encrypt_key(sid.bytes())
    }

    /// Encrypts a key (or any short text) to this account, as old shares carry them. Longer texts are cut.
    #[must_use]
    pub fn encrypt_key(&self, text: &[u8]) -> Vec<u8> {
        encrypted(&self.key, self.plain_len, text)
    }

    /// The plaintext of an encrypted MPI, left-padded with zeros to its full length: the session id is the top of the
    /// number, and one in 256 begins with a zero byte.
    fn decrypt(&self, mpi: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (cipher, _) = split_mpi(mpi).ok()?;
        if cipher.len() > self.plain_len + 2 {
            return None;
        }
        let mut plain = rsa_decrypt_and_check(&self.key, Some(&mut OsRng), &number(cipher)).ok()?;
        let digits = Zeroizing::new(plain.to_bytes_be());
        plain.zeroize();
        let mut padded = Zeroizing::new(vec![0; self.plain_len]);
        let skip = self.plain_len.checked_sub(digits.len())?;
        padded[skip..].copy_from_slice(&digits);
        Some(padded)
    }
}

/// Another account's key, for what only that account is to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: RsaPublicKey,
    plain_len: usize,
}

impl PublicKey {
    /// Reads `pubk`: MPI n, MPI e. `None` for what is no key, is too weak, or is larger than any honest one.
    #[must_use]
    pub fn parse(blob: &[u8]) -> Option<Self> {
        let (n, rest) = split_mpi(blob).ok()?;
        let (e, _padding) = split_mpi(rest).ok()?;
        let plain_len = n.len().checked_sub(2)?;
        let (n, e) = (BigUint::from_bytes_be(n), BigUint::from_bytes_be(e));
        if n.bits() < MIN_MODULUS_BITS {
            return None;
        }
        Some(Self { key: RsaPublicKey::new(n, e).ok()?, plain_len })
    }

    /// Encrypts a key, as shares carry them (meganz/sdk `src/crypto/cryptopp.cpp`, `AsymmCipher::encrypt`).
    #[must_use]
    pub fn encrypt_key(&self, text: &[u8; 16]) -> Vec<u8> {
        encrypted(&self.key, self.plain_len, text)
    }
}

/// The text at the top of a block of random bytes, encrypted, as MPI.
fn encrypted(key: &impl PublicKeyParts, plain_len: usize, text: &[u8]) -> Vec<u8> {
    let mut plain = Zeroizing::new(vec![0; plain_len]);
    for chunk in plain.chunks_mut(32) {
        chunk.copy_from_slice(&super::key::random::<32>()[..chunk.len()]);
    }
    let len = text.len().min(plain.len());
    plain[..len].copy_from_slice(&text[..len]);
    let cipher = rsa_encrypt(key, &number(&plain)).unwrap_or_default();
    let mut mpi = Vec::new();
    push_mpi(&mut mpi, &cipher);
    mpi
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(***)")
    }
}

/// Sizes first, so that no number from the network costs more than a key of the largest size we accept.
fn check_sizes(p: &BigUint, q: &BigUint, d: &BigUint) -> Result<(), KeyMaterialError> {
    let [p_bits, q_bits, d_bits] = [p, q, d].map(BigUint::bits);
    let primes = PRIME_BITS.contains(&p_bits) && PRIME_BITS.contains(&q_bits);
    let balanced = p_bits.abs_diff(q_bits) <= MAX_IMBALANCE;
    let exponent = d_bits > MIN_EXPONENT_BITS && d_bits <= p_bits + q_bits;
    let odd = [p, q, d].into_iter().all(is_odd);
    if primes && balanced && exponent && odd && p != q { Ok(()) } else { Err(KeyMaterialError) }
}

/// e = d⁻¹ mod lcm(p-1, q-1), whether d was made modulo that or modulo (p-1)(q-1). A d that does not belong to these
/// primes gives a huge e, which is refused.
fn public_exponent(p: &BigUint, q: &BigUint, d: &BigUint) -> Result<BigUint, KeyMaterialError> {
    let one = BigUint::from(1u8);
    let (p1, q1) = (p - &one, q - &one);
    let lambda = &p1 / gcd(p1.clone(), q1.clone()) * &q1;
    let e = inverse(&(d % &lambda), &lambda).ok_or(KeyMaterialError)?;
    if e.bits() <= 32 && is_odd(&e) && e != one { Ok(e) } else { Err(KeyMaterialError) }
}

fn gcd(mut a: BigUint, mut b: BigUint) -> BigUint {
    while b != BigUint::default() {
        (a, b) = (b.clone(), a % b);
    }
    a
}

/// Inverse of `a` modulo `m` by Euclid's algorithm, on unsigned numbers: the coefficients are kept modulo `m`.
fn inverse(a: &BigUint, m: &BigUint) -> Option<BigUint> {
    let (zero, one) = (BigUint::default(), BigUint::from(1u8));
    let (mut r0, mut r1) = (m.clone(), a.clone());
    let (mut t0, mut t1) = (zero.clone(), one.clone());
    while r1 != zero {
        let quotient = &r0 / &r1;
        let remainder = &r0 % &r1;
        let product = &quotient * &t1 % m;
        let next = (&t0 + m - product) % m;
        (r0, r1) = (r1, remainder);
        (t0, t1) = (t1, next);
    }
    (r0 == one).then_some(t0)
}

fn is_odd(number: &BigUint) -> bool {
    number % 2u8 == BigUint::from(1u8)
}

fn number(bytes: &[u8]) -> Zeroizing<BigUint> {
    Zeroizing::new(BigUint::from_bytes_be(bytes))
}

/// Splits an MPI off: two bytes of bit count, then that many bits in whole bytes. The count may be rounded up to bytes,
/// as the official client writes it.
fn split_mpi(bytes: &[u8]) -> Result<(&[u8], &[u8]), KeyMaterialError> {
    let (count, rest) = bytes.split_first_chunk::<2>().ok_or(KeyMaterialError)?;
    let bits = usize::from(u16::from_be_bytes(*count));
    if bits > MAX_MPI_BITS {
        return Err(KeyMaterialError);
    }
    rest.split_at_checked(bits.div_ceil(8)).ok_or(KeyMaterialError)
}

/// Appends an MPI; its bit count is rounded up to whole bytes, as the official client writes it.
fn push_mpi(blob: &mut Vec<u8>, number: &BigUint) {
    let bytes = number.to_bytes_be();
    let bits = u16::try_from(bytes.len() * 8).unwrap_or(u16::MAX);
    blob.extend_from_slice(&bits.to_be_bytes());
    blob.extend_from_slice(&bytes);
}

fn uniform(_: ::rsa::Error) -> KeyMaterialError {
    KeyMaterialError
}

const BITS: usize = 2048;

/// The official client makes none below (meganz/sdk `include/mega/crypto/cryptopp.h`).
const MIN_MODULUS_BITS: usize = 2000;
const PUBLIC_EXPONENT: u32 = 17;
const MAX_MPI_BITS: usize = 4096;
const MIN_BLOB: usize = 256;
/// Four MPIs of the largest size, more than any key has.
const MAX_BLOB: usize = 4 * (2 + MAX_MPI_BITS / 8) + 16;
const PRIME_BITS: std::ops::RangeInclusive<usize> = 1001..=2048;
const MIN_EXPONENT_BITS: usize = 2000;
/// Primes of very different size make the CRT step of a decryption run for ages.
const MAX_IMBALANCE: usize = 8;

#[cfg(test)]
pub(crate) mod tests;
