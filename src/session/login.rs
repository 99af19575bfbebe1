//! Logging in with a password, and going on with a stored session (meganz/sdk `src/commands.cpp`, `CommandLogin`). It never
//! asks anybody and never tries twice what was refused: a missing or wrong code comes back as an error, and the caller
//! calls again.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Keys, Session, StoredSession};
use crate::api::client::{Client, Identity};
use crate::api::error::{Advice, ApiError, Context, ErrorCode, ErrorKind};
use crate::api::wire::{ApiCommand, AskScheme, LoginAnswer, OpenSession, ResumeSession};
use crate::crypto::key::{KeyBytes, MasterKey, PasswordKey, random};
use crate::crypto::password::{unwrap_master_key, v1_key, v1_key_utf8, v1_user_hash, v2_keys};
use crate::crypto::rsa::{KeyMaterialError, PrivateKey};
use crate::crypto::session_id::{self, SessionId};
use crate::handle::{UserHandle, base64_decode, base64_encode};
use crate::secret::Secret;

/// Logging in, or going on with a session, failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// -9: e-mail or password; the server does not say which.
    #[error("{}", reason(ErrorCode::NOT_FOUND))]
    WrongPassword,
    /// -26: the same again, with a code.
    #[error("{}", reason(ErrorCode::CODE_NEEDED))]
    CodeNeeded,
    /// -5 after a code was sent.
    #[error("{}", reason(ErrorCode::FAILED))]
    WrongCode,
    /// -15, or a blob that does not open: the password is needed again.
    #[error("{}", reason(ErrorCode::SESSION))]
    SessionEnded,
    /// -6.
    #[error("{}", reason(ErrorCode::TOO_MANY))]
    TooManyAttempts,
    /// -13.
    #[error("{}", reason(ErrorCode::INCOMPLETE))]
    Unconfirmed,
    /// -16.
    #[error("{}", reason(ErrorCode::BLOCKED))]
    Suspended,
    /// The account turns its password into keys in a way that is newer than this program.
    #[error("the account is of version {0}, which this program does not know")]
    UnknownVersion(u64),
    /// The server's keys do not fit together, or not the account.
    #[error(transparent)]
    KeyMaterial(#[from] KeyMaterialError),
    /// The rest.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl LoginError {
    /// Returns what the user is told.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let code = match self {
            Self::WrongPassword => ErrorCode::NOT_FOUND,
            Self::CodeNeeded => ErrorCode::CODE_NEEDED,
            Self::WrongCode => ErrorCode::FAILED,
            Self::SessionEnded => ErrorCode::SESSION,
            Self::TooManyAttempts => ErrorCode::TOO_MANY,
            Self::Unconfirmed => ErrorCode::INCOMPLETE,
            Self::Suspended => ErrorCode::BLOCKED,
            Self::Api(error) => return error.advice(),
            Self::UnknownVersion(_) => {
                let hint = "Look for a newer version of this program.";
                return Advice { kind: ErrorKind::Account, reason: self.to_string().into(), hint };
            }
            Self::KeyMaterial(error) => {
                let hint = "Do not go on: the server may not be MEGA's, or it was tampered with.";
                return Advice { kind: ErrorKind::Integrity, reason: error.to_string().into(), hint };
            }
        };
        let row = code.meaning(Context::Login);
        Advice { kind: row.kind, reason: row.reason.into(), hint: row.hint }
    }

    /// Sorts the server's answer to an attempt.
    fn of_attempt(error: ApiError, with_code: bool) -> Self {
        match error {
            ApiError::Refused { code, command, .. } => match code {
                ErrorCode::NOT_FOUND => Self::WrongPassword,
                ErrorCode::CODE_NEEDED => Self::CodeNeeded,
                ErrorCode::FAILED if with_code => Self::WrongCode,
                // Not the code that was wrong: none was sent.
                ErrorCode::FAILED => ApiError::Refused { code, command, context: Context::Command }.into(),
                ErrorCode::TOO_MANY => Self::TooManyAttempts,
                ErrorCode::INCOMPLETE => Self::Unconfirmed,
                ErrorCode::BLOCKED => Self::Suspended,
                _ => Self::Api(error),
            },
            ApiError::SessionEnded => Self::SessionEnded,
            ApiError::Blocked => Self::Suspended,
            ApiError::Malformed { .. }
            | ApiError::Status(_)
            | ApiError::Transport(_)
            | ApiError::GaveUp(_)
            | ApiError::Cancelled => Self::Api(error),
        }
    }
}

