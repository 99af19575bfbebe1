//! An [`Order`]: one typed line of the line mode, and the words that tell all of them. `plain` reads each line through it and
//! carries it out; nothing here knows files or the worker.

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Tell what is in the folder.
    List,
    /// Go to a folder.
    Go(String),
    /// Tell where both panes are.
    Where,
    /// Make this pane the active one.
    Pane(usize),
    /// Make the other pane the active one.
    OtherPane,
    /// Copy to the other pane.
    Copy(String),
    /// Move to the other pane's folder.
    Move(String),
    /// Give another name.
    Rename(String, String),
    /// Make a folder.
    MakeFolder(String),
    /// Put into the bin.
    Trash(String),
    /// Take the last change back.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Tell how transfers are.
    Transfers,
    /// Stop all transfers.
    Cancel,
    /// Tell the orders.
    Help,
    /// End.
    Quit,
    /// An empty line.
    Nothing,
}

impl Order {
    /// Reads a line; the complaint is a whole sentence.
    pub(super) fn read(line: &str) -> Result<Self, String> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = unquoted(rest.trim());
        let named = |make: fn(String) -> Self| {
            if rest.is_empty() {
                Err(format!("{word} needs a name behind it."))
            } else {
                Ok(make(rest.to_owned()))
            }
        };
        Ok(match word.to_lowercase().as_str() {
            "" => Self::Nothing,
            "ls" | "list" | "dir" => Self::List,
            "cd" | "go" | "open" => Self::Go(if rest.is_empty() { "~" } else { rest }.to_owned()),
            "pwd" | "where" => Self::Where,
            "left" => Self::Pane(0),
            "right" => Self::Pane(1),
            "other" => Self::OtherPane,
            "pane" => match rest {
                "left" => Self::Pane(0),
                "right" => Self::Pane(1),
                _ => return Err("Write pane left or pane right.".to_owned()),
            },
            "copy" | "cp" => return named(Self::Copy),
            "move" | "mv" => return named(Self::Move),
            "rename" => match rest.split_once(" to ") {
                Some((old, new)) if !old.trim().is_empty() && !new.trim().is_empty() => {
                    Self::Rename(unquoted(old.trim()).to_owned(), unquoted(new.trim()).to_owned())
                }
                Some(_) | None => return Err("Write rename OLD to NEW.".to_owned()),
            },
            "mkdir" => return named(Self::MakeFolder),
            "rm" | "delete" | "bin" => return named(Self::Trash),
            "undo" => Self::Undo,
            "redo" => Self::Redo,
            "transfers" | "jobs" => Self::Transfers,
            "cancel" | "stop" => Self::Cancel,
            "help" | "?" => Self::Help,
            "quit" | "exit" | "q" => Self::Quit,
            _ => return Err(format!("There is no command {word}. help tells all of them.")),
        })
    }
}

/// Takes the quotes off a name that stands in them.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// The commands, a line each.
pub(super) const HELP: &[&str] = &[
    "ls: tells what is in the folder, numbered.",
    "cd PATH: goes to a folder. Two dots go up. For the cloud write account: and a path, or once there the name of a folder.",
    "where: tells the folders of both panes.",
    "left, right, other: makes that pane the active one.",
    "copy NAME: copies to the folder of the other pane. NAME may be a number of the list as #3, a pattern as *.jpg, or all.",
    "move NAME: moves to the folder of the other pane, also between disk and cloud, and from one account to another.",
    "rename OLD to NEW.",
    "mkdir NAME: makes a folder.",
    "rm NAME: puts it into the rubbish bin, or the trash of this computer.",
    "undo, redo: takes back the last change, or does it again.",
    "transfers: tells how far they are. cancel: stops them.",
    "quit: ends.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_people_write_them() {
        let table = [
            ("ls", Order::List),
            ("  CD  ../my pictures ", Order::Go("../my pictures".into())),
            ("cd", Order::Go("~".into())),
            ("pane right", Order::Pane(1)),
            ("copy \"a  b.jpg\"", Order::Copy("a  b.jpg".into())),
            ("rename \"a to b\" to c", Order::Rename("\"a".into(), "b\" to c".into())),
            ("rename a to b", Order::Rename("a".into(), "b".into())),
            ("", Order::Nothing),
            ("q", Order::Quit),
        ];
        for (line, order) in table {
            assert_eq!(Order::read(line), Ok(order), "{line}");
        }
        for line in ["copy", "rename a b", "pane", "frobnicate x"] {
            assert!(Order::read(line).unwrap_err().ends_with('.'), "{line}");
        }
    }
}
