#![cfg(test)]
//! Plans of dedupe carried out by a real session on the emulator: with requests that fail, with a program that ends in the
//! middle, whatever was decided. Everything is somewhere afterwards, and undo gives the account back exactly as it was.

mod login;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use login::login;
use megapane::dedupe::{
    Decision, Evidence, Expendable, Group, NameClass, Preference, Rule, Step, Survey, TimeOf,
};
use megapane::emulator::{Emulator, NewAccount, Owner};
use megapane::handle::NodeHandle;
use megapane::session::Session;
use megapane::session::change::UndoPlan;
use megapane::store::undo::{GroupKind, GroupTag, UndoJournal};
use megapane::tree::Tree;
use megapane::worker::deduping;
use proptest::prelude::*;

const EMAIL: &str = "ann@example.org";
const TIME: i64 = 1_717_200_000;

/// An account that is logged in.
struct Desk {
    emulator: Emulator,
    ann: Owner,
    session: Session,
    journal: UndoJournal,
    tree: Tree,
}

/// A file or folder to be made: in which of the folders so far, its name, and of a file its content.
type Item = (prop::sample::Index, u8, Option<u8>);

/// How it goes wrong.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Nothing,
    /// Requests of a command are refused, so many in a hundred.
    Refused(&'static str, u8),
    /// The answer to the first request of a command is lost on the way, and it is sent again.
    Lost(&'static str),
    /// The program ends while it waits for an answer: the server has done it, and nobody knows.
    Ended(usize),
}

impl Desk {
    async fn with(items: &[Item]) -> Self {
        let emulator = Emulator::new();
        let ann = emulator.add_account(NewAccount::new(EMAIL));
        let mut folders = vec![ann.roots()[0]];
        for (parent, name, content) in items {
            let parent = folders[parent.index(folders.len())];
            let name = ["a", "b.txt", "A", "sub"][usize::from(*name) % 4];
            match content {
                Some(content) => {
                    let time = TIME + i64::from(*content);
                    ann.file_in(parent, name, &bytes(*content), Some(time));
                }
                None => folders.push(ann.folder_in(parent, name)),
            }
        }
        let session = login(&emulator, EMAIL).await;
        let tree = session.fetch_tree(|_, _| {}).await.unwrap();
        Self { emulator, ann, session, journal: UndoJournal::in_memory(), tree }
    }

    async fn list(&mut self) {
        self.tree = self.session.fetch_tree(|_, _| {}).await.unwrap();
    }

    /// What reading all files would show.
    fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for (file, content) in self.contents() {
            evidence.add(file, [content; 32]);
        }
        evidence
    }

    fn contents(&self) -> BTreeMap<NodeHandle, u8> {
        let files = self.tree.nodes().filter(megapane::tree::Node::is_file).map(|node| node.handle());
        files.map(|file| (file, self.ann.content_of(file).unwrap()[0])).collect()
    }

    fn in_bin(&self, node: NodeHandle) -> bool {
        self.tree.is_inside(node, self.tree.rubbish().unwrap())
    }

    /// Contents that somebody can see.
    fn shown(&self) -> BTreeSet<u8> {
        self.contents()
            .into_iter()
            .filter(|(file, _)| !self.in_bin(*file))
            .map(|(_, content)| content)
            .collect()
    }

    async fn carry_out(&mut self, waves: Vec<Vec<Step>>, expendable: &Expendable, trouble: Trouble) {
        match trouble {
            Trouble::Nothing | Trouble::Ended(_) => {}
            Trouble::Refused(command, percent) => {
                self.emulator.fault(&format!("-11@{command}#{percent}%7")).unwrap();
            }
            Trouble::Lost(command) => self.emulator.fault(&format!("lost@{command}#1")).unwrap(),
        }
        let journal = self.journal.in_group(&GroupTag::new(GroupKind::Doing, "deduplicated"));
        for (number, part) in waves.iter().flat_map(|wave| wave.chunks(3)).enumerate() {
            let ready = deduping::prepare_final(&self.session, &self.tree, part, expendable);
            if matches!(trouble, Trouble::Ended(end) if end == number) {
                self.emulator.fault("slow:3600s@cs").unwrap();
                let sent = deduping::commit(ready, &self.session, &journal);
                assert!(tokio::time::timeout(Duration::from_secs(1), sent).await.is_err());
                break;
            }
            for (_, outcome) in deduping::commit(ready, &self.session, &journal).await {
                let updates = outcome.into_iter().flat_map(|outcome| outcome.updates);
                updates.for_each(|update| self.tree.apply_own(update));
            }
        }
        self.emulator.clear_faults();
        let kept = picture(&self.tree);
        self.list().await;
        if !matches!(trouble, Trouble::Ended(_)) {
            assert_eq!(kept, picture(&self.tree), "our tree is the server's");
        }
    }

    /// Takes back all that was done, as `undo` does.
    async fn undo(&mut self) {
        let history = self.journal.history().unwrap();
        let Some(group) = history.choose(GroupKind::Doing, None) else { return };
        let journal = self.journal.in_group(&GroupTag::new(GroupKind::Undoing, "deduplicated"));
        let mut plan = UndoPlan::new(&self.tree, group);
        while let Some(records) = plan.next_wave() {
            for record in records {
                // What has not happened is not as it would be then: there is nothing to take back.
                let Ok(prepared) = plan.prepare(&self.session, &self.tree, &record) else { continue };
                let outcome = self.session.commit_undo(prepared, &journal).await.unwrap();
                outcome.updates.into_iter().for_each(|update| self.tree.apply_own(update));
            }
        }
        self.list().await;
    }
}