impl Session {
    /// Logs in, with an account of version 1 or 2. `code` is the one-time code, where the account wants one.
    pub async fn login(
        client: &Client,
        email: &str,
        password: &Secret,
        code: Option<&Secret>,
    ) -> Result<Self, LoginError> {
        let email = email.trim().to_lowercase();
        let code = code.map(without_spaces).filter(|code| !code.is_empty());
        let attempt = Attempt { client, email: &email, code: code.as_ref() };
        let scheme = client.call(&AskScheme { email: &email }).await;
        let scheme = scheme.map_err(|error| LoginError::of_attempt(error, false))?;
        match (scheme.version, scheme.salt) {
            (Some(1), _) => attempt.version_1(password).await,
            (Some(2), Some(salt)) => attempt.version_2(password, base64_decode(&salt)).await,
            (Some(2), None) | (None, _) => Err(malformed::<AskScheme<'_>>()),
            (Some(newer), _) => Err(LoginError::UnknownVersion(newer)),
        }
    }

    /// Goes on with a stored session, without a password.
    pub async fn resume(client: &Client, stored: &StoredSession) -> Result<Self, LoginError> {
        let id = session_id::sealed_session_id(&stored.blob).ok_or(LoginError::SessionEnded)?;
        let client = client.with_identity(Identity::Session(id));
        let fresh = base64_encode(&random::<16>());
        let answer = client.call(&ResumeSession { session_key: fresh }).await;
        let answer = answer.map_err(|error| match LoginError::of_attempt(error, false) {
            LoginError::WrongPassword => LoginError::SessionEnded, // no password was sent: the session is not known
            other => other,
        })?;
        let stored = stored.clone();
        let keys = off_thread(move || resumed_keys(&answer, &stored)).await??;
        Ok(Self::begun(client, keys))
    }

    /// Goes on with a session that another program began, whose id and master key are known. What is stored of it from
    /// then on is sealed like any other: the server is given a key of ours for that, and keeps it with the session where
    /// it takes one; where it does not, the session serves this run and cannot be stored.
    pub async fn adopt(client: &Client, id: SessionId, master: MasterKey) -> Result<Self, LoginError> {
        let user = id.user().ok_or(LoginError::SessionEnded)?;
        let client = client.with_identity(Identity::Session(id.clone()));
        let fresh = random::<16>();
        let answer = client.call(&ResumeSession { session_key: base64_encode(&fresh) }).await;
        let answer = answer.map_err(|error| match LoginError::of_attempt(error, false) {
            LoginError::WrongPassword => LoginError::SessionEnded,
            other => other,
        })?;
        let keys = off_thread(move || adopted_keys(&answer, user, master, id, fresh)).await??;
        Ok(Self::begun(client, keys))
    }
}

/// One login: who, and with which code.
struct Attempt<'a> {
    client: &'a Client,
    email: &'a str,
    code: Option<&'a Secret>,
}

impl Attempt<'_> {
    /// Official clients pack UTF-16, others UTF-8: for a password that is not ASCII both are tried.
    async fn version_1(&self, password: &Secret) -> Result<Session, LoginError> {
        match self.version_1_by(password, v1_key).await {
            Err(LoginError::WrongPassword) if !password.expose().is_ascii() => {
                self.version_1_by(password, v1_key_utf8).await
            }
            other => other,
        }
    }

    async fn version_1_by(
        &self,
        password: &Secret,
        derive: fn(&str) -> PasswordKey,
    ) -> Result<Session, LoginError> {
        let (password, email) = (password.clone(), self.email.to_owned());
        let derived = off_thread(move || {
            let key = derive(password.expose());
            let hash = v1_user_hash(&email, &key);
            (key, hash)
        });
        let (key, hash) = derived.await?;
        self.open(key, &hash).await
    }

    async fn version_2(&self, password: &Secret, salt: Vec<u8>) -> Result<Session, LoginError> {
        let password = password.clone();
        let (key, hash) = off_thread(move || v2_keys(password.expose(), &salt)).await?;
        self.open(key, &hash).await
    }

    async fn open(&self, key: PasswordKey, user_hash: &str) -> Result<Session, LoginError> {
        let session_key = random::<16>();
        let command = OpenSession {
            email: self.email,
            user_hash,
            session_key: base64_encode(&session_key),
            code: self.code.map(Secret::expose),
        };
        let answer = self.client.call(&command).await;
        let answer = answer.map_err(|error| LoginError::of_attempt(error, self.code.is_some()))?;
        let keys = off_thread(move || opened_keys(&answer, &key, session_key)).await??;
        let client = self.client.with_identity(Identity::Session(keys.id.clone()));
        Ok(Session::begun(client, keys))
    }
}

