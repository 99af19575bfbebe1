//! The sample that screens and keys are tested with: two folders like a person's, with odd names among them.
#![allow(dead_code, reason = "each test binary uses a part")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use megapane::entry::{CloudFolder, Entry, EntryFlags, EntryKey, EntryKind, Location};
use megapane::handle::NodeHandle;
use megapane::message::{
    AccountRow, AccountState, Arrangement, Command, Conflict, ConflictSide, CopyId, Direction, Event, Row,
    SpeedLimit, TransferId, TransferRow, TransferState, TransferTotals, Verdict, ViewHead, ViewId, ViewState,
};
use megapane::ui::figure::Clock;
use megapane::ui::state::{AppState, Surroundings};
use megapane::ui::theme::Theme;
use megapane::ui::update::{Msg, update};
use megapane::ui::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// The moment that all tests run at.
pub(crate) const NOW: &str = "2024-08-14T18:28:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn at(text: &str) -> i64 {
    format!("{text}:00Z").parse::<Timestamp>().unwrap().as_second()
}

pub(crate) fn state(width: u16, height: u16) -> AppState {
    themed(width, height, Theme::default())
}

pub(crate) fn themed(width: u16, height: u16, theme: Theme) -> AppState {
    AppState::new(Surroundings {
        width,
        height,
        clock: Clock { now: now(), zone: TimeZone::UTC },
        theme,
        home: "/home/anna".into(),
        log: "/home/anna/.local/state/megapane/log".into(),
        banner: None,
        editor: megapane::config::UserProgram::parse("vi"),
        shell: megapane::config::UserProgram::parse("/bin/sh"),
        depth: megapane::config::ColorDepth::Millions,
        has_desktop: true,
    })
}

pub(crate) fn tell(state: &mut AppState, event: Event) {
    happen(state, Msg::Worker(event));
}

pub(crate) fn type_in(state: &mut AppState, keys: &str) {
    for key in megapane::ui::key::parse_keys(keys).unwrap() {
        happen(state, Msg::Key(key));
    }
}

/// Lets something happen, with a worker that has answered everything already.
pub(crate) fn happen(state: &mut AppState, message: Msg) {
    let mut commands = Vec::new();
    update(state, message, &mut commands);
    for command in commands {
        if let Command::WhenAnswered { view, number } = command {
            happen(state, Msg::Worker(Event::Answered { view, number }));
        }
    }
}

pub(crate) fn picture(state: &AppState) -> String {
    let size = &state.surroundings;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| view(state, frame)).unwrap();
    text_of(terminal.backend())
}

/// Pulls the window about, down to nothing and back, with whatever is open: it is drawn at every size, and then looked
/// about in with the usual keys.
pub(crate) fn pull_about(state: &mut AppState) {
    let (width, height) = (state.surroundings.width, state.surroundings.height);
    for size in [(20, 5), (1, 1), (59, 7), (200, 60), (60, 9), (33, 6), (0, 0), (20, 5), (width, height)] {
        happen(state, Msg::Resize(size.0, size.1));
        picture(state);
    }
    for keys in ["<PgDn>", "<Down>", "<Up>", "<PgUp>"] {
        for (columns, lines) in [(20, 5), (width, height)] {
            happen(state, Msg::Resize(columns, lines));
            type_in(state, keys);
            picture(state);
        }
    }
}

pub(crate) fn text_of(backend: &TestBackend) -> String {
    let buffer = backend.buffer();
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol).max(1)).unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

pub(crate) fn local(name: &str, size: u64, modified: &str) -> Row {
    let (name, kind) = match name.strip_suffix('/') {
        Some(name) => (name, EntryKind::Folder),
        None => (name, EntryKind::File),
    };
    Row {
        entry: Entry {
            key: EntryKey::Name(name.into()),
            name: name.to_owned(),
            kind,
            size: (kind == EntryKind::File).then_some(size),
            modified: Some(at(modified)),
            uploaded: None,
            version_count: 0,
            flags: EntryFlags::default(),
        },
        marked: false,
        sign: None,
    }
}

