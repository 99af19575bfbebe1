//! The [`PathDialog`]: a folder to go to is typed, and below it stands what it may become. The worker works that out for
//! every change of the text; an answer to an older text is not taken.

use super::field::Field;
use crate::entry::Location;
use crate::message::{Command, Offer, Offers};
use crate::ui::key::Key;

/// A path that is being typed.
#[derive(Debug)]
pub struct PathDialog {
    /// The text.
    pub field: Field,
    /// What it may become, as far as it is known.
    pub offers: Offers,
    /// The chosen one of them; `None` while the text itself counts.
    pub chosen: Option<usize>,
    /// The folder that relative paths begin at.
    here: Location,
    /// The number of the last question.
    asked: u64,
    /// The number of the last answer.
    had: u64,
    /// The text is to be completed once the answer is there.
    is_completing: bool,
}

/// What a key meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// The dialog stays.
    Stay,
    /// The dialog stays, and this is asked.
    Ask(Command),
    /// Go where the text leads.
    Typed(String),
    /// Go to what is offered.
    Offered(Offer),
    /// Put the dialog away.
    Close,
}

impl PathDialog {
    /// Begins with an empty text; `number` grows from dialog to dialog.
    #[must_use]
    pub fn new(here: Location, number: u64) -> Self {
        Self {
            field: Field::default(),
            offers: Offers::default(),
            chosen: None,
            here,
            asked: number,
            had: number,
            is_completing: false,
        }
    }

    /// Returns the question about the text as it is now.
    pub fn ask(&mut self) -> Command {
        self.asked += 1;
        self.chosen = None;
        Command::Complete { number: self.asked, here: self.here.clone(), text: self.field.text().to_owned() }
    }

    /// Returns the number of the last question.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.asked
    }

    /// Returns whether a text is about to be completed, so that what is typed has to wait.
    #[must_use]
    pub const fn is_completing(&self) -> bool {
        self.is_completing
    }

    /// Waits for no answer.
    pub const fn give_up(&mut self) {
        self.is_completing = false;
    }

    /// Takes an answer over; returns what is to be asked then.
    pub fn receive(&mut self, number: u64, offers: Offers) -> Option<Command> {
        if number != self.asked {
            return None;
        }
        (self.had, self.offers) = (number, offers);
        if std::mem::take(&mut self.is_completing) { self.complete() } else { None }
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Choice {
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" | "F10" => return Choice::Close,
            "Tab" if self.had != self.asked => self.is_completing = true,
            "Tab" => return self.complete().map_or(Choice::Stay, Choice::Ask),
            "S-Tab" | "Up" | "C-p" => self.go_by(-1),
            "Down" | "C-n" => self.go_by(1),
            "PgDn" => self.go_by(10),
            "PgUp" => self.go_by(-10),
            "Enter" => return self.enter(),
            _ => {
                if self.field.press(key) {
                    return Choice::Ask(self.ask());
                }
            }
        }
        Choice::Stay
    }

    /// Adds what all offers have in common; where that is nothing more, chooses the next of them.
    fn complete(&mut self) -> Option<Command> {
        let text = self.field.text();
        if self.chosen.is_none() && !self.offers.common.is_empty() && self.offers.common != text {
            self.field = Field::new(self.offers.common.clone());
            return Some(self.ask());
        }
        if let [only] = &self.offers.offers[..]
            && only.text != text
        {
            self.field = Field::new(only.text.clone());
            return Some(self.ask());
        }
        self.go_by(1);
        None
    }

    fn enter(&self) -> Choice {
        let is_current = self.had == self.asked;
        let offers = &self.offers.offers;
        let text = self.field.text().trim();
        let chosen = self.chosen.and_then(|chosen| offers.get(chosen));
        // A text that says exactly one of them means it, and its kind is known.
        let exact = || offers.iter().find(|offer| offer.text.trim_end_matches('/') == text);
        match chosen.or_else(|| is_current.then(exact).flatten()) {
            Some(offer) => Choice::Offered(offer.clone()),
            None if text.is_empty() => Choice::Close,
            None => Choice::Typed(text.to_owned()),
        }
    }

    /// Moves the choice, round from the last to the text itself.
    fn go_by(&mut self, rows: isize) {
        let count = self.offers.offers.len();
        if count == 0 {
            return;
        }
        let last = count.cast_signed() - 1;
        let next = match self.chosen {
            None if rows > 0 => 0,
            None => last,
            Some(at) if rows.abs() > 1 => (at.cast_signed() + rows).clamp(0, last),
            Some(at) => at.cast_signed() + rows,
        };
        self.chosen = usize::try_from(next).ok().filter(|next| *next < count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;

    fn offer(text: &str) -> Offer {
        let location = Location::Local(text.into());
        Offer { text: text.into(), name: text.into(), remark: String::new(), location, focus: None }
    }

    fn offers(common: &str, texts: &[&str]) -> Offers {
        let offers: Vec<Offer> = texts.iter().map(|text| offer(text)).collect();
        Offers { count: offers.len() as u64, offers, common: common.into(), remark: String::new() }
    }

    fn press(dialog: &mut PathDialog, keys: &str) -> Choice {
        parse_keys(keys).unwrap().into_iter().map(|key| dialog.press(key)).last().unwrap()
    }

    fn dialog() -> PathDialog {
        PathDialog::new(Location::Local("/".into()), 5)
    }

    #[test]
    fn tab_adds_what_is_common_and_then_goes_through_the_offers() {
        let mut dialog = dialog();
        press(&mut dialog, "/P");
        assert_eq!(dialog.receive(7, offers("/Pic", &["/Pictures/", "/Picnic/"])), None);
        assert!(matches!(press(&mut dialog, "<Tab>"), Choice::Ask(_)));
        assert_eq!(dialog.field.text(), "/Pic");
        dialog.receive(8, offers("/Pic", &["/Pictures/", "/Picnic/"]));
        press(&mut dialog, "<Tab><Tab>");
        assert_eq!(dialog.chosen, Some(1));
        assert_eq!(press(&mut dialog, "<Enter>"), Choice::Offered(offer("/Picnic/")));
        press(&mut dialog, "<Tab>");
        assert_eq!(dialog.chosen, None, "round to the text itself");
    }

    #[test]
    fn a_tab_before_the_answer_completes_when_it_comes_and_old_answers_do_not_count() {
        let mut dialog = dialog();
        press(&mut dialog, "/P<Tab>");
        assert!(dialog.is_completing());
        assert_eq!(dialog.receive(6, offers("/old", &["/old"])), None);
        assert!(dialog.is_completing() && dialog.field.text() == "/P");
        assert!(dialog.receive(7, offers("/Pictures/", &["/Pictures/"])).is_some());
        assert_eq!((dialog.field.text(), dialog.is_completing()), ("/Pictures/", false));
    }

    #[test]
    fn enter_takes_the_text_or_what_it_says_exactly() {
        let mut dialog = dialog();
        assert_eq!(press(&mut dialog, "<Enter>"), Choice::Close);
        press(&mut dialog, "/x");
        assert_eq!(press(&mut dialog, "<Enter>"), Choice::Typed("/x".into()));
        dialog.receive(7, offers("/x", &["/x/", "/xy"]));
        assert_eq!(press(&mut dialog, "<Enter>"), Choice::Offered(offer("/x/")));
    }
}
