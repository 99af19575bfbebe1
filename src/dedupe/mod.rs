//! Duplicates: which files and folders of an account have equal names or equal contents ([`Survey`]), what is known of
//! their contents ([`Evidence`]), what a rule makes of them ([`Rule`]), and the steps that follow ([`Plan`]). Pure over a
//! [`Tree`](crate::tree::Tree): the worker asks, proves, and carries the steps out; nothing here sends or reads a byte.
//!
//! ```text
//!  tree ─▶ Survey::by_name     folders of one name merged first, in a draft; then names as they are in the draft
//!       ─▶ Survey::by_content  size, then key and meta-MAC (proven) or sampled checksums (candidates)
//!  Survey ─▶ groups ─▶ a Decision each (rule, silent step, or the user) ─▶ Survey::plan ─▶ Plan: steps in their order
//! ```
//!
//! Everything goes by handle. A step names the folder that its node must still be in, so that whoever carries it out can
//! see that somebody else was there meanwhile. No step destroys anything: files go to the rubbish bin, and of folders only
//! those that are empty by then. Who wants files gone for good asks [`Expendable`] which of them may be.

mod decision;
mod draft;
mod evidence;
mod expendable;
mod group;
mod merge;
mod plan;
mod scope;
mod survey;
mod tie;

pub use decision::{Decision, Preference, Rule, TimeOf};
pub use evidence::{Digest, Evidence};
pub use expendable::Expendable;
pub use group::{Group, GroupKind};
pub use merge::Merge;
pub use plan::{Plan, Step};
pub use scope::{Scope, Sieve};
pub use survey::{MayMerge, NameClass, Survey};
