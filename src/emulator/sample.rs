//! The sample account of the demo: looks like a person's, with everything that makes a cloud account awkward. Its
//! files are described in `assets/demo/sample.tsv` and made while they are read, so that building it costs nothing.
//!
//! ```text
//! seed  key  size  modified  meta-MAC  path      a file: plain bytes by seed, key by number
//! =                                    path path  a copy of the first under the second name: same content, same key
//! ```
//!
//! Fields are separated by tabs. In paths `\s` is a slash inside a name, `\n` and `\e` a line feed and an escape; a
//! folder that begins with `+` is another one of that name; `NAME#2` replaces `NAME`, which becomes its older version;
//! `@` begins a path of the second account.

use std::collections::HashMap;

use super::recipe::{Filling, Recipe};
use super::{Access, Emulator, NewAccount, Owner};
use crate::handle::NodeHandle;

/// E-mail address of the sample account.
pub const EMAIL: &str = "demo@example.org";

/// E-mail address of the account that shares with it.
const FRIEND: &str = "ben@example.org";

/// Fills an empty emulator.
pub(super) fn build(emulator: &Emulator) {
    emulator.world().fixed_handles = Some(0);
    let mut demo = Planter::new(emulator, EMAIL);
    let mut friend = Planter::new(emulator, FRIEND);
    for row in rows() {
        match row {
            Row::File(file) => match file.path.strip_prefix('@') {
                Some(path) => friend.plant(&file, path),
                None => demo.plant(&file, file.path),
            },
            Row::Copy { from, to } => demo.copy(from, to),
        }
    }
    arrange(&demo.owner, &friend.owner);
    let mut world = emulator.world();
    world.fixed_handles = None;
    world.forget_packets();
}

/// What is more than files in folders.
fn arrange(demo: &Owner, friend: &Owner) {
    demo.undecryptable("Phone backup", 71_204);
    for path in
        ["Photos/2024/Lisbon/blurry", "Documents/old tickets.pdf", "Documents/draft.txt", "Photos/Thumbs.db"]
    {
        demo.trash(path);
    }
    for (path, name, value) in [
        ("Photos/2024/Lisbon", "fav", "1"),
        ("Documents/Passport scan.pdf", "sen", "1"),
        ("Documents/Budget 2025.ods", "lbl", "4"),
        ("Projects/website", "lbl", "5"),
        ("Videos/Grandma's 80th.mp4", "des", "The whole afternoon, with the speech."),
    ] {
        demo.set_attribute(path, name, Some(value));
    }
    demo.publish("Photos/2024/Garden");
    demo.publish("Documents/Recipes/Pasteis de nata.md");
    demo.share("Projects/Garden plans", friend, Access::Write);
    friend.share("Climbing with Ben", demo, Access::Read);
    friend.share("Flat hunt", demo, Access::Full);
}

/// Puts the rows of one account into place.
struct Planter {
    owner: Owner,
    /// Folders made so far, by their path as written in the table.
    folders: HashMap<String, NodeHandle>,
    /// Files made so far, likewise, and when they were changed.
    files: HashMap<String, (NodeHandle, i64)>,
}

/// One row of the table.
enum Row {
    File(File),
    Copy { from: &'static str, to: &'static str },
}

struct File {
    recipe: Recipe,
    modified: i64,
    meta_mac: [u8; 8],
    path: &'static str,
}

impl Planter {
    fn new(emulator: &Emulator, email: &str) -> Self {
        let owner = emulator.add_account(NewAccount::new(email));
        let folders = HashMap::from([(String::new(), owner.roots()[0])]);
        Self { owner, folders, files: HashMap::new() }
    }

    fn plant(&mut self, file: &File, path: &str) {
        let (path, is_newer) = match path.rsplit_once('#') {
            Some((path, _)) => (path, true),
            None => (path, false),
        };
        let (parent, name) = self.place(path, file.modified);
        let handle = self.owner.made_file_in(parent, &name, &file.recipe, (file.modified, file.meta_mac));
        self.date(handle, file.modified);
        let older = self.files.insert(path.to_owned(), (handle, file.modified)).filter(|_| is_newer);
        if let Some((older, _)) = older {
            self.owner.make_version(older, handle);
        }
    }

    fn copy(&mut self, from: &str, to: &str) {
        let Some((source, modified)) = self.files.get(from).copied() else { return };
        let (parent, name) = self.place(to, modified);
        if let Some(handle) = self.owner.copy_in(source, parent, &name) {
            self.date(handle, modified);
        }
    }

    /// The folder that a path names, made when missing, and the name in it.
    fn place(&mut self, path: &str, modified: i64) -> (NodeHandle, String) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        (self.folder(folder, modified), unescape(name))
    }

    fn folder(&mut self, path: &str, modified: i64) -> NodeHandle {
        if let Some(folder) = self.folders.get(path) {
            return *folder;
        }
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = self.folder(above, modified);
        let name = unescape(name.strip_prefix('+').unwrap_or(name));
        let folder = self.owner.folder_in(parent, &name);
        self.date(folder, modified);
        self.folders.insert(path.to_owned(), folder);
        folder
    }

    /// Lets a node have come to the cloud a day after its file was last changed.
    fn date(&self, handle: NodeHandle, modified: i64) {
        self.owner.set_created(handle, modified + 86_400);
    }
}

