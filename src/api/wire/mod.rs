//! MEGA's commands and their answers as they stand in JSON: one Rust type each, with Rust names; the protocol's letters
//! appear only in the serde renames here. The session builds commands and reads answers, `client` moves them.
//! Nothing here decides what an answer means for the user.

pub mod account;
pub mod address;
mod lenient;
pub mod login;
pub mod node;
pub mod sessions;
pub mod sharing;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::error::Context;

pub use account::{AskQuota, AskUser, AskUserAttribute, QuotaAnswer, UserAnswer, UserAttribute};
pub use address::{AskDownload, AskLinkedFile, AskUpload, DownloadAddress, LinkedFile, UploadAddress};
pub use login::{AskScheme, CloseSession, LoginAnswer, OpenSession, ResumeSession, Scheme};
pub use node::{
    DeleteNode, MoveNode, NewNode, PutAnswer, PutNodes, SetAttributes, ShareKeyTable, StoredNode,
};
pub use sessions::{AskSessions, EndSessions, SessionRow, SessionRows};
pub use sharing::{AskPublicKey, AskWaitingKeys, MakeLink, RemoveLink, ShareFolder, ShareTerm};

/// A command: its JSON (with `"a"`) and the type of its answer.
pub trait ApiCommand: Serialize + Send + Sync {
    /// Parsed from the element of the answer.
    type Answer: DeserializeOwned + Send;
    /// The `"a"`.
    const NAME: &'static str;
    /// Sent alone in its batch (`us`, `us0`, `sml`, `f`).
    const ALONE: bool = false;
    /// In which sense error numbers are to be read.
    const CONTEXT: Context = Context::Command;

    /// Returns the error number that some answers carry inside an object, where there is one.
    fn refusal(_answer: &Self::Answer) -> Option<i32> {
        None
    }
}

/// A command that carries an id, which comes back in the packets that it causes. Source: the `i` of
/// meganz/sdk `src/megaclient.cpp`, `sc_procActionPacket`.
#[derive(Debug, Serialize)]
pub struct Caused<'a, C> {
    /// The command.
    #[serde(flatten)]
    pub command: &'a C,
    /// The id.
    #[serde(rename = "i")]
    pub cause: &'a str,
}

impl<C: ApiCommand> ApiCommand for Caused<'_, C> {
    type Answer = C::Answer;
    const NAME: &'static str = C::NAME;
    const ALONE: bool = C::ALONE;
    const CONTEXT: Context = C::CONTEXT;

    fn refusal(answer: &Self::Answer) -> Option<i32> {
        C::refusal(answer)
    }
}

/// The answer of a command that only succeeds: `0`, or an object of details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Done {
    /// First number of the details (`{"r":[-9]}` of `d`) when it is negative.
    refusal: Option<i32>,
}

impl Done {
    /// Returns the error number that the details hold, where there is one.
    #[must_use]
    pub const fn refusal(self) -> Option<i32> {
        self.refusal
    }
}

