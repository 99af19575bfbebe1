//! Draws the login form, in its pane in place of the rows.
//! Called by `view::pane` where a pane has a form. Secrets are drawn as dots; their text never reaches the frame.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::message::AccountState;
use crate::ui::dialog::login::{Entry, LoginForm, Need};
use crate::ui::state::AppState;
use crate::ui::{text, wording};

/// Draws the form into a pane's list area.
pub(super) fn draw(state: &AppState, form: &LoginForm, focused: bool, area: Rect, canvas: &mut Canvas<'_>) {
    let lines = form.entries().len();
    let problem = problem_lines(form, usize::from(area.width).saturating_sub(6));
    let gap = usize::from(!problem.is_empty());
    let height = u16::try_from(lines + 4 + problem.len() + gap).unwrap_or(area.height);
    let roomy = area.height > height && area.width >= 30;
    let outer =
        Rect::new(area.x, area.y + u16::from(area.height > height + 4), area.width, height.min(area.height));
    let inner = if roomy {
        let outer = Rect::new(outer.x + 1, outer.y, outer.width - 2, outer.height);
        let inside = canvas.boxed(outer, title(form));
        Rect::new(inside.x + 1, inside.y, inside.width.saturating_sub(2), inside.height)
    } else {
        Rect::new(area.x + 1, area.y, area.width.saturating_sub(1), area.height)
    };
    let mut y = inner.y;
    for entry in form.entries() {
        if y < inner.bottom() {
            line(form, *entry, focused, Rect::new(inner.x, y, inner.width, 1), canvas);
        }
        y += 1;
    }
    y += u16::from(roomy);
    for part in &problem {
        if y < inner.bottom() {
            canvas.text(inner.x, y, inner.width, part, canvas.theme.alarm);
        }
        y += 1;
    }
    y += if roomy { u16::try_from(gap).unwrap_or(0) } else { 0 };
    if y < inner.bottom() {
        canvas.cut(inner.x, y, inner.width, &foot(state, form, focused), canvas.theme.dim);
    }
    below(
        form,
        Rect::new(area.x, outer.bottom(), area.width, area.bottom().saturating_sub(outer.bottom())),
        canvas,
    );
}

const fn title(form: &LoginForm) -> &'static str {
    match form.need {
        Need::Password => "Log in to MEGA",
        Need::Code => "One-time code",
        Need::Passphrase => "Unlock",
    }
}

fn problem_lines(form: &LoginForm, width: usize) -> Vec<String> {
    let Some(problem) = &form.problem else { return Vec::new() };
    let text = if problem.hint.is_empty() {
        problem.message.clone()
    } else {
        format!("{}. {}", problem.message.trim_end_matches('.'), problem.hint)
    };
    let mut lines = text::wrap(&text, width);
    lines.truncate(5);
    lines
}

fn line(form: &LoginForm, entry: Entry, focused: bool, area: Rect, canvas: &mut Canvas<'_>) {
    let here = focused && form.focus == entry;
    let label = match (entry, form.need) {
        (Entry::Email, _) => "E-mail",
        (Entry::Password, Need::Passphrase) => "Passphrase",
        (Entry::Password, Need::Password | Need::Code) => "Password",
        (Entry::Code, _) => "Code",
        (Entry::Remember, _) => "",
    };
    if here {
        canvas.text(area.x, area.y, 1, "▌", canvas.theme.accent);
    }
    let style = if here { canvas.theme.strong } else { canvas.theme.plain };
    canvas.text(area.x + 1, area.y, LABEL, label, style);
    let x = area.x + 1 + LABEL;
    let width = area.width.saturating_sub(1 + LABEL);
    match entry {
        Entry::Email => canvas.field(x, area.y, width, &form.email, here),
        Entry::Password => canvas.field(x, area.y, width, &form.password, here),
        Entry::Code => canvas.field(x, area.y, width, &form.code, here),
        Entry::Remember => {
            let text = if form.remember { "[x] stay logged in" } else { "[ ] stay logged in" };
            canvas.text(x, area.y, width, text, style);
        }
    }
}

fn foot(state: &AppState, form: &LoginForm, focused: bool) -> String {
    if form.busy {
        let doing = state.accounts.states.iter().find(|(account, _)| form.is_about(account));
        return match doing {
            Some((
                _,
                doing @ (AccountState::Connecting | AccountState::Loading { .. } | AccountState::Waiting(_)),
            )) => wording::account(doing, state.terms()),
            Some(_) | None => "connecting…".to_owned(),
        };
    }
    match (focused, form.focus) {
        (false, _) => "Tab comes back here".to_owned(),
        (true, Entry::Remember) => "Space changes · Enter logs in".to_owned(),
        (true, Entry::Email) if form.need == Need::Password => "Enter next · Esc other pane".to_owned(),
        (true, Entry::Email | Entry::Password | Entry::Code) => match form.need {
            Need::Password => "Enter logs in · Esc other pane".to_owned(),
            Need::Code => "Enter sends it · Esc other pane".to_owned(),
            Need::Passphrase => "Enter unlocks · Esc other pane".to_owned(),
        },
    }
}

fn below(form: &LoginForm, area: Rect, canvas: &mut Canvas<'_>) {
    let help = match form.need {
        Need::Password if form.account.is_none() => NO_ACCOUNT,
        Need::Code => CODE,
        Need::Password | Need::Passphrase => return,
    };
    let lines = text::wrap(help, usize::from(area.width).saturating_sub(4));
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        canvas.text(area.x + 2, y, area.width.saturating_sub(2), &line, canvas.theme.dim);
    }
}

const NO_ACCOUNT: &str = "No account at hand? `megapane demo` shows everything on a built-in server.";

const CODE: &str = "Your authenticator app shows the code: six digits, another each half minute.";

/// Columns of the names of the lines.
const LABEL: u16 = 11;
