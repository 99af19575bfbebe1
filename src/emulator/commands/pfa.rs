//! `pfa`: attach thumbnails to a file that is there already. What was attached before is replaced. Whether the handles name
//! any blob is not checked.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::refusal::Refusal;
use crate::emulator::share::Access;

pub(super) fn run(call: &mut Call) -> Outcome {
    let handle = call.handle("n")?;
    let sent = call.text("fa").ok_or(Refusal::Arguments)?;
    let node = call.world.permitted(call.caller, handle, Access::Write)?;
    if node.kind.is_container() {
        return Err(Refusal::Arguments);
    }
    let stored = stored_form(sent);
    if let Some(node) = call.world.nodes.edit(&handle) {
        node.thumbnails = stored.as_str().into();
    }
    for viewer in call.world.viewers(handle) {
        call.world.publish(viewer, "fa", &json!({ "n": handle, "fa": stored }));
    }
    Ok(json!(stored).into())
}

/// `type*handle/…` as sent becomes `uid:type*handle/…`.
pub(super) fn stored_form(sent: &str) -> String {
    let parts = sent.split('/').filter(|part| !part.is_empty());
    parts.map(|part| format!("924:{part}")).collect::<Vec<_>>().join("/")
}
