#![cfg(test)]
//! What others can name: files, cloud nodes, accounts, errors, pasted text. Whatever is in them, the terminal shows what
//! was drawn: the cursor stays where it belongs, borders stay in place, no colour and no mode is not ours. The bytes that
//! the real backend writes are read by a model of a terminal and compared with the picture, cell by cell.

mod screen;

use megapane::message::{AccountState, Event, Problem, ProblemKind, Row, TransferState, ViewId};
use megapane::ui::backend::TtyBackend;
use megapane::ui::state::AppState;
use megapane::ui::update::Msg;
use megapane::ui::view::view;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use screen::{
    cloud, conflict, fill, happen, head, local, photos, pictures, state, tell, totals, transfer, type_in,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The sizes that are looked at.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_name_moves_the_cursor_or_recolours_the_screen(names in prop::collection::vec(name(), 8), size in 0usize..3, keys in keys()) {
        let (width, height) = SIZES[size];
        let mut state = state(width, height);
        fill(&mut state);
        name_everything(&mut state, &names);
        let mut watched = Watched::new(width, height);
        watched.draw(&state)?;
        for key in keys {
            type_in(&mut state, key);
            happen(&mut state, Msg::Paste(names[7].clone()));
            watched.draw(&state)?;
        }
    }
}

/// Names that are known to harm: what moves, colours, hides, turns round, joins, piles up, or is very long.
#[test]
fn names_that_are_known_to_harm_do_not() {
    let long = "🚋".repeat(63) + "abc"; // 255 bytes
    let harmful = [
        "\x1b[2J\x1b[1;1Hgone",
        "\x1b]0;title\x07\x1b]52;c;aGk=\x07",
        "\u{9b}31mred\u{9d}0;x\u{9c}",
        "two\nlines\r\tand\x08\x08back\x7f",
        "cod\u{202e}gpj.exe\u{2066}\u{2069}\u{200f}",
        "zero\u{200b}width\u{feff}\u{2060}\u{ad}\u{180e}",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦 👍🏽 🇵🇹 ❤\u{fe0f} 1\u{fe0f}\u{20e3} ⌚\u{fe0e}",
        "Z\u{351}\u{36b}\u{343}\u{32a}\u{302}\u{36b}\u{33d}\u{34f}\u{334}\u{319}\u{324}\u{31e}\u{349}\u{35a}\u{32f}\u{31e}\u{320}\u{34d}algo",
        "\u{301}\u{302}\u{303}",
        "ᄒ\u{1161}\u{11ab} क\u{94d}षि \u{1f3fb}\u{fe0f}\u{e0101}",
        long.as_str(),
        "x\u{e0001}\u{e0041}\u{1d173}\u{fff9}y\u{2028}z\u{2029}",
    ];
    for (width, height) in SIZES {
        for name in harmful {
            let mut state = state(width, height);
            fill(&mut state);
            name_everything(&mut state, &vec![name.to_owned(); 8]);
            let mut watched = Watched::new(width, height);
            watched.draw(&state).unwrap();
            for keys in
                ["i", "<Esc>", "w", "<Enter>", "<Esc>", "q", "<Tab>", "r", "<Esc>", "ga", "<Esc>", "c"]
            {
                type_in(&mut state, keys);
                watched.draw(&state).unwrap();
            }
        }
    }
}

/// Keys that open what shows names.
fn keys() -> impl Strategy<Value = Vec<&'static str>> {
    let keys = vec![
        "j", "G", "<Tab>", "i", "<Esc>", "r", "a", "w", "<Enter>", "q", "ga", "/", "f", ":", "?", "c", "d",
        "yy", "V", "gp",
    ];
    prop::collection::vec(prop::sample::select(keys), 0..8)
}

fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        // The model passes over the sign that stands for bytes which are no text; terminals draw it.
        3 => any::<char>().prop_filter("drawn", |sign| *sign != '\u{fffd}').prop_map(String::from),
        2 => prop::sample::select(vec![
            "\x1b[", "\x1b]0;", "\x07", "\u{9b}", "\n", "\r", "\u{202e}", "\u{200d}", "\u{fe0f}", "\u{20e3}", "👨", "👩", "🏽",
            "🇵", "🇹", "日", "e\u{301}", "\u{301}", "ﷺ", "\u{1160}", "\u{e0020}", ".jpg", "/", "31m",
        ]).prop_map(str::to_owned),
        2 => "[a-z]{1,6}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Puts names wherever the outside world can.
fn name_everything(state: &mut AppState, names: &[String]) {
    let files = |make: &dyn Fn(u8, &str) -> Row| -> Vec<Row> {
        (2u8..).zip(names).map(|(number, name)| make(number, name)).collect()
    };
    let left = files(&|_, name| local(name, 5_347_737, "2024-08-13T18:02"));
    let mut right = files(&|number, name| cloud(number, name, 5_242_880, "2024-08-13T09:15"));
    right[1].entry.flags.twin = 2;
    right[2].entry.flags.undecryptable = true;
    let mut heads = [head(0, pictures(), &names[0], &left), head(1, photos(), &names[1], &right)];
    heads[0].generation = 2;
    heads[1].generation = 2;
    for (head, rows) in heads.into_iter().zip([left, right]) {
        let view = head.view;
        tell(state, Event::View(head));
        tell(state, Event::Rows { view, generation: 2, start: 0, rows });
    }
    let rows = vec![
        transfer(1, &names[2], 5_347_737, 2_600_000, TransferState::Running),
        transfer(2, &names[3], 5_347_737, 0, TransferState::Failed(problem(&names[4]))),
    ];
    tell(state, Event::Transfers { changed: rows, removed: vec![], totals: totals(2, 1) });
    tell(state, Event::Failed(problem(&names[5])));
    tell(state, Event::Account { account: "family".into(), state: AccountState::Failed(problem(&names[6])) });
    let mut clash = conflict();
    clash.path.clone_from(&names[6]);
    clash.target.clone_from(&names[5]);
    clash.free_name.clone_from(&names[4]);
    tell(state, Event::Conflict(clash));
    happen(state, Msg::Tick(screen::now() + std::time::Duration::from_secs(9)));
    assert_eq!(state.panes[1].view, ViewId(1));
}