pub(crate) fn cloud(handle: u8, name: &str, size: u64, modified: &str) -> Row {
    let mut row = local(name, size, modified);
    row.entry.key = EntryKey::Node(node(handle));
    row.entry.size = Some(size);
    row.entry.uploaded = Some(at("2024-08-14T09:05"));
    row
}

pub(crate) fn node(number: u8) -> NodeHandle {
    NodeHandle::from_bytes([number; 6])
}

pub(crate) fn pictures() -> Location {
    Location::Local("/home/anna/Pictures/2024".into())
}

pub(crate) fn photos() -> Location {
    Location::Cloud { account: "work".into(), folder: CloudFolder::Node(node(1)) }
}

pub(crate) fn head(view: u32, location: Location, title: &str, rows: &[Row]) -> ViewHead {
    let marked = || rows.iter().filter(|row| row.marked);
    let bytes = |row: &Row| row.entry.size.unwrap_or(0);
    ViewHead {
        view: ViewId(view),
        generation: 1,
        location,
        title: title.to_owned(),
        has_parent: true,
        state: ViewState::Ready,
        arrangement: Arrangement::default(),
        row_count: rows.len() as u64,
        left_out_count: 0,
        signs: None,
        bytes: rows.iter().map(bytes).sum(),
        marked_count: marked().count() as u64,
        marked_bytes: marked().map(bytes).sum(),
        marked_unsized_count: marked()
            .filter(|row| row.entry.kind.is_folder() && row.entry.size.is_none())
            .count() as u64,
        twin_count: rows.iter().filter(|row| row.entry.flags.twin > 1).count() as u64,
        focus_key: None,
        focus: None,
        writable: true,
        free_bytes: None,
    }
}

pub(crate) fn left_rows() -> Vec<Row> {
    let mut rows = vec![
        local("Lisbon/", 0, "2024-08-12T10:00"),
        local("Winter/", 0, "2024-02-03T10:00"),
        local("beach-morning.jpg", 4_404_019, "2024-08-12T07:31"),
        local("beach-noon.jpg", 4_089_447, "2024-08-12T12:02"),
        local("castle.jpg", 5_347_737, "2024-08-13T18:02"),
        local("IMG_2024_very_long_name_of_a_photo.jpg", 11_534_336, "2024-08-13T18:40"),
        local("notes.md", 2_150, "2024-08-14T14:02"),
        local("old\x1b[31m\nname.txt", 12, "2019-05-01T00:00"),
        local("日本の桜.heic", 2_831_155, "2024-04-01T06:12"),
        local("שלום עולם.txt", 310, "2023-01-09T00:00"),
        local("cod\u{202e}gpj.exe", 98_304, "2024-01-02T00:00"),
    ];
    rows[2].marked = true;
    rows[3].marked = true;
    rows
}

pub(crate) fn right_rows() -> Vec<Row> {
    let mut rows = vec![
        cloud(2, "Lisbon/", 2_254_857_830, "2024-08-12T10:00"),
        cloud(3, "Lisbon/", 12_582_912, "2024-08-12T10:00"),
        cloud(4, "beach-morning.jpg", 4_404_019, "2024-08-12T07:31"),
        cloud(5, "castle.jpg", 5_242_880, "2024-08-13T09:15"),
        cloud(6, "notes.md", 2_048, "2024-08-13T20:00"),
        cloud(7, "tram 28 🚋.mov", 851_443_712, "2024-08-14T08:00"),
        cloud(8, "?undecryptable H:f3Kd9aQx", 1_258_291, "2024-08-14T08:00"),
    ];
    rows[0].entry.flags.twin = 1;
    rows[1].entry.flags.twin = 2;
    rows[3].entry.version_count = 2;
    rows[6].entry.flags.undecryptable = true;
    rows[6].entry.modified = None;
    rows
}

/// The main screen of the drawings, before any copy.
pub(crate) fn sample(width: u16, height: u16) -> AppState {
    let mut state = state(width, height);
    fill(&mut state);
    state
}

