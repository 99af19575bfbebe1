//! `--order-by`: which of the files that are known moves first, in rclone's words. Commands that copy flatten it; the queue
//! keeps to it.

use clap::Args;

use crate::message::{OrderBy, OrderDirection, OrderKey};

/// The order as typed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct OrderArgs {
    /// Move files in this order: size, name or modtime, then asc, desc or mixed, as in size,desc or size,mixed,25
    ///
    /// Files are ordered as far as they are known: the first ones set off before all folders have been read. mixed takes
    /// so many in a hundred (50 where it is not said) of those that move at once from the small end, the others from the
    /// large one.
    #[arg(long, value_name = "ORDER", value_parser = parse_order)]
    order_by: Option<OrderBy>,
}

impl OrderArgs {
    /// Returns the order for the queue.
    pub(crate) const fn order(&self) -> Option<OrderBy> {
        self.order_by
    }
}

/// Reads `size`, `name,desc`, `modtime,mixed,25`.
///
/// Source: rclone's documentation of options, "--order-by"; rclone/rclone fs/sync/pipe.go for what it refuses.
fn parse_order(text: &str) -> Result<OrderBy, String> {
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split(',');
    let key = match parts.next() {
        Some("size") => OrderKey::Size,
        Some("name") => OrderKey::Name,
        Some("modtime") => OrderKey::ModTime,
        Some(_) | None => return Err("it begins with size, name or modtime".to_owned()),
    };
    let direction = match parts.next() {
        None | Some("ascending" | "asc") => OrderDirection::Ascending,
        Some("descending" | "desc") => OrderDirection::Descending,
        Some("mixed") => OrderDirection::Mixed { percent: parts.next().map_or(Ok(HALF), parse_percent)? },
        Some(_) => return Err("after the comma comes asc, desc or mixed".to_owned()),
    };
    match parts.next() {
        None => Ok(OrderBy { key, direction }),
        Some(more) => Err(format!("nothing can follow, but \"{more}\" does")),
    }
}

fn parse_percent(text: &str) -> Result<u8, String> {
    let percent: Option<u8> = text.parse().ok();
    percent
        .filter(|percent| *percent <= 100)
        .ok_or_else(|| "after mixed comes a number from 0 to 100".to_owned())
}

const HALF: u8 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_written_as_rclone_has_them() {
        let order = |key, direction| Ok(OrderBy { key, direction });
        for (text, direction) in [
            ("size", OrderDirection::Ascending),
            ("size,asc", OrderDirection::Ascending),
            ("SIZE,Descending", OrderDirection::Descending),
            ("size,mixed", OrderDirection::Mixed { percent: 50 }),
            ("size,mixed,25", OrderDirection::Mixed { percent: 25 }),
        ] {
            assert_eq!(parse_order(text), order(OrderKey::Size, direction), "{text}");
        }
        assert_eq!(parse_order("name,desc"), order(OrderKey::Name, OrderDirection::Descending));
        assert_eq!(parse_order("modtime"), order(OrderKey::ModTime, OrderDirection::Ascending));
        for text in
            ["", "colour", "size,up", "size,asc,50", "size,mixed,101", "size,mixed,50,1", "size,mixed,x"]
        {
            assert!(parse_order(text).is_err(), "{text}");
        }
    }
}
