//! `upv`: write attributes of one's own account, each as `[value, version that it replaces]`. −8 when the version has
//! moved on: the client then merges and tries again.

use serde_json::{Map, Value, json};

use super::{Call, Outcome};
use crate::crypto::key::random;
use crate::emulator::refusal::Refusal;
use crate::emulator::world::Viewer;
use crate::handle::base64_encode;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let fields = call.body.as_object().ok_or(Refusal::Arguments)?;
    let mut wanted = Vec::new();
    for (name, value) in fields.iter().filter(|(_, value)| value.is_array()) {
        let part = |index: usize| value.get(index).and_then(Value::as_str);
        wanted.push((
            name.clone(),
            part(0).ok_or(Refusal::Arguments)?.to_owned(),
            part(1).map(str::to_owned),
        ));
    }
    let account = call.world.accounts.edit(&user).ok_or(Refusal::Session)?;
    for (name, _, replaces) in &wanted {
        let current = account.attributes.get(name).map(|(_, version)| version);
        if replaces.is_some() && current.is_some() && current != replaces.as_ref() {
            return Err(Refusal::Expired);
        }
    }
    let mut answer = Map::new();
    for (name, value, _) in wanted {
        let version = base64_encode(&random::<8>());
        answer.insert(name.clone(), json!(version));
        account.attributes.insert(name, (value, version));
    }
    let names: Vec<&String> = answer.keys().collect();
    let versions: Vec<&Value> = answer.values().collect();
    let packet = json!({ "u": user, "ua": names, "v": versions });
    call.world.publish(Viewer::User(user), "ua", &packet);
    Ok(Value::Object(answer).into())
}
