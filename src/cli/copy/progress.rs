//! `-P`: bars on stderr while files move, on a terminal only. Redrawn when the worker reports, ten times a second.
//! Called by `follow`. A run without a terminal never makes one.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::output::Messages;
use super::super::quantity;
use super::lines::percent;
use super::margin::Margin;
use crate::message::{TransferId, TransferRow, TransferState, TransferTotals};

/// The bars: one for each running file, one for all.
pub(super) struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    files: BTreeMap<TransferId, ProgressBar>,
    messages: Messages,
}

impl Bars {
    /// Begins to draw, where somebody is looking.
    pub(super) fn start(messages: &Messages) -> Option<Self> {
        if !messages.is_terminal() {
            return None;
        }
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::term_like_with_hz(
            Box::new(Margin::default()),
            REDRAWS,
        ));
        let total = all.add(bar());
        messages.keep_clear_of(Some(all.clone()));
        Some(Self { all, total, files: BTreeMap::new(), messages: messages.clone() })
    }

    /// Draws what has changed.
    pub(super) fn update(
        &mut self,
        changed: &[TransferRow],
        removed: &[TransferId],
        totals: &TransferTotals,
    ) {
        for id in removed {
            self.drop_file(*id);
        }
        for row in changed {
            let is_moving = matches!(
                row.state,
                TransferState::Running | TransferState::Finishing | TransferState::Waiting(_)
            );
            let has_room = self.files.len() < MOST_BARS || self.files.contains_key(&row.transfer);
            if is_moving && has_room {
                let file = self
                    .files
                    .entry(row.transfer)
                    .or_insert_with(|| self.all.insert_before(&self.total, bar()));
                set(file, row.done, row.size, row.speed, &self.messages.name(&row.path));
            } else if !is_moving {
                self.drop_file(row.transfer);
            }
        }
        let left = totals.seconds_left.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds}s"));
        let ended = format!("{} of {} files, ETA {left}", totals.ended_count, totals.count);
        let speed = totals.up_speed + totals.down_speed + totals.across_speed;
        set(&self.total, totals.done_bytes, totals.bytes, speed, &ended);
    }

    fn drop_file(&mut self, id: TransferId) {
        if let Some(file) = self.files.remove(&id) {
            file.finish_and_clear();
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        for file in self.files.values() {
            file.finish_and_clear();
        }
        self.total.finish_and_clear();
        // A bar that was drawn a moment ago may still stand there; a terminal that is gone needs no clearing.
        let _ = self.all.clear();
        self.messages.keep_clear_of(None);
    }
}

fn bar() -> ProgressBar {
    // The template is a constant: where it were wrong the plain bar would be drawn.
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::hidden().with_style(style)
}

fn set(bar: &ProgressBar, done: u64, size: u64, speed: u64, text: &str) {
    bar.set_length(size);
    bar.set_position(done.min(size));
    let (size, speed) = (quantity::size_with_unit(size), quantity::size_with_unit(speed));
    bar.set_message(format!("{:>4} of {size}, {speed}/s  {text}", percent(done, bar.length().unwrap_or(0))));
}

/// Files with a bar of their own: a screenful of small ones could not be read, and the total tells of all.
const MOST_BARS: usize = 8;

/// The bar is short enough for the line of sums to fit into 80 columns.
const TEMPLATE: &str = "[{bar:12}] {wide_msg}";

/// Redraws a second.
const REDRAWS: u8 = 10;
