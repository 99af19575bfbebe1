//! How a journal is kept short: what there is of it is divided into groups, and the newest that fit stay. A group is never
//! cut: half of one would be half undone. The journal writes the result in place of its file.

use std::collections::{HashMap, HashSet};
use std::io;

use super::record::{Contents, Line, UndoEnd, UndoId, UndoRecord};

/// Returns the lines that stay: of the newest groups, as many as fit into `most_bytes` and `most_groups`, but always the
/// last. Changes that were refused go, for nothing can be done about them.
pub(super) fn shortened(contents: Contents, most_bytes: usize, most_groups: usize) -> io::Result<Vec<u8>> {
    let Contents { groups, records } = contents;
    let group_of = |record: &UndoRecord| record.group.unwrap_or(record.id);
    let mut texts: Vec<(UndoId, Vec<u8>)> = Vec::with_capacity(records.len());
    let is_over = |record: &UndoRecord| record.end == UndoEnd::Refused && !record.is_guessed;
    for record in records.into_iter().filter(|record| !is_over(record)) {
        texts.push((group_of(&record), text(record)?));
    }
    let mut sizes: HashMap<UndoId, usize> = HashMap::new();
    for (group, text) in &texts {
        *sizes.entry(*group).or_default() += text.len();
    }
    let mut kept: HashSet<UndoId> = HashSet::new();
    let mut bytes = 0_usize;
    for (group, _) in texts.iter().rev() {
        if kept.contains(group) {
            continue;
        }
        bytes = bytes.saturating_add(sizes.get(group).copied().unwrap_or_default());
        if !kept.is_empty() && (bytes > most_bytes || kept.len() >= most_groups) {
            break;
        }
        kept.insert(*group);
    }
    let mut lines = Vec::with_capacity(bytes);
    let mut told = HashSet::new();
    for head in groups.into_iter().filter(|head| kept.contains(&head.id)) {
        if told.insert(head.id) {
            write(&mut lines, &Line::Group(head))?;
        }
    }
    for (_, text) in texts.into_iter().filter(|(group, _)| kept.contains(group)) {
        lines.extend(text);
    }
    Ok(lines)
}

fn text(record: UndoRecord) -> io::Result<Vec<u8>> {
    let UndoRecord { id, begun: at, change, group, takes_back, end, is_guessed } = record;
    let mut text = Vec::new();
    write(&mut text, &Line::Begin { id, at, change, group, takes_back })?;
    let ended = match end {
        UndoEnd::Unknown => None, // it may be on its way in another process, which ends it yet
        UndoEnd::Refused => Some((false, None)),
        UndoEnd::Undoable(inverse) => Some((true, Some(inverse))),
        UndoEnd::Final => Some((true, None)),
    };
    if let Some((happened, inverse)) = ended {
        write(&mut text, &Line::End { id, happened, inverse, guessed: is_guessed })?;
    }
    Ok(text)
}

fn write(text: &mut Vec<u8>, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *text, line)?;
    text.push(b'\n');
    Ok(())
}
