//! The sample account: looks like a person's, with everything that makes a cloud account awkward.

use super::{Emulator, NewAccount};

/// E-mail address of the sample account.
pub const EMAIL: &str = "demo@example.org";

pub(super) fn build(emulator: &Emulator) {
    emulator.world().fixed_handles = Some(0);
    let owner = emulator.add_account(NewAccount::new(EMAIL));
    owner.file("Documents/Letters/hello.txt", b"hello\n", 1_717_200_000);
    emulator.world().fixed_handles = None;
}
