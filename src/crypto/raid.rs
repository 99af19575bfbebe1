//! CloudRAID: how the ciphertext of a file is spread over six parts, any five of which rebuild it. Only needed where a
//! download asks for split files; the emulator may serve them.
//!
//! The file is cut in lines of 80 bytes, five sectors of 16. Part 0 holds the XOR of the sectors of every line, parts 1
//! to 5 the sectors themselves (meganz/sdk `src/raid.cpp`, `RaidBufferManager::combineRaidParts`; vectors `cloudraid`).

/// Number of parts.
pub const PARTS: usize = 6;

/// Bytes in each part of a file of `size` bytes; part 0 is the parity.
#[must_use]
pub fn part_sizes(size: u64) -> [u64; PARTS] {
    let (lines, rest) = (size / LINE as u64, size % LINE as u64);
    std::array::from_fn(|part| {
        let before = (part.max(1) - 1) as u64 * SECTOR as u64;
        lines * SECTOR as u64 + rest.saturating_sub(before).min(SECTOR as u64)
    })
}

/// Cuts ciphertext into its six parts.
#[must_use]
pub fn split(data: &[u8]) -> [Vec<u8>; PARTS] {
    let mut parts: [Vec<u8>; PARTS] = Default::default();
    for line in data.chunks(LINE) {
        let mut parity = [0; SECTOR];
        for (sector, part) in line.chunks(SECTOR).zip(&mut parts[1..]) {
            part.extend_from_slice(sector);
            xor_into(&mut parity, sector);
        }
        parts[0].extend_from_slice(&parity[..line.len().min(SECTOR)]);
    }
    parts
}

/// Rebuilds `size` bytes of ciphertext from at least five parts, all from the same line on; `None` when two parts are
/// missing or one has not the length that `size` asks for.
#[must_use]
pub fn join(size: usize, parts: [Option<&[u8]>; PARTS]) -> Option<Vec<u8>> {
    let lengths = part_sizes(size as u64);
    let fits = |(part, length): (Option<&[u8]>, u64)| part.is_none_or(|part| part.len() as u64 == length);
    let missing = parts.iter().filter(|part| part.is_none()).count();
    if missing > 1 || !parts.into_iter().zip(lengths).all(fits) {
        return None;
    }
    let mut data = vec![0; size];
    for (number, line) in data.chunks_mut(LINE).enumerate() {
        let length = line.len();
        let mut missing = None;
        let mut sum = sector_of(parts[0], number);
        for (index, sector) in line.chunks_mut(SECTOR).enumerate() {
            let Some(part) = parts[index + 1] else {
                missing = Some(index);
                continue;
            };
            let bytes = sector_of(Some(part), number);
            xor_into(&mut sum, &bytes);
            sector.copy_from_slice(&bytes[..sector.len()]);
        }
        if let Some(index) = missing {
            let end = length.min((index + 1) * SECTOR);
            let sector = &mut line[index * SECTOR..end];
            sector.copy_from_slice(&sum[..sector.len()]);
        }
    }
    Some(data)
}

/// Sector `line` of a part, zero padded where the part ends.
fn sector_of(part: Option<&[u8]>, line: usize) -> [u8; SECTOR] {
    let mut sector = [0; SECTOR];
    let rest = part.and_then(|part| part.get(line * SECTOR..)).unwrap_or_default();
    let length = rest.len().min(SECTOR);
    sector[..length].copy_from_slice(&rest[..length]);
    sector
}

fn xor_into(sum: &mut [u8; SECTOR], bytes: &[u8]) {
    for (sum, byte) in sum.iter_mut().zip(bytes) {
        *sum ^= byte;
    }
}

const SECTOR: usize = 16;
const LINE: usize = 5 * SECTOR;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_but(parts: &[Vec<u8>; PARTS], missing: usize) -> [Option<&[u8]>; PARTS] {
        std::array::from_fn(|i| (i != missing).then_some(parts[i].as_slice()))
    }

    proptest! {
        #[test]
        fn any_five_parts_rebuild_the_file(data in prop::collection::vec(any::<u8>(), 0..400)) {
            let parts = split(&data);
            let lengths = part_sizes(data.len() as u64);
            prop_assert!(parts.iter().zip(lengths).all(|(part, length)| part.len() as u64 == length));
            for missing in 0..=PARTS {
                prop_assert_eq!(join(data.len(), all_but(&parts, missing)), Some(data.clone()), "without {}", missing);
            }
        }
    }

    #[test]
    fn too_few_or_short_parts_are_refused() {
        let parts = split(&[7; 200]);
        let mut two_missing = all_but(&parts, 2);
        two_missing[4] = None;
        assert_eq!(join(200, two_missing), None);
        let mut short = all_but(&parts, 0);
        short[3] = Some(&parts[3][1..]);
        assert_eq!(join(200, short), None);
        assert_eq!(join(199, all_but(&parts, 0)), None);
    }

    #[test]
    fn sizes_of_the_largest_file_do_not_overflow() {
        assert_eq!(
            part_sizes(u64::MAX).iter().skip(1).map(|&part| u128::from(part)).sum::<u128>(),
            u128::from(u64::MAX)
        );
    }
}