fn problem(text: &str) -> Problem {
    Problem::new(ProblemKind::Other, text, text)
}

/// A terminal that is drawn on by the real backend.
struct Watched {
    terminal: Terminal<TtyBackend<Vec<u8>>>,
    width: u16,
    height: u16,
    model: vt100::Parser,
}

impl Watched {
    fn new(width: u16, height: u16) -> Self {
        let size: fn() -> std::io::Result<(u16, u16)> = match width {
            80 => || Ok((80, 24)),
            120 => || Ok((120, 40)),
            _ => || Ok((40, 12)),
        };
        Self {
            terminal: Terminal::new(TtyBackend::new(Vec::new(), size)).unwrap(),
            width,
            height,
            model: vt100::Parser::new(height.try_into().unwrap(), width.try_into().unwrap(), 0),
        }
    }

    fn draw(&mut self, state: &AppState) -> Result<(), TestCaseError> {
        // Drawn anew each time: what is covered by a wide sign is not told to a backend, and would stay in its picture.
        let mut picture = Terminal::new(TestBackend::new(self.width, self.height)).unwrap();
        picture.draw(|frame| view(state, frame)).unwrap();
        self.terminal.draw(|frame| view(state, frame)).unwrap();
        let bytes = std::mem::take(self.terminal.backend_mut().out_mut());
        sequences_are_ours(&bytes)?;
        self.model.process(&bytes);
        same(picture.backend().buffer(), self.model.screen())
    }
}

/// Every control character belongs to a sequence that the backend makes.
fn sequences_are_ours(bytes: &[u8]) -> Result<(), TestCaseError> {
    let text = std::str::from_utf8(bytes).unwrap();
    let ours = regex::Regex::new(r"\x1b\[(?:[0-9;]*[HCmJ]|\?25[hl]|\?2026[hl])").unwrap();
    let rest = ours.replace_all(text, "");
    prop_assert!(!rest.chars().any(char::is_control), "{rest:?}");
    prop_assert!(!rest.contains(UNSENT), "{rest:?}");
    Ok(())
}

/// A joiner, and the wish for a picture: terminals do not agree on how wide a sign is with them.
const UNSENT: [char; 2] = ['\u{200d}', '\u{fe0f}'];

/// The terminal shows the picture: every cell that all terminals agree on has its text, and all have their style.
fn same(buffer: &Buffer, shown: &vt100::Screen) -> Result<(), TestCaseError> {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let there = shown.cell(y, x).unwrap();
            let wide = u16::try_from(cell.symbol().width().max(1)).unwrap();
            if is_agreed(cell) {
                let text = if there.has_contents() { there.contents() } else { " " };
                // Neither joiners nor wishes for a picture are sent, and the model keeps few of many marks on one letter.
                prop_assert!(
                    cell.symbol().replace(UNSENT, "").starts_with(text),
                    "{:?} for {:?} at {},{}",
                    text,
                    cell.symbol(),
                    x,
                    y
                );
            }
            if cell.symbol() != " " {
                let has = |modifier| cell.modifier.contains(modifier);
                let weight = (has(Modifier::BOLD), has(Modifier::DIM));
                // The model knows one weight at a time; terminals know both at once.
                let same_weight = match weight {
                    (true, true) => there.bold() || there.dim(),
                    one => (there.bold(), there.dim()) == one,
                };
                prop_assert!(same_weight, "weight {:?} at {},{}", weight, x, y);
                let style = (there.inverse(), there.fgcolor());
                prop_assert_eq!(style, (has(Modifier::REVERSED), color(cell.fg)), "at {},{}", x, y);
            }
            x += wide;
        }
    }
    Ok(())
}

/// Whether terminals agree on a sign: one character that takes room, and marks that take none.
fn is_agreed(cell: &Cell) -> bool {
    let wide: Vec<usize> =
        cell.symbol().chars().filter_map(UnicodeWidthChar::width).filter(|width| *width > 0).collect();
    let is_half_flag = cell.symbol().starts_with(|sign| ('\u{1F1E6}'..='\u{1F1FF}').contains(&sign));
    let begins =
        cell.symbol().chars().next().and_then(UnicodeWidthChar::width).is_some_and(|width| width > 0);
    begins && wide.len() == 1 && wide[0] == cell.symbol().width() && !is_half_flag
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Cyan => vt100::Color::Idx(6),
        Color::Red => vt100::Color::Idx(1),
        other => panic!("no colour of the theme: {other:?}"),
    }
}
