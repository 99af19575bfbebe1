//! The two-pane screen.

use super::context::Context;
use super::output::Outcome;

/// Runs the screen.
pub(crate) async fn run(_context: &mut Context) -> Outcome {
    todo!()
}