impl<'de> Deserialize<'de> for Done {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(#[expect(dead_code, reason = "any number but an error is a success")] u64),
            Details {
                #[serde(rename = "r", default)]
                results: Vec<i32>,
            },
            /// A tag or a handle: a success that says more than was asked for.
            Text(#[expect(dead_code, reason = "any text is a success")] String),
        }
        let refusal = match Raw::deserialize(deserializer)? {
            Raw::Details { results } => results.first().copied().filter(|number| *number < 0),
            Raw::Number(_) | Raw::Text(_) => None,
        };
        Ok(Self { refusal })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::handle::NodeHandle;

    fn handle(text: &str) -> NodeHandle {
        text.parse().unwrap()
    }

    fn written(command: &impl ApiCommand) -> Value {
        serde_json::to_value(command).unwrap()
    }

    #[test]
    fn commands_are_written_as_the_traffic_of_other_clients_has_them() {
        let (node, folder) = (handle("AbCd-_12"), handle("rrrrrrrr"));
        assert_eq!(written(&AskScheme { email: "a@b.c" }), json!({"a": "us0", "user": "a@b.c"}));
        let open = OpenSession { email: "a@b.c", user_hash: "uh", session_key: "key".into(), code: None };
        assert_eq!(written(&open), json!({"a": "us", "user": "a@b.c", "uh": "uh", "sek": "key"}));
        assert_eq!(written(&CloseSession {}), json!({"a": "sml"}));
        assert_eq!(written(&AskQuota::all()), json!({"a": "uq", "strg": 1, "xfer": 1}));
        assert_eq!(
            written(&AskDownload::new(node)),
            json!({"a": "g", "n": "AbCd-_12", "g": 1, "ssl": 2, "v": 2})
        );
        assert_eq!(
            written(&AskUpload::new(5_000_000_000, folder)),
            json!({"a": "u", "s": 5_000_000_000_u64, "t": ["rrrrrrrr"], "ssl": 2, "v": 2})
        );
        assert_eq!(written(&DeleteNode::whole(node)), json!({"a": "d", "n": "AbCd-_12"}));
        assert_eq!(
            serde_json::to_string(&SetAttributes { node, attributes: "xyz".into() }).unwrap(),
            r#"{"a":"a","n":"AbCd-_12","at":"xyz"}"#
        );
    }

    #[test]
    fn share_keys_are_written_as_one_flat_list() {
        let (node, folder) = (handle("AbCd-_12"), handle("rrrrrrrr"));
        let (cause, command) = ("abcdefghij", &DeleteNode::whole(node));
        assert_eq!(
            serde_json::to_string(&Caused { command, cause }).unwrap(),
            r#"{"a":"d","n":"AbCd-_12","i":"abcdefghij"}"#
        );
        let keys = vec![(0, 0, "k0".into()), (0, 1, "k1".into())];
        let share_keys = Some(ShareKeyTable { shares: vec![folder], items: vec![node, folder], keys });
        assert_eq!(
            written(&MoveNode { node, target: folder, share_keys }),
            json!({"a": "m", "n": "AbCd-_12", "t": "rrrrrrrr",
                   "cr": [["rrrrrrrr"], ["AbCd-_12", "rrrrrrrr"], [0, 0, "k0", 0, 1, "k1"]]})
        );
    }

    #[test]
    fn answers_are_read_with_numbers_as_texts_and_nulls() {
        let scheme: Scheme = serde_json::from_str(r#"{"v":"2","s":"AAEC","more":[{}]}"#).unwrap();
        assert_eq!((scheme.version, scheme.salt.as_deref()), (Some(2), Some("AAEC")));
        let scheme: Scheme = serde_json::from_str(r#"{"v":1,"s":null}"#).unwrap();
        assert_eq!((scheme.version, scheme.salt), (Some(1), None));
        let address: DownloadAddress = serde_json::from_str(r#"{"e":-17,"tl":"900"}"#).unwrap();
        assert_eq!((address.error, address.seconds_left, address.addresses), (Some(-17), Some(900), vec![]));
        let quota: QuotaAnswer = serde_json::from_str(r#"{"cstrg":18446744073709551615}"#).unwrap();
        assert_eq!(quota.storage_used, Some(u64::MAX));
    }

    #[test]
    fn the_addresses_of_a_file_are_one_text_or_a_list() {
        let addresses = |text| serde_json::from_str::<DownloadAddress>(text).map(|answer| answer.addresses);
        assert_eq!(addresses(r#"{"g":"a"}"#).unwrap(), ["a"]);
        assert_eq!(addresses(r#"{"g":["a"]}"#).unwrap(), ["a"]);
        assert_eq!(addresses(r#"{"g":["a","b","c","d","e","f"]}"#).unwrap().len(), 6);
        for nothing in ["{}", r#"{"g":null}"#, r#"{"g":""}"#, r#"{"g":0}"#, r#"{"g":[]}"#] {
            assert!(addresses(nothing).unwrap().is_empty(), "{nothing}");
        }
        let seven = r#"{"g":["a","b","c","d","e","f","g"]}"#;
        for wrong in [r#"{"g":{}}"#, r#"{"g":[1]}"#, r#"{"g":[["a"]]}"#, seven] {
            assert!(addresses(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_of_the_wrong_sort_are_errors_and_not_other_numbers() {
        for wrong in
            [r#"{"mstrg":-1}"#, r#"{"mstrg":1.5}"#, r#"{"mstrg":1e30}"#, r#"{"mstrg":[]}"#, "null", "7"]
        {
            assert!(serde_json::from_str::<QuotaAnswer>(wrong).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<DownloadAddress>(r#"{"e":-9999999999}"#).is_err());
        assert!(serde_json::from_str::<Done>("null").is_err());
    }

    #[test]
    fn a_deletion_that_failed_inside_its_details_is_a_refusal() {
        let done = |text| serde_json::from_str::<Done>(text).unwrap();
        assert_eq!(done("0").refusal(), None);
        assert_eq!(done(r#""tag""#).refusal(), None);
        assert_eq!(done(r#"{"r":[0]}"#).refusal(), None);
        assert_eq!(DeleteNode::refusal(&done(r#"{"r":[-9]}"#)), Some(-9));
    }

    /// JSON with the protocol's letters as names, and values of every sort and size.
    fn answers() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "[A-Za-z0-9_-]{8}".prop_map(Value::from),
            "-?[0-9]{1,25}".prop_map(Value::from),
        ];
        let name = "v|s|u|k|csid|tsid|privk|sek|email|name|av|mstrg|cstrg|cstrgn|mxfer|g|e|tl|p|f|h|ts|r|err";
        leaf.prop_recursive(4, 32, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(name, inner, 0..6).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_answer_panics_whatever_it_is_taken_for(answer in answers()) {
            let text = answer.to_string();
            let _ = serde_json::from_str::<Scheme>(&text);
            let _ = serde_json::from_str::<LoginAnswer>(&text);
            let _ = serde_json::from_str::<UserAnswer>(&text);
            let _ = serde_json::from_str::<UserAttribute>(&text);
            let _ = serde_json::from_str::<QuotaAnswer>(&text);
            let _ = serde_json::from_str::<UploadAddress>(&text);
            let _ = serde_json::from_str::<PutAnswer>(&text);
            if let Ok(done) = serde_json::from_str::<Done>(&text) {
                prop_assert!(done.refusal().is_none_or(|number| number < 0));
            }
            if let Ok(address) = serde_json::from_str::<DownloadAddress>(&text) {
                prop_assert!(AskDownload::refusal(&address).is_none_or(|number| number < 0));
            }
        }
    }
}