/// A content is known by its first byte; pairs of contents have one size.
fn bytes(content: u8) -> Vec<u8> {
    vec![content; 10 + usize::from(content / 2)]
}

/// All that a tree shows, to compare two of them. Where a node came from counts in the bin only: it is written first, and
/// stays where the move into the bin is refused.
fn picture(tree: &Tree) -> Vec<String> {
    let line = |node: megapane::tree::Node<'_>| {
        let handle = node.handle();
        let attributes = node.attributes().map(|mut attributes| {
            if !tree.rubbish().is_some_and(|bin| tree.is_inside(handle, bin)) {
                attributes.remove("rr");
            }
            attributes.json()
        });
        format!("{} {handle} {:?} {} {attributes:?}", tree.path(handle), node.parent(), node.size())
    };
    let mut lines: Vec<String> = tree.nodes().map(line).collect();
    lines.sort();
    lines
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let content = prop::option::weighted(0.6, 0..6_u8);
    prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, content), 0..18)
}

fn any_trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        Just(Trouble::Nothing),
        (prop::sample::select(vec!["m", "a"]), 20..80_u8)
            .prop_map(|(command, of)| Trouble::Refused(command, of)),
        prop::sample::select(vec!["m", "a"]).prop_map(Trouble::Lost),
        (0..4_usize).prop_map(Trouble::Ended),
    ]
}

/// What the nine modes of the command line come to: silent removal of what is proven, or a rule.
#[derive(Clone, Copy, Debug)]
enum Way {
    Proven,
    Rule(Rule),
    /// Whatever somebody answers.
    Whims(u64),
}

impl Way {
    fn decide(self, tree: &Tree, evidence: &Evidence, group: &Group, preference: Preference) -> Decision {
        match self {
            Self::Proven => Rule::First.decide_proven(tree, evidence, group, preference),
            Self::Rule(rule) => rule.decide(tree, evidence, group, preference),
            Self::Whims(bits) => {
                let turned = bits.rotate_left(u32::try_from(group.name.len() * 7).unwrap());
                let kept = group.members.iter().enumerate().filter(|(at, _)| turned >> (at % 64) & 1 == 1);
                match turned % 5 {
                    0 => Decision::Leave,
                    1 => Decision::Rename,
                    _ => Decision::Keep(kept.map(|(_, member)| *member).collect()),
                }
            }
        }
    }
}

fn any_way() -> impl Strategy<Value = Way> {
    let rules = [Rule::First, Rule::Newest, Rule::Oldest, Rule::Largest, Rule::Smallest, Rule::Rename];
    prop_oneof![
        Just(Way::Proven),
        prop::sample::select(rules.to_vec()).prop_map(Way::Rule),
        any::<u64>().prop_map(Way::Whims),
    ]
}

/// Which duplicates are looked for, and by what is known of contents.
#[derive(Clone, Copy, Debug)]
struct Search {
    by_content: bool,
    class: NameClass,
    has_read: bool,
    is_final: bool,
}

fn any_search() -> impl Strategy<Value = Search> {
    (any::<[bool; 4]>()).prop_map(|[by_content, folded, has_read, is_final]| Search {
        by_content,
        class: if folded { NameClass::Folded } else { NameClass::Exact },
        has_read,
        is_final,
    })
}

fn block_on<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(test)
}