pub(crate) fn fill(state: &mut AppState) {
    let start = Msg::Start { folder: "/home/anna/Pictures/2024".into(), account: Some("work".into()) };
    happen(state, start);
    let row = |name: &str| AccountRow { name: name.into(), email: format!("{name}@example.org") };
    tell(state, Event::Accounts(vec![row("work"), row("family")]));
    tell(state, Event::Account { account: "work".into(), state: AccountState::Ready });
    tell(state, Event::Quota { account: "work".into(), used: 19_542_101_196, total: 21_474_836_480 });
    let (left, right) = (left_rows(), right_rows());
    let mut left_head = head(0, pictures(), "~/Pictures/2024", &left);
    left_head.free_bytes = Some(126_701_535_232);
    left_head.focus_key = Some(left[4].entry.key.clone());
    left_head.focus = Some(4);
    tell(state, Event::View(left_head));
    tell(state, Event::Rows { view: ViewId(0), generation: 1, start: 0, rows: left });
    tell(state, Event::View(head(1, photos(), "work:/Photos/2024", &right)));
    tell(state, Event::Rows { view: ViewId(1), generation: 1, start: 0, rows: right });
}

pub(crate) fn transfer(number: u64, path: &str, size: u64, done: u64, state: TransferState) -> TransferRow {
    let speed = if state == TransferState::Running { 39_845_888 } else { 0 };
    TransferRow {
        transfer: TransferId(number),
        copy: CopyId(1),
        place: i64::try_from(number).unwrap(),
        direction: Direction::Up,
        path: path.to_owned(),
        size,
        done,
        speed,
        attempts: 1,
        state,
    }
}

pub(crate) fn totals(count: u64, ended_count: u64) -> TransferTotals {
    TransferTotals {
        count,
        ended_count,
        failed_count: 0,
        cancelled_count: 0,
        bytes: 62_277_025_792,
        done_bytes: 2_254_857_830,
        up_speed: 42_991_616,
        down_speed: 0,
        across_speed: 0,
        seconds_left: Some(1380),
        wait: None,
        wait_count: 0,
        limit: SpeedLimit::default(),
    }
}

/// One side of a conflict between files.
fn side(place: &str, size: u64, modified: &str, node: Option<NodeHandle>) -> ConflictSide {
    ConflictSide {
        place: place.to_owned(),
        is_folder: false,
        size,
        file_count: None,
        modified: Some(at(modified)),
        uploaded: node.map(|_| at("2024-08-14T09:05")),
        version_count: node.map_or(0, |_| 2),
        node,
    }
}

pub(crate) fn conflict() -> Conflict {
    Conflict {
        conflict: 1,
        copy: CopyId(1),
        path: "castle.jpg".to_owned(),
        target: "work:/Photos/2024".to_owned(),
        source: side("local", 5_347_737, "2024-08-13T18:02", None),
        existing: side("work:", 5_242_880, "2024-08-13T09:15", Some(node(5))),
        verdict: Verdict::Unknown,
        is_examined: false,
        is_backed_up: false,
        free_name: "castle (2).jpg".to_owned(),
        refused_name: None,
        remaining_count: 11,
    }
}

/// A text that is on both sides, as long, and a name too long for a line; what comes down.
pub(crate) fn text_conflict() -> Conflict {
    Conflict {
        path: "notes/of a very long summer in a folder with a long name.md".to_owned(),
        target: "~/Pictures/2024".to_owned(),
        source: side("work:", 2_150, "2024-08-14T14:02", Some(node(6))),
        existing: side("local", 2_150, "2024-08-13T20:00", None),
        free_name: "of a very long summer in a folder with a long name (2).md".to_owned(),
        remaining_count: 0,
        ..conflict()
    }
}

/// Two folders, or a file and a folder.
pub(crate) fn folder_conflict(source_is_folder: bool) -> Conflict {
    let folder = |side: ConflictSide, file_count| ConflictSide {
        is_folder: true,
        file_count,
        modified: None,
        version_count: 0,
        ..side
    };
    let conflict = conflict();
    let source = if source_is_folder { folder(conflict.source, None) } else { conflict.source };
    Conflict {
        path: "Lisbon".to_owned(),
        source,
        existing: folder(conflict.existing, Some(204)),
        free_name: "Lisbon (2)".to_owned(),
        ..conflict
    }
}
