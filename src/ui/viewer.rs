//! The [`Viewer`]: a file as one looks into it. It holds the bytes around the page that is shown, asks for others when the
//! page nears their end, and never has the whole file. `update` gives it keys and what the worker tells, `view` draws it;
//! the preview shows one without its keys.
//!
//! ```text
//!  page      lines of text out of bytes       hex       lines of bytes
//!  kind      what a file seems to be          picture   pixels as characters
//!  search    what is looked for, and jumps
//! ```

pub mod hex;
pub mod kind;
pub mod page;
pub mod picture;
pub mod search;

use kind::{Encoding, Kind};
use page::{Page, Row};
use search::{Prompt, SearchState};

use crate::message::{ContentCommand, ContentEvent, ContentId, ContentProof, MOST_READ, Picture, Problem};
use crate::ui::key::Key;

/// A file that is looked into.
#[derive(Debug)]
pub struct Viewer {
    /// Its number at the border.
    pub content: ContentId,
    /// The file's name.
    pub name: String,
    /// Its size, as far as it is known.
    pub size: u64,
    /// What is known of what it is; `None` until its first bytes are there.
    pub proof: Option<ContentProof>,
    /// How it is shown.
    pub mode: Mode,
    /// What it is by its bytes; `None` until they are there.
    pub kind: Option<Kind>,
    /// Long lines go on below.
    pub wraps: bool,
    /// Where the page begins: a byte that begins a row.
    pub top: u64,
    /// Columns that are left out on the left, where lines do not wrap.
    pub left: usize,
    /// Why something cannot be shown.
    pub problem: Option<Problem>,
    /// What it means where there is no such file.
    pub absence: Option<Problem>,
    /// What is searched for.
    pub search: SearchState,
    /// A line that is being typed.
    pub prompt: Option<Prompt>,
    /// The picture, as far as it is there.
    pub picture: PictureState,
    window: Window,
    pending: Pending,
    asked: Option<(u64, u32)>,
    answered: Option<(u64, u32)>,
    /// What is there has to be read once more.
    is_stale: bool,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As what it is.
    Natural,
    /// As bytes.
    Hex,
}

/// A picture on its way to the screen.
#[derive(Debug, Default)]
pub enum PictureState {
    /// Not asked for.
    #[default]
    None,
    /// Asked for in this many pixels.
    Asked(u32, u32),
    /// It is there, for a page of so many pixels.
    Shown((u32, u32), Box<Picture>),
}

/// The bytes that are there.
#[derive(Debug, Default)]
struct Window {
    offset: u64,
    bytes: Vec<u8>,
}

/// A move that waits for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Nothing,
    /// By so many rows.
    Rows(isize),
    /// The row that shows this byte.
    At(u64),
    /// The last page.
    End,
}

/// Columns and rows of the page.
pub type Room = (u16, u16);

impl Viewer {
    /// Begins to look into a file of that size, as far as it is known; returns what is to be asked for first, behind the
    /// opening.
    #[must_use]
    pub fn new(content: ContentId, name: String, size: Option<u64>) -> (Self, ContentCommand) {
        let first = (0, FIRST_READ);
        let viewer = Self {
            content,
            name,
            size: size.unwrap_or(0),
            proof: None,
            mode: Mode::Natural,
            kind: None,
            wraps: true,
            top: 0,
            left: 0,
            problem: None,
            absence: None,
            search: SearchState::default(),
            prompt: None,
            picture: PictureState::None,
            window: Window::default(),
            pending: Pending::Nothing,
            asked: Some(first),
            answered: None,
            is_stale: false,
        };
        (viewer, ContentCommand::Read { offset: first.0, len: first.1 })
    }