fn rows() -> impl Iterator<Item = Row> {
    TABLE.lines().filter_map(|line| {
        let fields: [&'static str; 6] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        let [seed, key, size, modified, meta_mac, path] = fields;
        if seed == "=" {
            return Some(Row::Copy { from: meta_mac, to: path });
        }
        let (head, filling) = look(path);
        let recipe = Recipe::new(size.parse().ok()?, head, filling, seed.parse().ok()?, key.parse().ok()?);
        let meta_mac = u64::from_str_radix(meta_mac, 16).ok()?.to_be_bytes();
        Some(Row::File(File { recipe, modified: modified.parse().ok()?, meta_mac, path }))
    })
}

/// How a file of that name begins, so that it is taken for what it seems to be, and what follows.
fn look(path: &str) -> (&'static [u8], Filling) {
    let is_welcome = path == "Welcome to megapane.txt";
    let path = path.split('#').next().unwrap_or(path);
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        _ if is_welcome => (include_bytes!("../../assets/demo/welcome.txt"), Filling::Words),
        Some("JPG" | "jpg") => (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01", Filling::Noise),
        Some("png") => (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Filling::Noise),
        Some("pdf") => (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", Filling::Noise),
        Some("mp3") => (b"ID3\x03\0\0\0\0\0\0\xff\xfb\x90", Filling::Noise),
        Some("mp4" | "mov") => (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2", Filling::Noise),
        Some("opus") => (b"OggS\0\x02", Filling::Noise),
        Some("zip" | "docx" | "ods" | "epub") => (b"PK\x03\x04\x14\0", Filling::Noise),
        Some("html") => (b"<!DOCTYPE html>\n<title>A small website</title>\n<p>", Filling::Words),
        Some("vcf") => (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Aunt Vera\r\nEND:VCARD\r\n", Filling::Words),
        Some(_) | None => (b"", Filling::Words),
    }
}

fn unescape(name: &str) -> String {
    name.replace("\\s", "/").replace("\\n", "\n").replace("\\e", "\u{1b}")
}

const TABLE: &str = include_str!("../../assets/demo/sample.tsv");

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> impl Iterator<Item = File> {
        rows().filter_map(|row| match row {
            Row::File(file) => Some(file),
            Row::Copy { .. } => None,
        })
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(rows().count(), TABLE.lines().count());
    }

    #[test]
    fn meta_macs_of_small_files_are_right() {
        let mut checked = 0;
        for file in files().filter(|file| file.recipe.size < 100_000) {
            assert_eq!(file.meta_mac, file.recipe.meta_mac(), "{}", file.path);
            checked += 1;
        }
        assert!(checked > 50);
    }

    /// Reads 1.4 GB. When the table was changed, it says the lines as they have to be.
    #[test]
    #[ignore = "slow without optimisation"]
    fn meta_macs_of_all_files_are_right() {
        let mut wrong = 0;
        for file in files() {
            let right = file.recipe.meta_mac();
            if file.meta_mac != right {
                println!("{:016x}\t{}", u64::from_be_bytes(right), file.path);
                wrong += 1;
            }
        }
        assert_eq!(wrong, 0);
    }

    #[test]
    fn the_account_has_what_makes_accounts_awkward() {
        let emulator = Emulator::sample();
        let demo = emulator.owner(EMAIL).unwrap();
        let paths = demo.paths();
        assert!(paths.len() > 300, "{}", paths.len());
        let twins = paths.iter().filter(|path| *path == "Photos/2024/Lisbon/").count();
        assert_eq!(twins, 2);
        assert!(
            paths.contains(&"Documents/Archive".to_owned())
                && paths.contains(&"Documents/Archive/".to_owned())
        );
        assert!(paths.iter().any(|path| path == "Phone backup/?"));
        assert!(demo.rubbish_paths().contains(&"blurry/".to_owned()));
        assert_eq!(demo.items(demo.node("Documents/CV.docx").unwrap()).len(), 1);
        assert!(demo.node("Climbing with Ben/GOPR1004.JPG").is_some());
        let welcome = demo.content("Welcome to megapane.txt").unwrap();
        assert_eq!(welcome, include_bytes!("../../assets/demo/welcome.txt"));
        let (one, two) = (Emulator::sample(), demo.node("Videos").unwrap());
        assert_eq!(one.owner(EMAIL).unwrap().node("Videos"), Some(two), "the same each time");
    }

    #[test]
    fn copies_have_one_content_and_the_twin_folder_another_upload_of_it() {
        let emulator = Emulator::sample();
        let demo = emulator.owner(EMAIL).unwrap();
        let invoices = demo.items(demo.node("Documents/Invoices").unwrap());
        let doubles: Vec<_> =
            invoices.iter().filter(|item| item.name.as_deref() == Some("invoice-2023-11.pdf")).collect();
        assert_eq!(doubles.len(), 2);
        assert!(demo.content_of(doubles[0].handle).is_some());
        assert_eq!(demo.content_of(doubles[0].handle), demo.content_of(doubles[1].handle));
    }
}
