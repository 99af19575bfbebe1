//! A login to an account of the emulator, as the tests of what needs a session begin.
//! Nothing of the server's waits is told, and what goes wrong for a minute fails.

use std::sync::Arc;
use std::time::Duration;

use megapane::api::client::{Client, ClientOptions};
use megapane::emulator::{Emulator, PASSWORD};
use megapane::secret::Secret;
use megapane::session::Session;

/// Logs in with the password that every account has unless it is given another one.
pub(crate) async fn login(emulator: &Emulator, email: &str) -> Session {
    let options = ClientOptions {
        base: emulator.url(),
        waits: Arc::new(|_| {}),
        give_up: Some(Duration::from_mins(1)),
    };
    let client = Client::new(Arc::new(emulator.transport()), options);
    Session::login(&client, email, &Secret::from(PASSWORD), None).await.unwrap()
}
