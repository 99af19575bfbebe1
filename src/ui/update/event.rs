//! What the worker tells, and what of it the screen keeps.
//! Called by `update` for each event of the worker. An event never acts in the user's name: it sends commands only to show
//! what was asked for.

use super::{
    bookmarks, changes, check, compare, dedupe, deletion, doctor, edit, look, path, place, preview, renames,
    search, sharing, sync, tab, transfer, usage, viewer,
};
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{
    AccountRow, AccountState, Command, Compared, Conflict, CopyReport, Event, Note, PlanSummary, Problem,
    ProblemKind, Row, ViewHead, ViewId, ViewState,
};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::difference::Difference;
use crate::ui::dialog::field::Field;
use crate::ui::dialog::login::{LoginForm, Need};
use crate::ui::dialog::unfinished::UnfinishedDialog;
use crate::ui::pane::Pane;
use crate::ui::state::{AppState, Landing, Notice, Phase};
use crate::ui::wording;

/// Takes an event over.
pub(super) fn receive(state: &mut AppState, event: Event, commands: &mut Vec<Command>) {
    match event {
        Event::Accounts(rows) => receive_accounts(state, rows, commands),
        Event::Account { account, state: now } => receive_account(state, &account, now, commands),
        Event::Quota { account, used, total } => {
            state.accounts.quotas.insert(account, (used, total));
        }
        Event::View(head) => receive_head(state, head, commands),
        Event::Rows { view, generation, start, rows } => {
            receive_rows(state, view, (generation, start), rows);
        }
        Event::Found { view, row } => found(state, view, row),
        Event::NotThere { view, name, count } => not_there(state, view, &name, count),
        Event::Bookmarks(bookmarks) => bookmarks::receive(state, &bookmarks),
        Event::Hits { search: number, hits, progress } => search::receive(state, number, hits, progress),
        Event::KeptScreen(screen) => tab::begin(state, screen, commands),
        Event::Offers { number, offers } => path::receive(state, number, offers, commands),
        Event::Answered { view, number } => {
            if let Some(pane) = state.pane_of(view) {
                pane.answers.receive(number);
            }
        }
        Event::NameSheet { renames, sheet } => renames::receive_sheet(state, renames, sheet),
        Event::Renames(plan) => renames::receive_plan(state, plan, commands),
        Event::Changes(rows) => changes::receive(state, rows),
        Event::Findings(findings) => doctor::receive(state, findings),
        Event::Deletion(counted) => deletion::receive(state, counted),
        Event::Plan(plan) => receive_plan(state, plan),
        Event::Conflict(conflict) => state.conflicts.push_back(conflict),
        Event::Unfinished { copies, leftovers } => {
            let since = state.surroundings.clock.now;
            state.unfinished = Some(UnfinishedDialog { copies, leftovers, since });
        }
        Event::CopyNote { note: Note::StartedOver(problem), .. } => state.say(problem.message),
        Event::CopyNote { copy, path, size, note } => {
            sync::receive_note(state, copy, (path.clone(), size, &note));
            check::receive_note(state, copy, (path, size, &note));
        }
        Event::Compared { conflict, compared } => receive_comparison(state, conflict, compared),
        Event::Dedupe(event) => dedupe::receive(state, event),
        Event::Content { content, event } => {
            preview::receive(state, content, event.clone(), commands);
            viewer::receive(state, content, event, commands);
        }
        Event::Measured { measure, measured } => look::receive_measured(state, measure, measured),
        Event::Edit { edit, event } => edit::receive(state, edit, event, commands),
        Event::Sharing(event) => sharing::receive(state, &event, commands),
        Event::Versions(list) => sharing::receive_versions(state, list),
        Event::CopyEnded(report) => copy_ended(state, &report),
        Event::Transfers { changed, removed, totals } => {
            state.transfers.throughput.record(&totals, state.surroundings.clock.now);
            state.transfers.receive(changed, &removed, totals);
            transfer::keep_in_sight(state);
        }
        Event::TransferEnds(ends) => transfer::receive_ends(state, ends),
        Event::Made { parent, key } => land(state, &parent, key, commands),
        Event::Usage(sheet) => usage::receive(state, sheet),
        Event::Undone { group } => dedupe::taken_back(state, Some(group)),
        Event::Done { text } => {
            state.say(text);
            search::changed(state, commands);
            usage::changed(state, commands);
        }
        Event::Failed(problem) => failed(state, problem),
        Event::Ended => state.phase = Phase::Ended,
    }
}

