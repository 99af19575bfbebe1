//! The [`Dialog`]s: a closed set, held in a stack in the state. The top one gets the keys, Esc pops it.
//! Each is plain data and says what a key means to it; what follows from that is done in `update::dialog`.

pub mod accounts;
pub mod bookmarks;
pub mod changes;
pub mod check;
pub mod confirm;
pub mod conflict;
pub mod dedupe;
pub mod deletion;
pub mod difference;
pub mod doctor;
pub mod edit;
pub mod field;
pub mod help;
pub mod limit;
pub mod links;
pub mod login;
pub mod palette;
pub mod path;
pub mod prompt;
pub mod properties;
pub mod renames;
pub mod search;
pub mod sharing;
pub mod sync;
pub mod transfer;
pub mod unfinished;
pub mod usage;
pub mod versions;

use accounts::AccountChooser;
use bookmarks::{BookmarkList, NewBookmark};
use changes::ChangesDialog;
use confirm::{CopyConfirmation, Question};
use conflict::ConflictDialog;
use deletion::DeletionDialog;
use difference::Difference;
use doctor::DoctorPage;
use edit::{EditConflict, Fetching};
use help::Help;
use limit::LimitDialog;
use links::LinksPage;
use palette::Palette;
use path::PathDialog;
use prompt::Prompt;
use properties::Properties;
use renames::RenamesDialog;
use search::SearchPage;
use sharing::SharingDialog;
use sync::SyncPage;
use transfer::TransferDetails;
use unfinished::UnfinishedDialog;
use usage::UsagePage;
use versions::VersionsDialog;

use super::viewer::Viewer;

/// What can stand over the panes.
#[derive(Debug)]
pub enum Dialog {
    /// Shows what a copy would do and asks for it.
    Copy(CopyConfirmation),
    /// Asks for the word that deletes for good.
    Deletion(DeletionDialog),
    /// Lists the last changes.
    Changes(ChangesDialog),
    /// Lists what is wrong, over the whole screen.
    Doctor(DoctorPage),
    /// Shows many renames, and asks for them.
    Renames(RenamesDialog),
    /// Asks what to do where a name is taken.
    Conflict(ConflictDialog),
    /// Shows in which lines the two sides of a conflict differ.
    Difference(Difference),
    /// Shows what a check has found so far: the state's.
    Check,
    /// Reviews duplicates, over the whole screen: the state's.
    Dedupe,
    /// Asks what becomes of what earlier runs left.
    Unfinished(UnfinishedDialog),
    /// Asks yes or no.
    Question(Question),
    /// Asks for one line of text.
    Prompt(Prompt),
    /// Shows what a sync would do and asks for it.
    Sync(Box<SyncPage>),
    /// Looks for names below a folder.
    Search(Box<SearchPage>),
    /// Shows what takes the space in a folder.
    Usage(Box<UsagePage>),
    /// Asks for a folder to go to.
    Path(PathDialog),
    /// Offers the bookmarks.
    Bookmarks(BookmarkList),
    /// Asks how a folder is to be kept.
    NewBookmark(NewBookmark),
    /// Offers the accounts.
    Accounts(AccountChooser),
    /// Shows one entry exactly.
    Properties(Properties),
    /// Shows who sees an entry.
    Sharing(SharingDialog),
    /// Lists the public links of an account.
    Links(LinksPage),
    /// Lists the versions of a file.
    Versions(VersionsDialog),
    /// Asks how fast transfers may be.
    Limit(LimitDialog),
    /// Shows one transfer exactly.
    Transfer(TransferDetails),
    /// Shows the keys.
    Help(Help),
    /// Shows how far a file is that is fetched for a program.
    Fetching(Fetching),
    /// Asks what becomes of an edit whose file is another in the cloud.
    EditConflict(EditConflict),
    /// Shows what is in a file, over the whole screen.
    Viewer(Box<Viewer>),
    /// Offers the actions by name.
    Palette(Palette),
}
