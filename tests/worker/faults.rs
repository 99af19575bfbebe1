//! Fault runs: everything that the screen does with an account, while one in a hundred, in twenty, in five requests goes
//! wrong, in every way that the emulator knows. What failed is done again, as a user would; in the end nothing is lost,
//! nothing is there twice, nothing is left, and what is shown is what the server has. What was survived stands in the first
//! part of `assets/faults.md`, which this run writes (`MEGAPANE_WRITE_FAULTS=1`) and otherwise checks.

mod changes;
mod copies;
mod duplicates;
mod list;
mod looking;
mod mirrors;
mod sharing;
mod trial;

use std::fmt::Write as _;
use std::path::Path;
use std::thread;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use list::FAULTS;
use trial::Trouble;

/// A part of what the screen does: a column of the table.
struct Work {
    name: &'static str,
    /// Files come and go by it: it asks storage servers.
    uploads: bool,
    downloads: bool,
    run: fn(Trouble) -> LocalBoxFuture<'static, ()>,
}

#[test]
fn everything_ends_well_whatever_goes_wrong_on_the_way() {
    let columns: Vec<Vec<&str>> = thread::scope(|scope| {
        let threads: Vec<_> = WORKS.iter().map(|work| scope.spawn(|| work.column())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut table = String::from(HEAD);
    for work in &WORKS {
        let _ = write!(table, " {} |", work.name);
    }
    let _ = writeln!(table, "\n|---|---|{}", "---|".repeat(WORKS.len()));
    for (row, (fault, meaning)) in FAULTS.iter().enumerate() {
        let cells: Vec<String> = columns.iter().map(|column| format!(" {} |", column[row])).collect();
        let cells = cells.concat();
        let _ = writeln!(table, "| `{fault}` | {meaning} |{cells}");
    }
    keep(&table);
}

impl Work {
    /// What is survived, fault by fault. A fault that cannot meet it is none.
    fn column(&self) -> Vec<&'static str> {
        let survived = |&(fault, _): &(&'static str, &str)| {
            let meets =
                (self.uploads || !fault.ends_with("@ul")) && (self.downloads || !fault.ends_with("@dl"));
            if !meets || only().is_some_and(|only| only != fault) {
                return "–";
            }
            for percent in PERCENTS {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
                runtime.unwrap().block_on((self.run)(Trouble { fault, percent }));
            }
            "1 5 20"
        };
        FAULTS.iter().map(survived).collect()
    }
}

/// `MEGAPANE_FAULT` names the only one that is tried, to look into it.
fn only() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "which fault is looked into is no configuration of the program"
    )]
    std::env::var("MEGAPANE_FAULT").ok()
}

/// Writes the first part of the file, or holds it against what is written.
fn keep(table: &str) {
    if only().is_some() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/faults.md");
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let (first, rest) = kept.find(NEXT_PART).map_or((kept.as_str(), ""), |at| kept.split_at(at));
    #[expect(clippy::disallowed_methods, reason = "whether to write is no configuration of the program")]
    let writes = std::env::var_os("MEGAPANE_WRITE_FAULTS").is_some();
    if writes {
        std::fs::write(&path, format!("{table}{rest}")).unwrap();
    } else {
        assert_eq!(first, table, "run it with MEGAPANE_WRITE_FAULTS=1");
    }
}

const WORKS: [Work; 6] = [
    Work {
        name: "copies",
        uploads: true,
        downloads: true,
        run: |trouble| copies::run(trouble).boxed_local(),
    },
    Work {
        name: "moves, syncs",
        uploads: true,
        downloads: true,
        run: |trouble| mirrors::run(trouble).boxed_local(),
    },
    Work {
        name: "changes, undo",
        uploads: false,
        downloads: false,
        run: |trouble| changes::run(trouble).boxed_local(),
    },
    Work {
        name: "duplicates",
        uploads: false,
        downloads: true,
        run: |trouble| duplicates::run(trouble).boxed_local(),
    },
    Work {
        name: "sharing, versions",
        uploads: true,
        downloads: false,
        run: |trouble| sharing::run(trouble).boxed_local(),
    },
    Work {
        name: "looking",
        uploads: false,
        downloads: true,
        run: |trouble| looking::run(trouble).boxed_local(),
    },
];

/// Of a hundred requests so many go wrong.
const PERCENTS: [u32; 3] = [1, 5, 20];

/// How the part begins that the command line writes.
const NEXT_PART: &str = "\n## Commands\n";

const HEAD: &str = "\
# Faults tried and survived

Written by tests, never by hand: so many requests in a hundred go wrong while the program works, what was told as failed is done again,
and in the end nothing is lost, nothing is there twice, nothing half is left, and what is shown is what the server has. The faults are
those of `megapane emulator --fault`.

## The screen

By the test `faults` of `tests/worker`. In a cell stand the percentages that were survived; `–` where such a fault cannot happen.

| fault | what it is |";