pub(super) fn failed(state: &mut AppState, problem: Problem) {
    // What was typed ahead counted on the other outcome.
    state.ahead.drop_all();
    bookmarks::give_up(state);
    sharing::give_up(state);
    state.notice = Some(Notice::Problem(problem));
}

fn receive_rows(state: &mut AppState, view: ViewId, (generation, start): (u64, u64), rows: Vec<Row>) {
    let height = state.layout().list_height();
    if let Some(pane) = state.pane_of(view) {
        pane.receive_rows(generation, start, rows, height);
    }
}

fn receive_head(state: &mut AppState, head: ViewHead, commands: &mut Vec<Command>) {
    let height = state.layout().list_height();
    compare::tell_end(state, &head);
    let Some(pane) = state.pane_of(head.view) else { return };
    let was_awaited = pane.answers.are_due();
    if head.state.has_rows() || matches!(head.location, Location::Local(_)) {
        pane.form = None;
    }
    let failure = match &head.state {
        ViewState::Failed(problem) => Some((head.location.clone(), problem.clone())),
        ViewState::Opening | ViewState::Partial | ViewState::Ready => None,
    };
    let view = head.view;
    pane.receive_head(head, height);
    if !pane.refreshing {
        pane.answers.list_of = None;
    }
    let Some((location, problem)) = failure else { return usage::shown(state, view, commands) };
    if problem.kind == ProblemKind::FolderNotFound && pane.step_on(&location, commands) {
        return state.say(format!("skipped: {}", problem.message));
    }
    if was_awaited {
        state.ahead.drop_all();
    }
}

/// The other side has no such folder: it stays where it is.
fn not_there(state: &mut AppState, view: ViewId, name: &str, count: u32) {
    let Some(side) = state.panes.iter().position(|pane| pane.view == view) else { return };
    if let Some(synchrony) = &mut state.synchrony {
        synchrony.missed_by_other(1 - side);
    }
    let title = state.panes[side].head.as_ref().map_or("the other pane", |head| &head.title);
    let has = if count == 0 { "has no folder" } else { "has several folders" };
    state.say(format!("{title} {has} \"{name}\": it stays"));
}

/// Puts the cursor on what was made here, unless it has moved on since it was asked for.
fn land(state: &mut AppState, parent: &Location, key: EntryKey, commands: &mut Vec<Command>) {
    let Some(Landing { view, from }) = state.landing.take() else { return };
    let Some(pane) = state.pane_of(view) else { return };
    let here = pane.current().map(|row| row.entry.key.clone());
    if pane.location() == Some(parent) && here == from {
        pane.follow(key, commands);
    }
}

/// Takes the accounts over; the first time, an empty right pane gets the first of them, or a login form.
fn receive_accounts(state: &mut AppState, rows: Vec<AccountRow>, commands: &mut Vec<Command>) {
    let first_time = state.accounts.rows.is_none();
    let first = rows.first().map(|row| row.name.clone());
    state.accounts.rows = Some(rows);
    let right = &mut state.panes[1];
    if !first_time || right.wanted.is_some() || right.form.is_some() {
        return;
    }
    if let Some(account) = first {
        right.open(place::top(account), None, commands);
    } else {
        right.form = Some(LoginForm::new(Need::Password, None, None));
        state.active = 1;
    }
}

fn receive_account(state: &mut AppState, account: &str, now: AccountState, commands: &mut Vec<Command>) {
    for pane in state.all_panes_mut() {
        let in_form = pane.form.as_ref().is_some_and(|form| form.is_about(account));
        if in_form || pane.account() == Some(account) {
            tell_pane(pane, account, &now, commands);
        }
    }
    let known = state.accounts.rows.iter().flatten().any(|row| row.name == account);
    if now == AccountState::Ready && !known {
        commands.push(Command::ListAccounts);
    }
    state.accounts.states.insert(account.to_owned(), now);
}