/// Decides, carries out as far as it comes, and looks at what is left; then takes it back.
async fn run(items: &[Item], way: Way, search: Search, trouble: Trouble) -> Result<(), TestCaseError> {
    let mut desk = Desk::with(items).await;
    let (before, contents, shown) = (picture(&desk.tree), desk.contents(), desk.shown());
    let evidence = if search.has_read { desk.evidence() } else { Evidence::default() };
    let roots = [desk.ann.roots()[0]];
    let survey = if search.by_content {
        Survey::by_content(&desk.tree, &roots, &evidence)
    } else {
        Survey::by_name(&desk.tree, &roots, search.class, &|_| true)
    };
    let groups = survey.groups.clone();
    let preference = Preference { time: TimeOf::Change, keep_in: None };
    let plan = survey.plan(|group| way.decide(&desk.tree, &evidence, group, preference));
    let expendable = if search.is_final {
        Expendable::of(&plan, &groups, &desk.tree, &evidence)
    } else {
        Expendable::default()
    };
    desk.carry_out(plan.waves(), &expendable, trouble).await;
    let left = desk.contents();
    for file in contents.keys().filter(|file| !left.contains_key(file)) {
        prop_assert!(expendable.twin(*file).is_some(), "{} is nowhere", file);
    }
    let all = |contents: &BTreeMap<NodeHandle, u8>| contents.values().copied().collect::<BTreeSet<u8>>();
    prop_assert_eq!(all(&left), all(&contents), "a content has left the account");
    if let Way::Proven = way {
        prop_assert_eq!(desk.shown(), shown, "a content went to the bin that was there once");
    }
    for folder in desk.tree.children(desk.tree.rubbish().unwrap()).filter(|node| !node.is_file()) {
        prop_assert_eq!(desk.tree.children(folder.handle()).count(), 0, "a folder went that was not empty");
    }
    let is_whole = left.len() == contents.len();
    desk.undo().await;
    let after = picture(&desk.tree);
    if is_whole {
        prop_assert_eq!(after, before);
    } else {
        // What went for good is all that is missing.
        prop_assert_eq!(after.len() + contents.len() - left.len(), before.len());
        prop_assert!(after.iter().all(|line| before.contains(line)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn nothing_unique_is_lost_and_undo_restores_the_account(
        items in any_items(),
        way in any_way(),
        search in any_search(),
        trouble in any_trouble(),
    ) {
        block_on(run(&items, way, search, trouble))?;
    }
}

/// The account that breaks rclone, with every way and every trouble.
#[test]
fn twin_folders_in_twin_folders_survive_every_way_and_trouble() {
    let troubles = [
        Trouble::Nothing,
        Trouble::Refused("m", 50),
        Trouble::Lost("m"),
        Trouble::Ended(0),
        Trouble::Ended(1),
        Trouble::Ended(2),
    ];
    let ways = [Way::Proven, Way::Rule(Rule::First), Way::Rule(Rule::Rename)];
    for (way, trouble) in ways.iter().flat_map(|way| troubles.map(|trouble| (*way, trouble))) {
        block_on(async {
            let mut desk = Desk::with(&[]).await;
            for (content, other) in [(1, "one"), (2, "other")] {
                let photos = desk.ann.folder_in(desk.ann.roots()[0], "photos");
                let sub = desk.ann.folder_in(photos, "sub");
                desk.ann.file_in(sub, other, &bytes(content), Some(TIME));
                desk.ann.file_in(sub, "both", &bytes(content), Some(TIME));
            }
            desk.list().await;
            let (before, contents) = (picture(&desk.tree), desk.contents());
            let (roots, evidence) = ([desk.ann.roots()[0]], desk.evidence());
            let survey = Survey::by_name(&desk.tree, &roots, NameClass::Exact, &|_| true);
            let plan = survey.plan(|group| way.decide(&desk.tree, &evidence, group, Preference::default()));
            desk.carry_out(plan.waves(), &Expendable::default(), trouble).await;
            assert_eq!(desk.contents(), contents, "{way:?} {trouble:?}");
            for only in ["one", "other"] {
                let is_it = |node: &megapane::tree::Node<'_>| node.name() == Some(only);
                let file = desk.tree.nodes().find(is_it).unwrap().handle();
                assert!(!desk.in_bin(file), "{only}: {way:?} {trouble:?}");
            }
            desk.undo().await;
            assert_eq!(picture(&desk.tree), before, "{way:?} {trouble:?}");
        });
    }
}
