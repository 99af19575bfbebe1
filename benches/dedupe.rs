//! Duplicates of an account of a million nodes: how long it takes to find them by name and by content, and how much memory.
//! One run in a row, by the clock of the processor; `cargo bench --bench dedupe [-- NODES]`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it is for a person to read, and may stop")]

mod process;

use std::fmt::Write as _;
use std::time::Instant;

use megapane::api::listing::ListingReader;
use megapane::crypto::attributes::Attributes;
use megapane::crypto::fingerprint::Fingerprint;
use megapane::crypto::key::{FileKey, FolderKey, MasterKey, NodeKey};
use megapane::crypto::node_key::{Keyring, ShareKeySource};
use megapane::dedupe::{Evidence, Group, GroupKind, NameClass, Preference, Rule, Survey};
use megapane::handle::{NodeHandle, base64_encode};
use megapane::tree::{Tree, TreeBuilder};
use process::{cpu, memory};

const MASTER: [u8; 16] = [7; 16];
const OWNER: &str = "AQIDBAUGBwg";

/// Files in a folder, on average.
const FILES_IN_FOLDER: u64 = 15;
/// Of a hundred files so many are copies that the server made: key and content of another.
const COPIES: u64 = 6;
/// Of a hundred files so many are uploads of the same content: only the fingerprint tells.
const UPLOADS: u64 = 8;
/// Of a thousand entries so many have the name of another in their folder.
const TWINS: u64 = 10;

fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let tree = account(count);
    let root = [tree.root().unwrap()];
    println!("{} nodes; memory before: {} MiB, at most {} MiB", tree.len(), memory("VmRSS"), memory("VmHWM"));
    let evidence = Evidence::default();
    let names = measured("by name", || Survey::by_name(&tree, &root, NameClass::Exact, &|_| true));
    println!("    {} folders merged, {}", names.merges.len(), counts(&names.groups));
    let forms = measured("by name, folded", || Survey::by_name(&tree, &root, NameClass::Folded, &|_| true));
    println!("    {} folders merged, {}", forms.merges.len(), counts(&forms.groups));
    drop(forms);
    let contents = measured("by content", || Survey::by_content(&tree, &root, &evidence));
    println!("    {}", counts(&contents.groups));
    let decide = |group: &Group| Rule::Newest.decide(&tree, &evidence, group, Preference::default());
    for (what, survey) in [("plan by name", names), ("plan by content", contents)] {
        let plan = measured(what, || survey.plan(decide));
        println!("    {} steps, {} files to the bin", plan.steps.len(), plan.trash_count());
    }
    println!("memory at most: {} MiB", memory("VmHWM"));
}

/// Runs it, and prints what it took.
fn measured<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let (began, used) = (Instant::now(), cpu());
    let result = run();
    let (wall, cpu) = (began.elapsed(), cpu().saturating_sub(used).as_millis());
    println!(
        "{what}: {} ms, {cpu} ms of the processor, memory now {} MiB",
        wall.as_millis(),
        memory("VmRSS")
    );
    result
}