/// Shows or takes away the login form of a pane, as its account needs it.
fn tell_pane(pane: &mut Pane, account: &str, now: &AccountState, commands: &mut Vec<Command>) {
    match now {
        AccountState::NeedsPassword { email, problem } => {
            ask(pane, account, Need::Password, email.clone(), problem.clone());
        }
        AccountState::NeedsCode { problem } => ask(pane, account, Need::Code, None, problem.clone()),
        AccountState::NeedsPassphrase { problem } => {
            ask(pane, account, Need::Passphrase, None, problem.clone());
        }
        AccountState::Failed(problem) => {
            if let Some(form) = &mut pane.form {
                let need = form.need;
                form.ask(need, Some(problem.clone()));
            }
        }
        AccountState::Ready => {
            if pane.form.take().is_some() {
                let wanted = pane.wanted.clone().filter(|_| pane.account() == Some(account));
                pane.open(wanted.unwrap_or_else(|| place::top(account.to_owned())), None, commands);
            }
        }
        AccountState::Connecting | AccountState::Loading { .. } | AccountState::Waiting(_) => {}
    }
}

fn ask(pane: &mut Pane, account: &str, need: Need, email: Option<String>, problem: Option<Problem>) {
    if let Some(form) = &mut pane.form {
        if let Some(email) = email.filter(|_| form.email.text().is_empty()) {
            form.email = Field::new(email); // a form that asked for the passphrase knew none
        }
        form.ask(need, problem);
    } else {
        let mut form = LoginForm::new(need, Some(account.to_owned()), email);
        form.problem = problem;
        pane.form = Some(form);
    }
    let cloud = |location: &Location| matches!(location, Location::Cloud { .. });
    if !pane.wanted.as_ref().is_some_and(cloud) {
        pane.wanted = Some(Location::Cloud { account: account.to_owned(), folder: CloudFolder::Root });
    }
}

fn found(state: &mut AppState, view: ViewId, row: Option<u64>) {
    let height = state.layout().list_height();
    let Some(pane) = state.pane_of(view).filter(|pane| pane.answers.is_searching()) else { return };
    if let Some(row) = row {
        let line = row.saturating_add(pane.first_row_line());
        return pane.go_to(line, height);
    }
    state.ahead.drop_all();
    state.say("no name here contains that");
}

/// Shows what a look into the two sides of the open conflict came to; lines get a page of their own.
fn receive_comparison(state: &mut AppState, number: u64, compared: Compared) {
    let is_asked =
        |dialog: &&mut Dialog| matches!(dialog, Dialog::Conflict(open) if open.conflict.conflict == number);
    let Some(Dialog::Conflict(open)) = state.dialogs.iter_mut().find(is_asked) else { return };
    open.receive(&compared);
    let Conflict { path, source, existing, .. } = &open.conflict;
    let legend = [format!("there ({})", existing.place), format!("here ({})", source.place)];
    let (path, back) = (path.clone(), "Esc back to the question");
    if let Compared::Lines(lines) = compared {
        state.dialogs.push(Dialog::Difference(Difference { path, legend, lines, top: 0, back }));
    }
}

fn receive_plan(state: &mut AppState, plan: PlanSummary) {
    if check::receive_plan(state, &plan) || sync::receive_plan(state, &plan) {
        return;
    }
    for dialog in &mut state.dialogs {
        if let Dialog::Copy(copy) = dialog
            && copy.copy == plan.copy
        {
            copy.plan = plan;
            return;
        }
    }
    if let Some(known) = state.copies.running.get_mut(&plan.copy) {
        if let Some(problem) = plan.problem.clone() {
            state.notice = Some(Notice::Problem(problem));
        }
        *known = plan;
    }
}

fn copy_ended(state: &mut AppState, report: &CopyReport) {
    if check::ended(state, report) || sync::ended(state, report) {
        return;
    }
    state.conflicts.retain(|conflict| conflict.copy != report.copy);
    let over =
        |dialog: &Dialog| matches!(dialog, Dialog::Conflict(open) if open.conflict.copy == report.copy);
    if state.dialogs.iter().any(over) {
        state.dialogs.retain(|dialog| !over(dialog) && !matches!(dialog, Dialog::Difference(_)));
    }
    let Some(plan) = state.copies.running.remove(&report.copy) else { return };
    let (text, bad) = wording::report(report, &plan);
    state.notice = Some(if bad {
        let hint = report.problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default();
        let kind = report.problem.as_ref().map_or(ProblemKind::Other, |problem| problem.kind);
        Notice::Problem(Problem::new(kind, text, hint))
    } else {
        Notice::Info(text)
    });
}
