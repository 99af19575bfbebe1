//! A viewer on bytes that are answered at once, as a worker would: how it moves, what it asks for, and that it never
//! asks for more than is around the page.

use super::*;

const ROOM: Room = (80, 10);

/// A viewer on bytes that a worker would read, which answers whatever is asked for.
struct Desk {
    viewer: Viewer,
    bytes: Vec<u8>,
    /// Bytes that were read.
    read: u64,
}

impl Desk {
    fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let (viewer, first) = Viewer::new(ContentId(1), "a".into(), Some(bytes.len() as u64));
        let mut desk = Self { viewer, bytes, read: 0 };
        desk.answer(vec![first]);
        desk
    }

    fn answer(&mut self, asked: Vec<ContentCommand>) {
        let mut asked: std::collections::VecDeque<_> = asked.into();
        while let Some(command) = asked.pop_front() {
            if let ContentCommand::Read { offset, len } = command {
                let size = self.bytes.len();
                let from = usize::try_from(offset).unwrap().min(size);
                let bytes = self.bytes[from..size.min(from + len as usize)].to_vec();
                self.read += bytes.len() as u64;
                assert!(self.read < 100 << 20, "it asks for ever");
                let proof = ContentProof::Local;
                let event = ContentEvent::Bytes { offset, bytes, size: size as u64, proof };
                asked.extend(self.viewer.receive(event, ROOM));
            }
        }
    }

    fn press(&mut self, keys: &str) {
        for key in crate::ui::key::parse_keys(keys).unwrap() {
            let (_, asked) = self.viewer.press(key, ROOM);
            self.answer(asked);
        }
    }

    fn first_line(&self) -> String {
        let rows = self.viewer.rows(ROOM);
        rows.first().map(|row| row.pieces.iter().map(|(text, _)| text.as_str()).collect()).unwrap_or_default()
    }
}

fn numbered(count: usize) -> String {
    (0..count).flat_map(|number| ["line ".to_owned(), number.to_string(), "\n".to_owned()]).collect()
}

#[test]
fn it_moves_by_lines_and_pages_and_stops_at_both_ends() {
    let mut desk = Desk::new(numbered(100));
    assert_eq!(desk.first_line(), "line 0");
    desk.press("jj<Space>");
    assert_eq!(desk.first_line(), "line 12");
    desk.press("k<PgUp><PgUp><PgUp>");
    assert_eq!(desk.first_line(), "line 0");
    desk.press("G");
    assert_eq!((desk.first_line().as_str(), desk.viewer.percent(ROOM)), ("line 90", 100));
    desk.press("jjj");
    assert_eq!(desk.first_line(), "line 90");
    desk.press("g");
    assert_eq!(desk.first_line(), "line 0");
}

#[test]
fn of_a_large_file_only_what_is_around_the_page_is_read() {
    let mut desk = Desk::new(numbered(2_000_000));
    assert!(desk.read <= 64 << 10);
    desk.press("G");
    assert_eq!(desk.first_line(), "line 1999990");
    desk.press("%50<Enter>");
    assert!(desk.viewer.percent(ROOM).abs_diff(50) <= 1, "{}", desk.viewer.percent(ROOM));
    let before = desk.read;
    desk.press("jjjjkkkk<Space><PgUp>");
    assert_eq!(desk.read, before, "what is held is not read again");
    assert!(desk.read < 400 << 10, "{}", desk.read);
}

#[test]
fn paging_through_a_file_and_back_shows_every_line() {
    let mut desk = Desk::new(numbered(30_000));
    for page in 1..1000 {
        desk.press("<Space>");
        assert_eq!(desk.first_line(), format!("line {}", page * 10));
    }
    for page in (0..999).rev() {
        desk.press("<PgUp>");
        assert_eq!(desk.first_line(), format!("line {}", page * 10));
    }
}

#[test]
fn a_file_of_one_endless_line_can_be_walked_through() {
    for wraps in [true, false] {
        let mut desk = Desk::new("x".repeat(3 << 20));
        if !wraps {
            desk.press("w");
        }
        desk.press("<Space><Space>");
        assert!(desk.viewer.top > 0);
        desk.press("G");
        assert_eq!(desk.viewer.percent(ROOM), 100);
        let end = desk.viewer.top;
        desk.press("<PgUp><PgUp>");
        assert!(desk.viewer.top < end);
        desk.press("g");
        assert_eq!(desk.viewer.top, 0);
    }
}

#[test]
fn bytes_are_shown_of_what_is_no_text_and_when_asked_for() {
    let mut desk = Desk::new(vec![0; 4000]);
    assert!(!desk.viewer.is_text());
    desk.press("j");
    assert_eq!(desk.viewer.top, 16);
    desk.press("G");
    assert_eq!(desk.viewer.top, 4000 - 160);
    let mut desk = Desk::new(numbered(1000));
    desk.press("<Space>h");
    assert!(!desk.viewer.is_text());
    assert_eq!(desk.viewer.top % 16, 0);
    desk.press("h");
    assert!(desk.viewer.is_text());
    assert!(desk.first_line().starts_with("line "), "{}", desk.first_line());
}

#[test]
fn a_match_is_brought_onto_the_page() {
    let mut desk = Desk::new(numbered(50_000));
    desk.press("/");
    let keys = crate::ui::key::parse_keys("Line 40000<Enter>").unwrap();
    let mut sent = Vec::new();
    for key in keys {
        sent = desk.viewer.press(key, ROOM).1;
    }
    let Some(ContentCommand::Search(search)) = sent.first() else { panic!("{sent:?}") };
    assert_eq!((search.pattern.as_slice(), search.folds_case, search.from), (&b"Line 40000"[..], false, 0));
    let at = numbered(50_000).find("line 40000").unwrap() as u64;
    let asked = desk.viewer.receive(ContentEvent::Found { search: search.search, at: Some(at) }, ROOM);
    desk.answer(asked);
    assert_eq!(desk.first_line(), "line 40000");
    assert!(desk.viewer.rows(ROOM)[0].pieces[0].1);
    let (_, sent) = desk.viewer.press(Key::char('n'), ROOM);
    assert!(matches!(&sent[..], [ContentCommand::Search(next)] if next.from == at + 1), "{sent:?}");
    let (stays, sent) = desk.viewer.press(crate::ui::key::parse_keys("<Esc>").unwrap()[0], ROOM);
    assert!(stays && sent == [ContentCommand::StopSearch], "Esc ends the search first");
}

#[test]
fn a_file_of_the_disk_that_grows_is_read_on_at_its_end() {
    let mut desk = Desk::new(numbered(5));
    desk.press("G");
    desk.bytes.extend(numbered(50).into_bytes());
    desk.press("jG");
    assert_eq!(desk.first_line(), "line 40");
}

#[test]
fn an_empty_file_asks_for_nothing_more() {
    let mut desk = Desk::new("");
    desk.press("jGg<Space>hj%50<Enter>w");
    assert_eq!((desk.read, desk.viewer.top), (0, 0));
}