fn counts(groups: &[Group]) -> String {
    let of = |kind| groups.iter().filter(|group| group.kind == kind).count();
    let members: usize = groups.iter().map(|group| group.members.len()).sum();
    format!(
        "{} groups of files, {} of files and folders, {} of forms, {} of contents, {members} members",
        of(GroupKind::Files),
        of(GroupKind::Mixed),
        of(GroupKind::Form),
        of(GroupKind::Content)
    )
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// A file that was made, for those that are like it.
#[derive(Clone)]
struct Made {
    key: FileKey,
    size: u64,
    crc: [u8; 16],
}

/// An account as people have them: folders in folders, photos by number, sizes all over, some of it twice.
fn account(count: u64) -> Tree {
    let keyring =
        Keyring::new(OWNER.parse().unwrap(), &MasterKey::from_bytes(MASTER), None, ShareKeySource::Listing);
    let (mut reader, mut builder) = (ListingReader::new(), TreeBuilder::new(keyring));
    let mut feed = |text: &str| reader.feed(text.as_bytes(), &mut |node| builder.push(node)).unwrap();
    let root = handle(0);
    feed(&format!(r#"[{{"f":[{{"h":"{root}","p":"","t":2,"a":"","k":"","ts":1}}"#));
    for (number, kind) in [(1, 3), (2, 4)] {
        feed(&format!(r#",{{"h":"{}","p":"","t":{kind},"a":"","k":"","ts":1}}"#, handle(number)));
    }
    let (mut dice, mut folders, mut made) = (Dice(1), vec![root], Vec::<Made>::new());
    let (mut text, mut last) = (String::new(), (root, String::new()));
    for number in 3..count {
        let parent = folders[usize::try_from(dice.roll(folders.len() as u64)).unwrap()];
        let is_folder = dice.roll(FILES_IN_FOLDER + 1) == 0;
        let (parent, name) = if dice.roll(1000) < TWINS {
            last.clone()
        } else if is_folder {
            (parent, format!("{:04}-{:02} holiday {number}", 1990 + dice.roll(35), 1 + dice.roll(12)))
        } else {
            (
                parent,
                format!(
                    "IMG_{number:07}.{}",
                    ["jpg", "JPG", "mov", "pdf"][usize::try_from(dice.roll(4)).unwrap()]
                ),
            )
        };
        let node = handle(number);
        text.clear();
        if is_folder {
            let key = NodeKey::Folder(FolderKey::from_bytes(seeded(number)));
            write_node(&mut text, (node, parent), 1, &key, &Attributes::named(&name), None);
            folders.push(node);
        } else {
            let file = file(number, &mut dice, &made);
            let mut attributes = Attributes::named(&name);
            let modified = 1_000_000_000 + i64::try_from(dice.roll(700_000_000)).unwrap();
            attributes.set("c", &Fingerprint { crc: file.crc, modified }.text());
            write_node(
                &mut text,
                (node, parent),
                0,
                &NodeKey::File(file.key.clone()),
                &attributes,
                Some(file.size),
            );
            if made.len() < 100_000 {
                made.push(file);
            }
        }
        feed(&text);
        last = (parent, name);
    }
    feed(r#"],"sn":"AAAAAAAAAAA"}]"#);
    builder.finish(&reader.finish().unwrap())
}

fn file(number: u64, dice: &mut Dice, made: &[Made]) -> Made {
    let fresh = FileKey::new(seeded(number), seeded(number ^ 0x5555), seeded(number ^ 0xaaaa));
    let roll = dice.roll(100);
    if roll < COPIES + UPLOADS && !made.is_empty() {
        let other = made[usize::try_from(dice.roll(made.len() as u64)).unwrap()].clone();
        return if roll < COPIES { other } else { Made { key: fresh, ..other } };
    }
    // Many small files, few large ones: sizes meet by chance.
    let size = match dice.roll(3) {
        0 => 1 + dice.roll(20_000),
        1 => 1_000_000 + dice.roll(8_000_000),
        _ => 100_000 + dice.roll(900_000),
    };
    Made { key: fresh, size, crc: seeded(number) }
}

fn write_node(
    text: &mut String,
    (node, parent): (NodeHandle, NodeHandle),
    kind: u8,
    key: &NodeKey,
    attributes: &Attributes,
    size: Option<u64>,
) {
    let wrapped = base64_encode(&key.wrap(&MASTER));
    let sealed = base64_encode(&attributes.encrypt(key.attribute_key()));
    let size = size.map(|size| format!(r#","s":{size}"#)).unwrap_or_default();
    let uploaded = 1_600_000_000 + node.to_string().len() as u64;
    write!(
        text,
        r#",{{"h":"{node}","p":"{parent}","u":"{OWNER}","t":{kind},"a":"{sealed}","k":"{OWNER}:{wrapped}","ts":{uploaded}{size}}}"#
    )
    .unwrap();
}

fn handle(number: u64) -> NodeHandle {
    // As the server's, in no order.
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let mut bytes = [0; 6];
    bytes.copy_from_slice(&mixed.to_be_bytes()[2..]);
    NodeHandle::from_bytes(bytes)
}

fn seeded<const N: usize>(number: u64) -> [u8; N] {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::array::from_fn(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[3]
    })
}