    /// Returns whether bytes are shown as lines of text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.mode == Mode::Natural && matches!(self.kind, Some(Kind::Text(_)))
    }

    /// Returns whether the file is shown as a picture.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        self.mode == Mode::Natural && self.kind == Some(Kind::Picture)
    }

    /// Returns the rows of the page, of a file that is shown as text.
    #[must_use]
    pub fn rows(&self, room: Room) -> Vec<Row> {
        self.rows_from(self.top, room.1.into(), room)
    }

    /// Returns the bytes that are there from the top of the page on, of a file that is shown as bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.window.from(self.top).unwrap_or_default()
    }

    /// Returns how far the page is, in hundredths: 100 where it shows the end.
    #[must_use]
    pub fn percent(&self, room: Room) -> u64 {
        let end = if self.is_text() {
            self.rows(room).last().map_or(self.top, |row| row.end)
        } else {
            self.top + hex::per_row(room.0) * u64::from(room.1)
        };
        if end >= self.size { 100 } else { crate::ui::figure::percent(end, self.size) }
    }

    /// Takes what the worker tells; returns what is to be asked for next.
    pub fn receive(&mut self, event: ContentEvent, room: Room) -> Vec<ContentCommand> {
        match event {
            ContentEvent::Bytes { offset, bytes, size, proof } => {
                self.answered = self.asked.take();
                (self.size, self.proof, self.problem) = (size, Some(proof), None);
                if offset == 0 && self.kind.is_none() {
                    self.kind = Some(Kind::of(&bytes));
                }
                self.window = Window { offset, bytes };
            }
            ContentEvent::Picture(picture) => {
                self.proof = Some(picture.proof);
                self.picture = PictureState::Shown(picture_room(room), Box::new(picture));
            }
            ContentEvent::Failed(problem) => {
                if self.is_picture() {
                    (self.kind, self.picture) = (Some(Kind::Binary), PictureState::None);
                }
                self.answered = self.asked.take();
                self.search.stop();
                let meant = self.absence.clone().filter(|absence| absence.kind == problem.kind);
                self.problem = meant.or(Some(problem));
            }
            ContentEvent::Searched { search, done, size } => self.search.progress(search, done, size),
            ContentEvent::Found { search, at } => {
                if let Some(at) = self.search.found(search, at) {
                    self.show(at, room);
                }
            }
        }
        self.settle(room)
    }

    /// Takes a key while nothing is being typed; returns whether it stays open, and what is to be asked for.
    pub fn press(&mut self, key: Key, room: Room) -> (bool, Vec<ContentCommand>) {
        self.problem = None;
        if self.prompt.is_some() {
            let commands = self.press_prompt(key, room);
            return (true, commands);
        }
        let mut commands = Vec::new();
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" if self.search.is_running() => {
                self.search.stop();
                return (true, vec![ContentCommand::StopSearch]);
            }
            "Esc" | "C-g" | "C-c" | "q" | "F3" | "F10" => return (false, commands),
            "h" | "F4" => self.turn_mode(room),
            "w" | "F2" => self.turn_wrapping(room),
            "/" | "F7" => self.prompt = Some(Prompt::search()),
            "%" | "F5" => self.prompt = Some(Prompt::jump()),
            "n" => commands.extend(self.search_again(false)),
            "N" => commands.extend(self.search_again(true)),
            "l" | "Right" => self.left = (self.left + SIDEWAYS).min(page::LONGEST),
            "Left" => self.left = self.left.saturating_sub(SIDEWAYS),
            "C-r" => self.is_stale = true,
            "Enter" => self.go_by(1, room),
            _ => {
                if let Some(rows) = key.scrolls(usize::from(room.1)) {
                    self.go_by(rows, room);
                }
            }
        }
        commands.extend(self.settle(room));
        (true, commands)
    }

    /// Carries out what waits for bytes, as far as they are there, and returns what is to be asked for so that the page
    /// and what is around it are there.
    pub fn settle(&mut self, room: Room) -> Vec<ContentCommand> {
        if self.is_picture() {
            return self.ask_picture(room).into_iter().collect();
        }
        self.carry_out(room);
        let at = match self.pending {
            Pending::Nothing | Pending::Rows(_) => self.top,
            Pending::At(at) => at,
            Pending::End => self.size,
        };
        let is_wanted = self.is_stale || !self.has_around(at, room);
        if self.kind.is_none() || self.asked.is_some() || !is_wanted {
            return Vec::new();
        }
        if std::mem::take(&mut self.is_stale) {
            self.answered = None;
        }
        self.ask_around(at, room).into_iter().collect()
    }

    fn ask_around(&mut self, at: u64, room: Room) -> Option<ContentCommand> {
        let offset = at.saturating_sub(BEHIND) / ALIGNED * ALIGNED;
        let len = u32::try_from(at - offset + ahead(room)).unwrap_or(MOST_READ).min(MOST_READ);
        if self.answered == Some((offset, len)) {
            return None; // that is all there is
        }
        self.asked = Some((offset, len));
        Some(ContentCommand::Read { offset, len })
    }

    fn ask_picture(&mut self, room: Room) -> Option<ContentCommand> {
        let wanted = picture_room(room);
        let known = match &self.picture {
            PictureState::None => None,
            PictureState::Asked(width, height) => Some((*width, *height)),
            PictureState::Shown(room, _) => Some(*room),
        };
        if known == Some(wanted) {
            return None;
        }
        self.picture = PictureState::Asked(wanted.0, wanted.1);
        Some(ContentCommand::Picture { width: wanted.0, height: wanted.1 })
    }

    /// Whether the bytes around a place are there, or all that there are.
    fn has_around(&self, at: u64, room: Room) -> bool {
        let Window { offset, bytes } = &self.window;
        let end = offset + bytes.len() as u64;
        *offset <= at.saturating_sub(BEHIND / 2) && end >= self.size.min(at + ahead(room) * 3 / 4)
    }

    /// Shows bytes, or what they are; what seems to be no text is shown as text first when that is asked for.
    fn turn_mode(&mut self, room: Room) {
        if self.mode == Mode::Natural && self.kind == Some(Kind::Binary) {
            self.kind = Some(Kind::Text(Encoding::Latin1));
            self.mode = Mode::Hex;
        }
        self.mode = match self.mode {
            Mode::Natural => Mode::Hex,
            Mode::Hex => Mode::Natural,
        };
        self.pending = Pending::At(self.top);
        self.left = 0;
        self.carry_out(room);
    }

    fn turn_wrapping(&mut self, room: Room) {
        self.wraps = !self.wraps;
        self.left = 0;
        self.pending = Pending::At(self.top);
        self.carry_out(room);
    }

    fn go_by(&mut self, rows: isize, room: Room) {
        // A file of the disk may have grown since its end was read.
        self.is_stale |= rows > 0 && self.proof == Some(ContentProof::Local) && self.shows_end(room);
        self.pending = match rows {
            ..=FAR_UP => Pending::At(0),
            FAR_DOWN.. => Pending::End,
            rows => match self.pending {
                Pending::Rows(more) => Pending::Rows(more.saturating_add(rows)),
                Pending::Nothing | Pending::At(_) | Pending::End => Pending::Rows(rows),
            },
        };
        self.carry_out(room);
    }

    fn shows_end(&self, room: Room) -> bool {
        self.percent(room) == 100 && self.pending == Pending::Nothing
    }

    /// Brings a byte onto the page.
    fn show(&mut self, at: u64, room: Room) {
        let is_shown = if self.is_text() {
            self.rows(room).iter().any(|row| (row.start..row.end).contains(&at))
        } else {
            (self.top..self.top + hex::per_row(room.0) * u64::from(room.1)).contains(&at)
        };
        if !is_shown {
            self.pending = Pending::At(at);
        }
    }

    fn carry_out(&mut self, room: Room) {
        let moved = match (self.pending, self.kind) {
            (Pending::Nothing, _) | (_, None) => return,
            (pending, _) if !self.is_text() => Some(self.hex_top(pending, room)),
            (Pending::At(at), _) => self.page(room).row_of(at),
            (Pending::End, _) => self.text_back(self.size, room),
            (Pending::Rows(rows), _) if rows < 0 => self.page(room).back(self.top, rows.unsigned_abs()),
            (Pending::Rows(rows), _) => self.text_down(rows.unsigned_abs(), room),
        };
        if let Some(top) = moved {
            (self.top, self.pending) = (top, Pending::Nothing);
        }
    }

    fn text_back(&self, from: u64, room: Room) -> Option<u64> {
        self.page(room).back(from, room.1.into())
    }

    /// Returns the top of the page so many rows further down, at most the last whole page.
    fn text_down(&self, rows: usize, room: Room) -> Option<u64> {
        let height = usize::from(room.1);
        let below = self.rows_from(self.top, height + rows, room);
        if below.len() < height + rows && !self.window.reaches(self.size) {
            return None;
        }
        let most = below.len().saturating_sub(height);
        Some(below.get(rows.min(most)).map_or(self.top, |row| row.start))
    }

    fn hex_top(&self, pending: Pending, room: Room) -> u64 {
        let per_row = hex::per_row(room.0);
        let last_row = self.size.saturating_sub(1) / per_row;
        let most = (last_row + 1).saturating_sub(room.1.into());
        let row = match pending {
            Pending::Nothing => self.top / per_row,
            Pending::Rows(rows) => {
                (self.top / per_row).saturating_add_signed(i64::try_from(rows).unwrap_or(i64::MAX)).min(most)
            }
            Pending::At(at) => (at / per_row).min(last_row),
            Pending::End => most,
        };
        row * per_row
    }

    fn rows_from(&self, from: u64, count: usize, room: Room) -> Vec<Row> {
        self.page(room).rows(from, count, self.left, self.search.hit())
    }

    fn page(&self, room: Room) -> Page<'_> {
        Page { width: self.wraps.then_some(usize::from(room.0)), ..self.text_page() }
    }

    fn text_page(&self) -> Page<'_> {
        let encoding = match self.kind {
            Some(Kind::Text(encoding)) => encoding,
            Some(Kind::Binary | Kind::Picture) | None => Encoding::Latin1,
        };
        Page {
            bytes: &self.window.bytes,
            offset: self.window.offset,
            reaches_end: self.window.reaches(self.size),
            encoding,
            width: None,
        }
    }
}

