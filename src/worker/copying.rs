//! (being written)
use super::actor::Actor;
impl Actor {
    pub(crate) fn cancel_account(&mut self, _name: &str) {}
}