/// Opens what a login brought. Slow: RSA.
fn opened_keys(answer: &LoginAnswer, key: &PasswordKey, session_key: KeyBytes) -> Result<Keys, LoginError> {
    let malformed = malformed::<OpenSession<'_>>;
    let user = answer.user.ok_or_else(malformed)?;
    let wrapped = base64_decode(answer.master_key.as_ref().ok_or_else(malformed)?);
    let master = unwrap_master_key(&wrapped, key).ok_or_else(malformed)?;
    let private = private_key(answer, &master)?;
    let id = match (&answer.encrypted_session_id, &answer.plain_session_id, &private) {
        (Some(encrypted), _, Some(private)) => private.session_id(&base64_decode(encrypted), user)?,
        (Some(_), _, None) => return Err(KeyMaterialError.into()),
        (None, Some(plain), _) => {
            SessionId::from_tsid(&base64_decode(plain), &master).ok_or(KeyMaterialError)?
        }
        (None, None, _) => return Err(malformed()),
    };
    Ok(Keys { user, master, private: private.map(Arc::new), id, session_key, visit: None })
}

/// Opens a stored session with what the server gave back. Slow: checks the RSA key.
fn resumed_keys(answer: &LoginAnswer, stored: &StoredSession) -> Result<Keys, LoginError> {
    let user: UserHandle = answer.user.ok_or_else(malformed::<ResumeSession>)?;
    if user != stored.user {
        return Err(KeyMaterialError.into());
    }
    let session_key = answer.session_key.as_ref().map(|text| Zeroizing::new(base64_decode(text)));
    let session_key = session_key.and_then(|bytes| KeyBytes::try_from(&bytes[..]).ok());
    // A server that no longer knows the session's key leaves the blob closed for ever.
    let session_key = session_key.ok_or(LoginError::SessionEnded)?;
    let (master, id) = session_id::open(&session_key, &stored.blob).ok_or(LoginError::SessionEnded)?;
    let private = proven(answer, &master, &id)?.map(Arc::new);
    Ok(Keys { user, master, private, id, session_key, visit: None })
}

/// Checks an adopted session.
fn adopted_keys(
    answer: &LoginAnswer,
    user: UserHandle,
    master: MasterKey,
    id: SessionId,
    fresh: KeyBytes,
) -> Result<Keys, LoginError> {
    if answer.user.is_some_and(|told| told != user) {
        return Err(KeyMaterialError.into());
    }
    let kept = answer.session_key.as_ref().map(|text| Zeroizing::new(base64_decode(text)));
    let session_key = kept.and_then(|bytes| KeyBytes::try_from(&bytes[..]).ok()).unwrap_or(fresh);
    let private = proven(answer, &master, &id)?.map(Arc::new);
    Ok(Keys { user, master, private, id, session_key, visit: None })
}

/// Checks the master key of a session that goes on, and with it the key that the server kept for it: the private key opens
/// only under the right one. An account without a private key has session ids that prove themselves by the master key.
/// Whoever gives neither could have us make nodes that nobody can read.
fn proven(
    answer: &LoginAnswer,
    master: &MasterKey,
    id: &SessionId,
) -> Result<Option<PrivateKey>, KeyMaterialError> {
    let private = private_key(answer, master)?;
    let is_proven = private.is_some() || SessionId::from_tsid(id.bytes(), master).is_some();
    if is_proven { Ok(private) } else { Err(KeyMaterialError) }
}

fn private_key(answer: &LoginAnswer, master: &MasterKey) -> Result<Option<PrivateKey>, KeyMaterialError> {
    answer.private_key.as_ref().map(|text| PrivateKey::open(&base64_decode(text), master)).transpose()
}

/// Runs slow work beside the async threads.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|_stopped| ApiError::Cancelled)
}

/// Codes are often written with a space in the middle.
fn without_spaces(code: &Secret) -> Secret {
    Secret::new(code.expose().split_whitespace().collect())
}

fn reason(code: ErrorCode) -> &'static str {
    code.meaning(Context::Login).reason
}

fn malformed<C: ApiCommand>() -> LoginError {
    ApiError::Malformed { command: C::NAME }.into()
}

#[cfg(test)]
mod tests;
