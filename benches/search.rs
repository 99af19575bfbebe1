//! A large account behind the worker, as the screen asks for it: searches while one types, usage, and one folder with all
//! the files in it. Prints for each the time to the first and to the last answer, the processor's time, how long another
//! request had to wait meanwhile, and the memory on top of the account's.
//! `cargo bench --bench search [-- NODES]`; 1,000,000 where it is not said. The server is in the same process: only what
//! grows after the account is open counts.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it is for a person to read, and may stop")]

mod process;

use std::sync::Arc;
use std::time::{Duration, Instant};

use megapane::config::{Account, Config, Folders};
use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD};
use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::message::{
    Arrangement, Command, Event, MarkChange, SearchId, SearchReach, Sort, UsageId, UsageOrder, UsageQuestion,
    ViewHead, ViewId, ViewState,
};
use megapane::secret::Secret;
use megapane::worker::{Parts, Preset, Worker, start};
use process::{cpu, memory};

const EMAIL: &str = "ann@example.org";
/// Shows the folder that is worked in, and another one that is asked about meanwhile.
const VIEW: ViewId = ViewId(1);
const OTHER: ViewId = ViewId(2);
/// Files in an ordinary folder.
const FILES_IN_FOLDER: u64 = 100;

fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        println!("{count} nodes in folders of {FILES_IN_FOLDER}");
        let mut bench = Bench::open(count, fill).await;
        bench.search().await;
        bench.usage(CloudFolder::Root, "of the account").await;
        drop(bench);
        println!("\n{count} nodes in one folder");
        let mut bench = Bench::open(count, fill_flat).await;
        bench.usage(bench.large(), "of the folder").await;
        bench.folder().await;
    });
}

fn fill(owner: &Owner, count: u64) {
    let root = owner.roots()[0];
    for folder in 0..count / (FILES_IN_FOLDER + 1) {
        let parent =
            owner.folder_in(root, &format!("{}-{:02} holiday {folder}", 1990 + folder % 35, folder % 12));
        for number in 0..FILES_IN_FOLDER {
            owner.file_in(parent, &name(folder * FILES_IN_FOLDER + number), b"x", Some(1_600_000_000));
        }
    }
    owner.file("the last one/castle at night.jpg", b"castle", 1_700_000_000);
}

fn fill_flat(owner: &Owner, count: u64) {
    let folder = owner.folder("large");
    for number in 0..count {
        owner.file_in(
            folder,
            &name(number),
            b"x",
            Some(1_600_000_000 + i64::try_from(number % 99_991).unwrap()),
        );
    }
}

fn name(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9) % 10_000_000;
    format!("IMG_{mixed:07}.{}", ["jpg", "JPG", "mov", "pdf"][usize::try_from(number % 4).unwrap()])
}

/// What is measured of one request.
struct Taken {
    first: Duration,
    last: Duration,
    cpu: Duration,
    others: Duration,
}

/// A worker with an open account.
struct Bench {
    worker: Worker,
    owner: Owner,
    numbers: u64,
    base: u64,
    _kept: (Emulator, tempfile::TempDir),
}

impl Bench {
    async fn open(count: u64, fill: fn(&Owner, u64)) -> Self {
        let emulator = Emulator::new();
        let owner = emulator.add_account(NewAccount::new(EMAIL));
        fill(&owner, count);
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        let account = Account {
            name: "work".into(),
            email: EMAIL.into(),
            api_url: Some(emulator.url().to_string()),
            passphrase: false,
            password: None,
        };
        let folders = Folders { config: at("config"), cache: at("cache"), state: at("state") };
        let config = Config { folders, accounts: vec![account], ..Config::default() };
        let mut parts = Parts::new(config, Arc::new(emulator.transport()));
        parts.presets.push(Preset { account: "work".into(), password: Secret::from(PASSWORD) });
        let worker = start(parts);
        let mut bench = Self { worker, owner, numbers: 0, base: 0, _kept: (emulator, scratch) };
        let began = Instant::now();
        bench.send(Command::Open { view: OTHER, location: cloud(CloudFolder::Root), focus: None });
        bench.until(|event| ready(event, OTHER).is_some()).await;
        println!("opened in {:.1} s, server and all", began.elapsed().as_secs_f64());
        tokio::time::sleep(Duration::from_secs(3)).await; // the list is being kept meanwhile
        bench.base = memory("VmRSS");
        bench
    }

    fn large(&self) -> CloudFolder {
        CloudFolder::Node(self.owner.node("large").unwrap())
    }

    async fn search(&mut self) {
        for text in [
            "castle night",
            "zzzqqq",
            "img",
            "i",
            "img 77 holiday",
            "'0012",
            "*99.jpg",
            r"/^img_\d+77\./",
            "size:>5B",
            "kind:image newer:30y sort:old",
        ] {
            self.numbers += 1;
            let search = SearchId(self.numbers);
            let (place, reach) = (cloud(CloudFolder::Root), SearchReach::Below);
            let command = Command::Search { search, place, reach, text: text.into() };
            let mut found = 0;
            let taken = self
                .measure(command, |event| match event {
                    Event::Hits { search: of, hits, progress } if *of == search => {
                        found = progress.hit_count;
                        let answer = if progress.is_complete { Answer::Last } else { Answer::More };
                        if hits.is_empty() && !progress.is_complete { Answer::None } else { answer }
                    }
                    _ => Answer::None,
                })
                .await;
            self.print(&format!("search {text} ({found} hits)"), &taken);
        }
    }

