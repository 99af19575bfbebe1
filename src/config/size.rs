//! Sizes as people write them, rclone's `SIZE`: the command line reads bounds in it, the configuration speeds. And sizes and
//! counts in sentences: `5.768 MiB`, `2 files`. The columns of listings are the command line's own affair.

/// Reads `100` (KiB), `5B`, `1.5M`, `2Gi`, `3GiB`, `4 MB` as bytes; every unit is a power of 1024.
///
/// Source: rclone's documentation of options, "SIZE".
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let (number, unit) = split_number(text);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "b" => 1,
        "" | "k" | "ki" | "kb" | "kib" => 1 << 10,
        "m" | "mi" | "mb" | "mib" => 1 << 20,
        "g" | "gi" | "gb" | "gib" => 1 << 30,
        "t" | "ti" | "tb" | "tib" => 1 << 40,
        "p" | "pi" | "pb" | "pib" => 1 << 50,
        _ => return Err(NO_SIZE.to_owned()),
    };
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size with a fraction is meant to about its digits, and is checked not to be negative"
    )]
    match number.parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok((number * factor as f64) as u64),
        Ok(_) | Err(_) => Err(NO_SIZE.to_owned()),
    }
}

/// Returns a size with its unit written out: `512 B`, `5.768 MiB`.
pub(crate) fn size_with_unit(bytes: u64) -> String {
    let (number, unit) = scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]);
    format!("{number} {unit}")
}

/// Returns a number of things that have a regular plural: `1 file`, `2 files`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Divides by `step` until one to three digits stand before the point; whole numbers have no point.
pub(crate) fn scaled<const N: usize>(
    value: u64,
    step: u64,
    units: [&'static str; N],
) -> (String, &'static str) {
    let mut divisor = 1;
    let mut unit = 0;
    while unit + 1 < N && value / divisor >= step {
        divisor *= step;
        unit += 1;
    }
    let number = if value.is_multiple_of(divisor) {
        (value / divisor).to_string()
    } else {
        #[expect(clippy::cast_precision_loss, reason = "three digits after the point are shown")]
        let number = value as f64 / divisor as f64;
        format!("{number:.3}")
    };
    (number, units[unit])
}

/// Returns the digits at the beginning, with their point, and the rest.
pub(crate) fn split_number(text: &str) -> (&str, &str) {
    let is_part = |character: char| character.is_ascii_digit() || character == '.';
    text.split_at(text.find(|character| !is_part(character)).unwrap_or(text.len()))
}

const NO_SIZE: &str = "write a size like 100K, 1.5M or 2G";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_kib_or_say_their_unit() {
        for (text, bytes) in [
            ("1", 1024),
            ("0", 0),
            ("5B", 5),
            ("1.5M", 1_572_864),
            ("2Gi", 2 << 30),
            ("3KiB", 3072),
            ("4 mb", 4 << 20),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        assert!(["", "x", "1X", "-1", "1..2"].iter().all(|text| parse_size(text).is_err()));
    }
}
