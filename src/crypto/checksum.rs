//! The 12-byte checksum that may accompany an uploaded piece (`?d=` or `?c=`). Uploads send it, servers check it. It finds
//! damage on the way and proves nothing: that is the meta-MAC's.

/// XOR of the piece's ciphertext taken in columns of 12 bytes: byte `j` counts into column `j mod 12`.
///
/// Source: meganz/sdk `src/http.cpp`, `EncryptByChunks::updateCRC`; vectors `file_crypto`, `upload_requests`.
#[must_use]
pub fn column_checksum(ciphertext: &[u8]) -> [u8; 12] {
    // Twelve columns repeat every 48 bytes in lanes of 16, which the compiler turns into vector XORs.
    let mut wide = [0; 48];
    let (rows, rest) = ciphertext.as_chunks::<48>();
    for row in rows {
        for (sum, byte) in wide.iter_mut().zip(row) {
            *sum ^= byte;
        }
    }
    for (sum, byte) in wide.iter_mut().zip(rest) {
        *sum ^= byte;
    }
    std::array::from_fn(|column| wide[column] ^ wide[column + 12] ^ wide[column + 24] ^ wide[column + 36])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_into_its_column() {
        let data: Vec<u8> = (0..1000u32).map(|i| i.wrapping_mul(31).to_le_bytes()[0]).collect();
        for len in [0, 1, 11, 12, 13, 47, 48, 49, 100, 1000] {
            let mut expected = [0; 12];
            for (i, byte) in data[..len].iter().enumerate() {
                expected[i % 12] ^= byte;
            }
            assert_eq!(column_checksum(&data[..len]), expected, "{len} bytes");
        }
    }
}
