//! What keys mean to the review of duplicates, on each of its pages: rclone's letters for a group, capitals for all that are
//! open. What follows from a [`Reaction`] is `update::dedupe`'s.

use super::{DedupePage, Side, Stage};
use crate::entry::{CloudFolder, Location};
use crate::message::{
    DedupeCommand, DedupeRule, DuplicateKind, GroupChoice, GroupKind, GroupOrder, RestChoice,
};
use crate::ui::key::Key;
use crate::ui::layout::dedupe::DedupeLayout;

/// What a key meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    /// Nothing that anybody has to know.
    Stay,
    /// The worker is to do this.
    Ask(DedupeCommand),
    /// Prove by copies in the folder of the disk that a pane shows.
    ProveLocally,
    /// Show what is in the member under the cursor.
    View,
    /// Take back what was done, by its number.
    Undo(u64),
    /// Go back to the panes, and let it go on.
    PutAway,
    /// Go back to the panes.
    Close,
}

impl DedupePage {
    /// Takes a key.
    pub fn press(&mut self, key: Key, layout: &DedupeLayout) -> Reaction {
        match &self.stage {
            Stage::Review => self.press_review(key, layout),
            Stage::Keys => self.press_keys(key, layout),
            Stage::Plan(_) => self.press_plan(key, layout),
            Stage::Working { .. } => self.press_working(key),
            Stage::Report(_) => self.press_report(key, layout),
        }
    }

    fn press_review(&mut self, key: Key, layout: &DedupeLayout) -> Reaction {
        let written = key.to_string();
        if let "Esc" | "C-g" | "C-c" | "q" | "F10" = written.as_str() {
            return self.leave(&written, layout);
        }
        if let "?" | "F1" = written.as_str() {
            (self.stage, self.top) = (Stage::Keys, 0);
            return Reaction::Stay;
        }
        if let Some(reaction) = self.press_scope(&written) {
            return reaction;
        }
        if !self.is_ready() || self.group_count() == 0 {
            return Reaction::Stay;
        }
        let ask = |choice| {
            let (generation, group) = (self.generation(), self.group.at);
            Reaction::Ask(DedupeCommand::Decide { generation, group, choice })
        };
        if let Some(choice) = choice_of(&written) {
            return ask(choice);
        }
        match written.as_str() {
            "Space" => ask(GroupChoice::Toggle(self.member.at)),
            "Tab" | "S-Tab" => self.change_side(),
            "Right" if self.side == Side::Groups => self.change_side(),
            "h" | "Left" if self.side == Side::Members => self.change_side(),
            "Enter" if self.side == Side::Groups => self.plan(),
            "p" => self.plan(),
            "Enter" | "F3" => Reaction::View,
            "v" => {
                let (generation, group) = (self.generation(), self.group.at);
                Reaction::Ask(DedupeCommand::Prove { generation, group })
            }
            "V" => Reaction::ProveLocally,
            "d" | "=" => self.compare(),
            "u" => self.take_back(),
            "N" => rest(DedupeRule::Newest),
            "O" => rest(DedupeRule::Oldest),
            "L" => rest(DedupeRule::Largest),
            "S" => rest(DedupeRule::Smallest),
            "F" => rest(DedupeRule::First),
            "R" => Reaction::Ask(DedupeCommand::DecideRest(RestChoice::Rename)),
            "M" => Reaction::Ask(DedupeCommand::DecideRest(RestChoice::Merge)),
            _ => self.scroll(key, layout),
        }
    }

    /// Keys that say what is looked for, and where.
    fn press_scope(&mut self, key: &str) -> Option<Reaction> {
        match key {
            "1" => self.kind = DuplicateKind::Names,
            "2" => self.kind = DuplicateKind::Contents,
            "3" => self.kind = DuplicateKind::Forms,
            "z" => {
                self.order = match self.order {
                    GroupOrder::Size => GroupOrder::Path,
                    GroupOrder::Path => GroupOrder::Size,
                }
            }
            "a" => {
                if let Location::Cloud { folder, .. } = &mut self.place {
                    *folder = CloudFolder::Root;
                }
            }
            "C-r" => {}
            _ => return None,
        }
        Some(Reaction::Ask(self.survey()))
    }

    fn change_side(&mut self) -> Reaction {
        self.side = match self.side {
            Side::Groups => Side::Members,
            Side::Members => Side::Groups,
        };
        Reaction::Stay
    }

    fn scroll(&mut self, key: Key, layout: &DedupeLayout) -> Reaction {
        let (groups, members) = (layout.group_count(), layout.member_count());
        match self.side {
            Side::Groups => {
                if let Some(rows) = scrolled(key, groups) {
                    self.group.go_by(rows, groups, self.group_count());
                }
            }
            Side::Members => {
                if let Some(rows) = scrolled(key, members) {
                    self.member.go_by(rows, members, self.member_count());
                }
            }
        }
        Reaction::Stay
    }

    fn plan(&mut self) -> Reaction {
        self.stage = Stage::Plan(None);
        Reaction::Ask(DedupeCommand::Plan)
    }

    fn compare(&self) -> Reaction {
        let has_content = self.current().is_some_and(|group| match group.kind {
            GroupKind::Files | GroupKind::Content | GroupKind::Form => true,
            GroupKind::Folders | GroupKind::Mixed => false,
        });
        if !has_content {
            return Reaction::Stay;
        }
        let (generation, group, member) = (self.generation(), self.group.at, self.member.at);
        Reaction::Ask(DedupeCommand::Compare { generation, group, member })
    }