    async fn usage(&mut self, folder: CloudFolder, what: &str) {
        for order in [UsageOrder::Size, UsageOrder::Name] {
            self.numbers += 1;
            let usage = UsageId(self.numbers);
            let question = UsageQuestion { usage, place: cloud(folder), order, anew: false };
            let taken = self
                .measure(Command::Usage(question), |event| match event {
                    Event::Usage(sheet) if sheet.usage == usage && sheet.is_complete => Answer::Last,
                    _ => Answer::None,
                })
                .await;
            self.print(&format!("usage {what}, {order:?}"), &taken);
        }
        self.send(Command::EndUsage);
    }

    async fn folder(&mut self) {
        let open = Command::Open { view: VIEW, location: cloud(self.large()), focus: None };
        let taken = self.measure(open, |event| answer(ready(event, VIEW).is_some())).await;
        self.print("open", &taken);
        let default = Arrangement::default();
        let arrangements = [
            ("sort by size", Arrangement { sort: Sort::Size, ..default.clone() }),
            (
                "sort by time, reversed",
                Arrangement { sort: Sort::Modified, reversed: true, ..default.clone() },
            ),
            ("sort by extension", Arrangement { sort: Sort::Extension, ..default.clone() }),
            ("filter", Arrangement { filter: Some("77.j".into()), ..default.clone() }),
            ("sort by name", default),
        ];
        for (what, arrangement) in arrangements {
            self.view(what, Command::Arrange { view: VIEW, arrangement }).await;
        }
        let mark = |change| Command::Mark { view: VIEW, change };
        self.view("mark all", mark(MarkChange::All)).await;
        self.view("invert", mark(MarkChange::Invert)).await;
        self.view("mark by pattern", mark(MarkChange::Pattern { pattern: "*77.jpg".into(), on: true })).await;
        self.view("mark a range", mark(MarkChange::Range { first: 10, last: 500_000, on: true })).await;
        for (what, start) in [("first page", 0), ("page in the middle", 500_000), ("last page", 999_900)] {
            let rows = Command::Rows { view: VIEW, start, count: 100 };
            let is_it = move |event: &Event| matches!(event, Event::Rows { view: VIEW, start: of, .. } if *of == start);
            let taken = self.measure(rows, |event| answer(is_it(event))).await;
            self.print(what, &taken);
        }
        let key = self.owner.node(&format!("large/{}", name(123_456))).map(EntryKey::Node).unwrap();
        self.view("mark one", mark(MarkChange::Toggle(key))).await;
        let find = Command::Find { view: VIEW, text: "no such name".into(), from: 0, backwards: false };
        let taken = self.measure(find, |event| answer(matches!(event, Event::Found { .. }))).await;
        self.print("find, nothing", &taken);
        let leave = Command::Open { view: VIEW, location: cloud(CloudFolder::Root), focus: None };
        let taken = self.measure(leave, |event| answer(ready(event, VIEW).is_some())).await;
        self.print("leave", &taken);
    }

    async fn view(&mut self, what: &str, command: Command) {
        let taken = self.measure(command, |event| answer(ready(event, VIEW).is_some())).await;
        self.print(what, &taken);
    }

    /// Sends a command and waits for its last answer, while another view asks for its rows again and again.
    async fn measure(&mut self, command: Command, mut answer: impl FnMut(&Event) -> Answer) -> Taken {
        let (began, ticks) = (Instant::now(), cpu());
        self.send(command);
        let (mut first, mut others, mut asked) = (None, Duration::ZERO, self.ask_other());
        loop {
            let event = self.worker.events.recv().await.unwrap();
            if matches!(event, Event::Rows { view: OTHER, .. }) {
                others = others.max(asked.elapsed());
                asked = self.ask_other();
            }
            match answer(&event) {
                Answer::None => {}
                Answer::More => drop(first.get_or_insert_with(|| began.elapsed())),
                Answer::Last => break,
            }
        }
        let last = began.elapsed();
        let taken = Taken { first: first.unwrap_or(last), last, cpu: cpu().saturating_sub(ticks), others };
        self.until(|event| matches!(event, Event::Rows { view: OTHER, .. })).await;
        Taken { others: taken.others.max(asked.elapsed()), ..taken }
    }

    fn ask_other(&self) -> Instant {
        self.send(Command::Rows { view: OTHER, start: 0, count: 20 });
        Instant::now()
    }

    fn send(&self, command: Command) {
        self.worker.commands.send(command).unwrap();
    }

    async fn until(&mut self, wanted: impl Fn(&Event) -> bool) {
        while !wanted(&self.worker.events.recv().await.unwrap()) {}
    }

    fn print(&self, what: &str, taken: &Taken) {
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        println!(
            "{what:<46} first {:>6.1} ms  all {:>6.1} ms  processor {:>5.0} ms  others waited {:>5.1} ms  +{} MiB",
            ms(taken.first),
            ms(taken.last),
            ms(taken.cpu),
            ms(taken.others),
            memory("VmRSS").saturating_sub(self.base)
        );
    }
}

enum Answer {
    None,
    More,
    Last,
}

const fn answer(is_it: bool) -> Answer {
    if is_it { Answer::Last } else { Answer::None }
}

fn ready(event: &Event, wanted: ViewId) -> Option<&ViewHead> {
    match event {
        Event::View(head) if head.view == wanted && head.state == ViewState::Ready => Some(head),
        _ => None,
    }
}

fn cloud(folder: CloudFolder) -> Location {
    Location::Cloud { account: "work".into(), folder }
}
