//! Draws the preview: what the entry under the cursor is, and below that the beginning of it. Called by `view` where the
//! screen is wide enough.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::entry::EntryKind;
use crate::ui::preview::Subject;
use crate::ui::state::AppState;
use crate::ui::update::PREVIEW_HEAD_LINES;
use crate::ui::{figure, text};

/// Draws it.
pub(super) fn draw(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(subject) = &state.preview.subject else { return };
    let (x, width) = (area.x + 1, area.width.saturating_sub(2));
    let slash = if subject.entry.kind.is_folder() { "/" } else { "" };
    let name = text::cut_middle(&subject.entry.name, usize::from(width).saturating_sub(slash.len()));
    canvas.text(x, area.y, width, &format!("{name}{slash}"), canvas.theme.strong);
    canvas.cut(x, area.y + 1, width, &facts(state, subject), canvas.theme.dim);
    let top = area.y + PREVIEW_HEAD_LINES;
    let Some(viewer) = state.preview.viewer.as_ref().filter(|_| area.bottom() > top) else { return };
    let page = Rect::new(area.x + 1, top, area.width.saturating_sub(1), area.bottom() - top);
    if let Some(problem) = &viewer.problem {
        let lines = text::wrap(&problem.message, width.into());
        for (line, y) in lines.iter().zip(page.top()..page.bottom()) {
            canvas.text(x, y, width, line, canvas.theme.dim);
        }
        return;
    }
    super::viewer::draw_page(state, viewer, page, canvas);
}

fn facts(state: &AppState, Subject { entry, .. }: &Subject) -> String {
    let mut facts = vec![match entry.kind {
        EntryKind::Folder | EntryKind::LinkToFolder => "folder".to_owned(),
        EntryKind::File | EntryKind::LinkToFile => "file".to_owned(),
        EntryKind::Special => "device, socket or pipe".to_owned(),
    }];
    facts.extend(entry.size.map(figure::size));
    facts.extend(entry.modified.map(|at| state.surroundings.clock.spoken_date(at)));
    if entry.flags.undecryptable {
        facts.push("cannot be decrypted".to_owned());
    }
    facts.join(" · ")
}