    /// Escape ends what is read first, and goes back to the groups where only one list is shown.
    fn leave(&mut self, key: &str, layout: &DedupeLayout) -> Reaction {
        let is_reading = self.head.as_ref().is_some_and(|head| head.proving.is_some());
        if is_reading && key != "q" {
            return Reaction::Ask(DedupeCommand::Stop);
        }
        if self.side == Side::Members && layout.is_narrow() {
            return self.change_side();
        }
        Reaction::Close
    }

    fn press_keys(&mut self, key: Key, layout: &DedupeLayout) -> Reaction {
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" | "q" | "?" | "F1" | "Enter" | "F10" => self.stage = Stage::Review,
            _ => {
                let height = layout.line_count(self.summary_count());
                if let Some(lines) = scrolled(key, height) {
                    let last = (HELP.len() as u64).saturating_sub(height);
                    self.top = self.top.saturating_add_signed(lines).min(last);
                }
            }
        }
        Reaction::Stay
    }

    /// Enter is no yes: it may be one too many.
    fn press_plan(&mut self, key: Key, layout: &DedupeLayout) -> Reaction {
        match key.to_string().as_str() {
            "y" if self.line_count() > 0 => {
                self.stage = Stage::Working { done_count: 0, count: self.line_count(), is_stopped: false };
                return Reaction::Ask(DedupeCommand::CarryOut);
            }
            "Esc" | "C-g" | "C-c" | "q" | "n" | "h" | "Left" | "F10" => self.stage = Stage::Review,
            _ => self.scroll_lines(key, layout),
        }
        Reaction::Stay
    }

    fn press_working(&mut self, key: Key) -> Reaction {
        match key.to_string().as_str() {
            "b" | "q" | "F10" => Reaction::PutAway,
            "x" | "Esc" | "C-g" | "C-c" => {
                if let Stage::Working { is_stopped, .. } = &mut self.stage {
                    *is_stopped = true;
                }
                Reaction::Ask(DedupeCommand::Stop)
            }
            _ => Reaction::Stay,
        }
    }

    fn press_report(&mut self, key: Key, layout: &DedupeLayout) -> Reaction {
        match key.to_string().as_str() {
            "u" => return self.take_back(),
            "Enter" | "Esc" | "C-g" | "C-c" | "q" | "F10" => self.stage = Stage::Review,
            _ => self.scroll_lines(key, layout),
        }
        Reaction::Stay
    }

    /// Takes back what was carried out last, once.
    fn take_back(&mut self) -> Reaction {
        let Some(undo) = self.undo.take() else { return Reaction::Stay };
        self.stage = Stage::Review;
        Reaction::Undo(undo)
    }

    fn scroll_lines(&mut self, key: Key, layout: &DedupeLayout) {
        let height = self.list_height(layout);
        if let Some(lines) = scrolled(key, height) {
            self.line.go_by(lines, height, self.line_count());
        }
    }
}

/// Every key of the review, and what it does.
pub const HELP: &[(&str, &str)] = &[
    ("n o", "the newest stays, the oldest"),
    ("l s", "the largest stays, the smallest"),
    ("f", "the one stays that came first to the cloud"),
    ("r", "all stay, under names of their own: file-1.jpg, file-2.jpg"),
    ("m", "folders of one name become one"),
    (".", "nothing happens to this group"),
    ("x", "open again: nothing is decided of it"),
    ("Space", "this member stays or goes, by hand"),
    ("N O L S F", "the rule for all that are open: only what is proven goes"),
    ("R M", "rename all open files of one name, merge all open folders"),
    ("v", "read what may be equal, and prove it or not; nothing is kept"),
    ("V", "prove by copies below the disk folder of a pane, without a download"),
    ("d =", "the lines in which this member differs from the one that stays"),
    ("F3", "look into this member; Enter does it among the members"),
    ("Enter p", "the plan: every step, before anything happens"),
    ("u", "take back what was carried out last"),
    ("Tab", "the other list"),
    ("1 2 3", "equal names, equal contents, names but for case and form"),
    ("a", "look through the whole account"),
    ("z", "largest first, or by path"),
    ("C-r", "look again"),
    ("q Esc", "back to the panes; what is decided is kept"),
    ("✓", "identical, proven: one key and MAC, or read to the end"),
    ("~", "perhaps equal: the fingerprints are, which proves nothing"),
    ("≠", "different contents under one name"),
    ("⊞ !", "folders of one name, a file and a folder of one name"),
];

fn choice_of(key: &str) -> Option<GroupChoice> {
    Some(match key {
        "n" => GroupChoice::Rule(DedupeRule::Newest),
        "o" => GroupChoice::Rule(DedupeRule::Oldest),
        "l" => GroupChoice::Rule(DedupeRule::Largest),
        "s" => GroupChoice::Rule(DedupeRule::Smallest),
        "f" => GroupChoice::Rule(DedupeRule::First),
        "r" => GroupChoice::Rename,
        "m" => GroupChoice::Merge,
        "." => GroupChoice::Leave,
        "x" | "Backspace" => GroupChoice::Open,
        _ => return None,
    })
}

const fn rest(rule: DedupeRule) -> Reaction {
    Reaction::Ask(DedupeCommand::DecideRest(RestChoice::Rule(rule)))
}

/// Returns by how many rows a key scrolls; the space bar has another meaning here.
fn scrolled(key: Key, height: u64) -> Option<i64> {
    if key.typed() == Some(' ') {
        return None;
    }
    let rows = key.scrolls(usize::try_from(height).unwrap_or(usize::MAX))?;
    i64::try_from(rows).ok()
}