impl Window {
    /// Returns the bytes from an offset on.
    fn from(&self, offset: u64) -> Option<&[u8]> {
        let skipped = usize::try_from(offset.checked_sub(self.offset)?).ok()?;
        self.bytes.get(skipped..)
    }

    fn reaches(&self, size: u64) -> bool {
        self.offset + self.bytes.len() as u64 >= size
    }
}

/// Pixels of a page: two to a character, one above the other.
fn picture_room(room: Room) -> (u32, u32) {
    (u32::from(room.0).max(1), u32::from(room.1).max(1) * 2)
}

/// Bytes that are held ahead of the top of a page: a page of the longest lines, and more.
fn ahead(room: Room) -> u64 {
    (u64::from(room.1) * page::LONGEST as u64 * 4 / 3).clamp(48 << 10, 200 << 10)
}

/// Bytes that are held behind the top of a page.
const BEHIND: u64 = 16 << 10;

/// Reads begin at multiples of this.
const ALIGNED: u64 = 4 << 10;

/// Bytes of the first read.
const FIRST_READ: u32 = 64 << 10;

/// Columns of a step sideways.
const SIDEWAYS: usize = 8;

/// Moves beyond these go to an end.
const FAR_UP: isize = -1_000_000;
const FAR_DOWN: isize = 1_000_000;

#[cfg(test)]
mod tests;
