//! The plan's promises, on a made-up source and target: every item is accounted for once, nothing takes a name twice.
//! No disk, no server: those are in `tests/worker`.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::message::{Scope, Verdict};
use crate::transfer::compare::Comparison;

type TestPlan = Plan<String, String>;

fn options(conflict: ConflictPolicy) -> PlanOptions {
    let (rules, target) = (Rules::default(), "work:/x".to_owned());
    PlanOptions {
        copy: CopyId(1),
        target,
        conflict,
        folders: FolderPolicy::Merge,
        dry_run: false,
        empty_folders: true,
        task: Task::Copy,
        sameness: Sameness::SizeAndTime,
        rules,
        bounds: FileBounds::default(),
        backs_up: false,
    }
}

fn plan(options: PlanOptions, below: &[&str]) -> TestPlan {
    let below: Vec<String> = below.iter().map(|name| (*name).to_owned()).collect();
    Plan::new(options, "src".into(), "dst".into(), &below)
}

fn offer(name: &str, kind: OfferKind, existing: Vec<Existing<String>>) -> Offer<String, String> {
    Offer { source: format!("src:{name}"), name: name.into(), target_name: name.into(), kind, existing }
}

fn file(name: &str, existing: Vec<Existing<String>>) -> Offer<String, String> {
    offer(name, OfferKind::File { size: 5, modified: Some(20) }, existing)
}

fn folder(name: &str, existing: Vec<Existing<String>>) -> Offer<String, String> {
    offer(name, OfferKind::Folder, existing)
}

fn there(is_folder: bool) -> Existing<String> {
    let target = if is_folder { "old folder" } else { "old file" };
    Existing {
        target: target.into(),
        is_folder,
        size: 5,
        modified: Some(10),
        comparison: Comparison::Different,
        verdict: Verdict::Unknown,
    }
}

fn same() -> Existing<String> {
    Existing { comparison: Comparison::Same, ..there(false) }
}

fn in_doubt() -> Existing<String> {
    Existing { comparison: Comparison::NeedsProof, ..there(false) }
}

fn scan(plan: &mut TestPlan, offers: Vec<Offer<String, String>>) {
    let scan = plan.next_scan().expect("something to scan");
    let taken =
        offers.iter().filter(|offer| !offer.existing.is_empty()).map(|offer| offer.name.clone()).collect();
    plan.scanned(scan.folder, Ok(Scanned { offers, taken, others: Vec::new() }));
}

fn actions(plan: &mut TestPlan) -> Vec<Action<String, String>> {
    std::iter::from_fn(|| plan.next_action()).collect()
}

fn notes(actions: &[Action<String, String>]) -> Vec<(&str, &Note)> {
    actions
        .iter()
        .filter_map(|action| match action {
            Action::Note { path, note, .. } => Some((path.as_str(), note)),
            _ => None,
        })
        .collect()
}

fn transfers(actions: &[Action<String, String>]) -> Vec<&FileTransfer<String, String>> {
    actions
        .iter()
        .filter_map(|action| match action {
            Action::Transfer(transfer) => Some(transfer),
            _ => None,
        })
        .collect()
}

fn question(actions: &[Action<String, String>]) -> &Question<String, String> {
    let questions: Vec<_> = actions
        .iter()
        .filter_map(|action| if let Action::Ask(question) = action { Some(question) } else { None })
        .collect();
    assert_eq!(questions.len(), 1, "one question at a time");
    questions[0]
}

#[test]
fn files_wait_for_their_folder_and_the_folders_above_it() {
    let mut plan = plan(options(ConflictPolicy::Ask), &["backup", "2024"]);
    scan(&mut plan, vec![file("a", vec![])]);
    let first = actions(&mut plan);
    let [Action::MakeFolder { folder: backup, parent, name }] = &first[..] else { panic!("{first:?}") };
    assert_eq!((parent.as_str(), name.as_str()), ("dst", "backup"));
    plan.folder_made(*backup, "b".into());
    let second = actions(&mut plan);
    let Some(Action::MakeFolder { folder: year, parent, name }) = second.last() else { panic!("{second:?}") };
    assert_eq!((parent.as_str(), name.as_str()), ("b", "2024"));
    plan.folder_made(*year, "y".into());
    let third = actions(&mut plan);
    let file = transfers(&third)[0];
    assert_eq!((file.folder.as_str(), file.name.as_str()), ("y", "a"));
    assert!(!plan.is_over());
    plan.file_ended(file.file, FileEnd::Copied);
    assert_eq!(notes(&actions(&mut plan)), [("a", &Note::CopiedNew)]);
    assert!(plan.is_over());
}

#[test]
fn equal_names_are_told_with_their_number_and_none_is_copied() {
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    scan(&mut plan, vec![file("x", vec![]), file("y", vec![]), folder("x", vec![]), file("x", vec![])]);
    let actions = actions(&mut plan);
    assert_eq!(notes(&actions), [("x", &Note::EqualNames { count: 3 })]);
    assert_eq!(transfers(&actions).len(), 1);
    assert_eq!(plan.report().skipped_count, 3);
    assert_eq!(plan.report().problem.unwrap().kind, ProblemKind::Ambiguous);
}

#[test]
fn folders_merge_and_the_same_file_is_left_as_it_is() {
    let mut plan = plan(options(ConflictPolicy::Ask), &[]);
    scan(&mut plan, vec![folder("d", vec![there(true), there(false)]), file("a", vec![same()])]);
    let next = plan.next_scan().unwrap();
    assert_eq!((next.source.as_str(), next.target.as_deref()), ("src:d", Some("old folder")));
    assert_eq!(notes(&actions(&mut plan)), [("a", &Note::Same)]);
    assert_eq!(plan.summary().same_count, 1);
}

#[test]
fn several_targets_of_one_name_are_never_chosen_from() {
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    scan(
        &mut plan,
        vec![file("a", vec![there(false), there(false)]), folder("d", vec![there(true), there(true)])],
    );
    let actions = actions(&mut plan);
    assert!(notes(&actions).iter().all(|(_, note)| matches!(note, Note::Skipped(_))));
    assert_eq!(plan.report().skipped_count, 2);
    assert!(plan.next_scan().is_none());
}

#[test]
fn a_file_against_a_folder_is_asked_about_and_may_keep_both() {
    let mut plan = plan(options(ConflictPolicy::Ask), &[]);
    scan(&mut plan, vec![folder("d.x", vec![there(false)]), file("f", vec![there(true)])]);
    let first = actions(&mut plan);
    let asked = question(&first);
    assert!(asked.source_is_folder && !asked.existing.is_folder);
    assert_eq!((asked.free_name.as_str(), asked.remaining_count), ("d (2).x", 1));
    plan.resolve(&Resolution::KeepBoth { name: "d (2).x".into() }, Scope::One);
    assert_eq!(plan.next_scan().unwrap().target, None);
    let second = actions(&mut plan);
    assert!(question(&second).existing.is_folder);
    plan.resolve(&Resolution::Overwrite, Scope::One);
    let third = actions(&mut plan);
    assert!(matches!(notes(&third)[..], [("f", Note::Failed(_))]));
}

#[test]
fn other_files_go_on_while_a_question_is_open() {
    let mut plan = plan(options(ConflictPolicy::Ask), &[]);
    scan(&mut plan, vec![file("a", vec![there(false)]), file("b", vec![]), file("c", vec![there(false)])]);
    let first = actions(&mut plan);
    assert_eq!(question(&first).path, "a");
    assert_eq!(transfers(&first)[0].path, "b");
    plan.resolve(&Resolution::Overwrite, Scope::Rest);
    let second = actions(&mut plan);
    let paths: Vec<_> =
        transfers(&second).iter().map(|file| (file.path.as_str(), file.replaces.clone())).collect();
    let version = Replaces::Version("old file".to_owned());
    assert_eq!(paths, [("a", version.clone()), ("c", version)]);
    assert_eq!(plan.summary().file_count, 3);
}

#[test]
fn skipping_identical_files_compares_and_asks_about_the_others() {
    let mut plan = plan(options(ConflictPolicy::Ask), &[]);
    scan(&mut plan, vec![file("a", vec![there(false)]), file("b", vec![there(false)])]);
    question(&actions(&mut plan));
    plan.resolve(&Resolution::SkipIfIdentical, Scope::Rest);
    let compared: Vec<FileId> = actions(&mut plan)
        .iter()
        .map(|action| if let Action::Examine { file, .. } = action { *file } else { panic!("{action:?}") })
        .collect();
    plan.examined(compared[0], Verdict::Identical);
    plan.examined(compared[1], Verdict::Different);
    let last = actions(&mut plan);
    assert_eq!(notes(&last), [("a", &Note::Same)]);
    assert_eq!(question(&last).existing.verdict, Verdict::Different);
}

#[test]
fn where_times_do_not_tell_the_contents_are_compared_first() {
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    scan(&mut plan, vec![file("a", vec![in_doubt()]), file("b", vec![in_doubt()])]);
    let first = actions(&mut plan);
    let [Action::Examine { file: a, .. }, Action::Examine { file: b, .. }] = &first[..] else {
        panic!("{first:?}")
    };
    plan.examined(*a, Verdict::Identical);
    plan.examined(*b, Verdict::Unknown);
    let last = actions(&mut plan);
    assert_eq!(notes(&last), [("a", &Note::Same)]);
    assert_eq!(transfers(&last)[0].path, "b");
    assert_eq!((plan.summary().same_count, plan.summary().conflict_count), (1, 1));
}

#[test]
fn two_files_that_keep_both_get_two_names() {
    let mut plan = plan(options(ConflictPolicy::Rename), &[]);
    scan(&mut plan, vec![file("a", vec![there(false)]), file("a (2)", vec![there(false)])]);
    let actions = actions(&mut plan);
    let names: Vec<&str> = transfers(&actions).iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a (3)", "a (2) (2)"]);
}

#[test]
fn a_dry_run_only_tells() {
    let mut plan = plan(PlanOptions { dry_run: true, ..options(ConflictPolicy::Overwrite) }, &["new"]);
    scan(&mut plan, vec![folder("d", vec![]), file("a", vec![])]);
    scan(&mut plan, vec![file("b", vec![])]);
    let actions = actions(&mut plan);
    assert_eq!(
        notes(&actions),
        [
            ("", &Note::WouldMakeFolder),
            ("a", &Note::WouldCopy),
            ("d", &Note::WouldMakeFolder),
            ("d/b", &Note::WouldCopy)
        ]
    );
    assert_eq!(actions.len(), 4);
    assert!(plan.is_over() && plan.summary().complete);
}

#[test]
fn without_empty_folders_a_folder_is_made_for_its_first_file_only() {
    let mut plan = plan(PlanOptions { empty_folders: false, ..options(ConflictPolicy::Ask) }, &[]);
    scan(&mut plan, vec![folder("empty", vec![]), folder("full", vec![])]);
    scan(&mut plan, vec![]);
    scan(&mut plan, vec![file("a", vec![])]);
    let actions = actions(&mut plan);
    let [Action::MakeFolder { name, .. }] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(name, "full");
}

#[test]
fn filters_leave_out_files_and_whole_folders() {
    let rules = Rules::new([(false, "*.tmp"), (false, "cache/**")]).unwrap();
    let mut plan = plan(PlanOptions { rules, ..options(ConflictPolicy::Ask) }, &[]);
    scan(&mut plan, vec![folder("cache", vec![]), file("a.tmp", vec![]), file("b", vec![])]);
    let actions = actions(&mut plan);
    assert_eq!(notes(&actions), [("cache", &Note::Filtered), ("a.tmp", &Note::Filtered)]);
    assert_eq!(transfers(&actions).len(), 1);
    assert!(plan.next_scan().is_none());
}

#[test]
fn a_source_that_cannot_be_read_is_the_plans_problem() {
    let mut plan = plan(options(ConflictPolicy::Ask), &[]);
    let top = plan.next_scan().unwrap().folder;
    let problem = Problem::new(ProblemKind::FolderNotFound, "no", "");
    plan.scanned(top, Err(problem.clone()));
    assert_eq!((plan.summary().problem.clone(), plan.summary().complete), (Some(problem), true));
}

#[test]
fn stopping_hands_out_nothing_more_and_waits_for_what_is_on_its_way() {
    let mut plan = plan(options(ConflictPolicy::Ask), &[]);
    scan(&mut plan, vec![file("a", vec![]), file("b", vec![there(false)]), folder("d", vec![])]);
    let first = actions(&mut plan);
    let running = transfers(&first)[0].file;
    plan.resolve(&Resolution::Stop, Scope::One);
    assert!(plan.next_scan().is_none() && actions(&mut plan).is_empty() && !plan.is_over());
    plan.file_ended(running, FileEnd::Cancelled);
    assert!(plan.is_over() && plan.report().cancelled);
    assert_eq!(plan.report().failed_count, 0);
}

/// A made-up folder: names (few, so that they meet), what is there, and what happens to it.
#[derive(Clone, Debug)]
struct World {
    names: Vec<(u8, bool, u8)>,
    depth: u8,
    policy: u8,
    answers: Vec<(u8, bool)>,
    /// What happens, and when: the seed of a sequence.
    chances: u64,
}

fn world() -> impl Strategy<Value = World> {
    let names = prop::collection::vec((0..6_u8, any::<bool>(), 0..7_u8), 0..12);
    let answers = prop::collection::vec((0..6_u8, any::<bool>()), 1..20);
    (names, 0..3_u8, 0..9_u8, answers, 1..u64::MAX)
        .prop_map(|(names, depth, policy, answers, chances)| World { names, depth, policy, answers, chances })
}

const POLICIES: [ConflictPolicy; 9] = [
    ConflictPolicy::Ask,
    ConflictPolicy::Skip,
    ConflictPolicy::Newer,
    ConflictPolicy::Size,
    ConflictPolicy::Identical,
    ConflictPolicy::Overwrite,
    ConflictPolicy::Replace,
    ConflictPolicy::Rename,
    ConflictPolicy::Fail,
];

fn answer(number: u8) -> Resolution {
    match number {
        0 => Resolution::Overwrite,
        1 => Resolution::Replace,
        2 => Resolution::Skip,
        3 => Resolution::KeepBoth { name: "n0".into() },
        4 => Resolution::OverwriteIfNewer,
        _ => Resolution::SkipIfIdentical,
    }
}

/// Drives a plan through the world and returns, by item, how often it was accounted for.
#[expect(clippy::too_many_lines, reason = "one world from its first event to its last, checked after each")]
fn run(world: &World) -> Result<(), TestCaseError> {
    let mut plan = plan(options(POLICIES[usize::from(world.policy)]), &["top"]);
    let mut chances = world.chances;
    let mut answers = world.answers.iter().copied().cycle();
    let mut offered = 0_u64;
    let mut made: BTreeMap<(String, String), u32> = BTreeMap::new();
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    let mut told = 0_u64;
    for _ in 0..5000 {
        if plan.is_over() {
            break;
        }
        // Xorshift: a sequence that comes to every case sooner or later.
        chances ^= chances << 13;
        chances ^= chances >> 7;
        chances ^= chances << 17;
        let chance = usize::try_from(chances >> 33).unwrap();
        if chance % 3 == 0
            && let Some(scan) = plan.next_scan()
        {
            let depth = scan.source.matches('/').count();
            if chance % 17 == 0 && depth > 0 {
                plan.scanned(scan.folder, Err(Problem::new(ProblemKind::Other, "unreadable", "")));
                continue;
            }
            let mut offers = Vec::new();
            for (name, is_folder, existing) in &world.names {
                let existing = if scan.target.is_none() { &0 } else { existing };
                let there = match existing {
                    0 | 1 => vec![],
                    2 => vec![there(false)],
                    3 => vec![there(true)],
                    4 => vec![same()],
                    5 => vec![in_doubt()],
                    _ => vec![there(false), there(false)],
                };
                let is_folder = *is_folder && depth < usize::from(world.depth);
                offered += 1;
                let name = format!("n{name}");
                let kind = if is_folder {
                    OfferKind::Folder
                } else {
                    OfferKind::File { size: 5, modified: Some(20) }
                };
                offers.push(Offer { source: format!("{}/{name}", scan.source), ..offer(&name, kind, there) });
            }
            let taken = (0..6).map(|name| format!("n{name}")).collect();
            plan.scanned(scan.folder, Ok(Scanned { offers, taken, others: Vec::new() }));
        } else if chance % 3 == 1 && !folders.is_empty() {
            let (folder, name): (FolderId, String) = folders.swap_remove(chance % folders.len());
            if chance % 13 == 0 {
                plan.folder_failed(folder, &Problem::new(ProblemKind::Other, "no room", ""));
            } else {
                plan.folder_made(folder, format!("made {name} {}", folder.0));
            }
        } else if chance % 3 == 2 && !files.is_empty() {
            let file: FileId = files.swap_remove(chance % files.len());
            let failed = FileEnd::Failed(Problem::new(ProblemKind::Other, "broken", ""));
            plan.file_ended(file, if chance % 7 == 0 { failed } else { FileEnd::Copied });
        } else {
            match plan.next_action() {
                Some(Action::MakeFolder { folder, parent, name }) => {
                    *made.entry((parent, name.clone())).or_default() += 1;
                    folders.push((folder, name));
                }
                Some(Action::Transfer(transfer)) => {
                    *made.entry((transfer.folder, transfer.name)).or_default() += 1;
                    files.push(transfer.file);
                }
                Some(Action::Examine { file, .. }) => {
                    plan.examined(
                        file,
                        if chance % 2 == 0 { Verdict::Identical } else { Verdict::Different },
                    );
                }
                Some(Action::Remove { removal, .. }) => plan.removed(removal, Removed::Gone),
                Some(Action::Ask(_)) => {
                    let (number, rest) = answers.next().unwrap_or((2, false));
                    let number = if chance % 5 == 0 { 2 } else { number };
                    plan.resolve(&answer(number), if rest { Scope::Rest } else { Scope::One });
                }
                Some(Action::Note { path, note, .. }) => match note {
                    Note::EqualNames { count } => told += u64::from(count),
                    // The unmade top and folders that could not be read or made are told of besides their entry.
                    Note::FolderMade | Note::WouldMakeFolder | Note::WouldCopy | Note::WouldReplace => {}
                    Note::Failed(problem) | Note::Skipped(problem)
                        if path.is_empty() || problem.message == "unreadable" => {}
                    _ => told += 1,
                },
                None => {}
            }
        }
    }
    prop_assert!(plan.is_over(), "it comes to an end: {plan:?}");
    for (name, count) in made {
        prop_assert_eq!(count, 1, "{:?} was made twice", name);
    }
    let folders =
        plan.folders.iter().filter(|folder| folder.parent.is_some_and(|parent| parent != FolderId(0)));
    let unfailed = folders.filter(|folder| !matches!(folder.state, FolderState::Failed(_)));
    let held = plan.report().left_alone_count;
    let entered = unfailed.count() as u64;
    prop_assert!(
        told + entered >= offered && told + entered <= offered + held,
        "{} {} {}",
        told,
        entered,
        offered
    );
    let report = plan.report();
    prop_assert_eq!(report.copied_bytes, report.copied_count * 5);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_every_item_is_accounted_for_and_no_name_is_taken_twice(world in world()) {
        run(&world)?;
    }
}

// ---------------------------------------------------------------------------------------------- very many files

#[test]
fn files_of_a_folder_arrive_while_others_are_still_to_be_looked_through() {
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    scan(
        &mut plan,
        vec![folder("a", vec![there(true)]), folder("b", vec![there(true)]), folder("c", vec![])],
    );
    let (a, b) = (plan.next_scan().unwrap(), plan.next_scan().unwrap());
    let offers = vec![file("1", vec![]), file("2", vec![])];
    plan.scanned(a.folder, Ok(Scanned { offers, taken: HashSet::new(), others: Vec::new() }));
    let handed_out = actions(&mut plan);
    for file in transfers(&handed_out) {
        plan.file_ended(file.file, FileEnd::Copied);
    }
    actions(&mut plan);
    assert_eq!((plan.report().copied_count, plan.summary().complete), (2, false));
    assert!(!plan.is_over());
    plan.scanned(b.folder, Ok(Scanned { offers: Vec::new(), taken: HashSet::new(), others: Vec::new() }));
    assert!(!plan.summary().complete, "c is still to be looked through");
}

#[test]
fn a_plan_of_very_many_files_hands_out_some_thousand_and_forgets_those_that_have_ended() {
    const COUNT: usize = 3 * HANDED_OUT + 7;
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    scan(&mut plan, (0..COUNT).map(|number| file(&number.to_string(), vec![])).collect());
    assert_eq!(plan.summary().file_count, COUNT as u64, "all are counted at once");
    let kept = |plan: &TestPlan| plan.files.iter().flatten().count();
    let mut ended = 0;
    while !plan.is_over() {
        let handed_out = actions(&mut plan);
        let handed_out = transfers(&handed_out);
        assert!(handed_out.len() <= HANDED_OUT);
        let ahead = (COUNT - ended - handed_out.len()) as u64;
        assert_eq!(plan.ahead(), Ahead { count: ahead, bytes: ahead * 5 });
        for file in handed_out {
            plan.file_ended(file.file, FileEnd::Copied);
            ended += 1;
        }
        assert_eq!(kept(&plan), COUNT - ended);
        plan.actions.clear();
    }
    assert_eq!((ended, plan.report().copied_count, kept(&plan)), (COUNT, COUNT as u64, 0));
}

#[test]
fn one_place_that_becomes_free_is_given_to_the_next_file_in_order() {
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    scan(&mut plan, (0..=HANDED_OUT).map(|number| file(&number.to_string(), vec![])).collect());
    let first = actions(&mut plan);
    assert!(!plan.has_action());
    plan.file_ended(transfers(&first)[9].file, FileEnd::Cancelled);
    let next = actions(&mut plan);
    assert_eq!(transfers(&next)[0].name, HANDED_OUT.to_string());
    plan.file_again(transfers(&first)[9].file);
    assert!(!plan.has_action());
}

#[test]
fn what_was_cancelled_is_told_from_what_failed_also_when_it_is_tried_again() {
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    scan(&mut plan, vec![file("one", vec![]), file("two", vec![])]);
    let first = actions(&mut plan);
    let [one, two] = [0, 1].map(|index| transfers(&first)[index].file);
    plan.file_ended(one, FileEnd::Cancelled);
    plan.file_ended(two, FileEnd::Failed(Problem::new(ProblemKind::Permanent, "no room", "")));
    let report = plan.report();
    assert_eq!((report.failed_count, report.cancelled_count), (2, 1));
    assert_eq!(report.problem.map(|problem| problem.kind), Some(ProblemKind::Permanent));
    plan.file_again(two);
    assert_eq!((plan.report().failed_count, plan.report().cancelled_count), (1, 1));
    plan.file_again(one);
    assert_eq!((plan.report().failed_count, plan.report().cancelled_count), (0, 0));
}

#[test]
fn cancelling_everything_reaches_what_was_not_handed_out() {
    let mut plan = plan(options(ConflictPolicy::Overwrite), &[]);
    let many = (0..HANDED_OUT + 5).map(|number| file(&number.to_string(), vec![]));
    scan(&mut plan, many.chain([folder("new", vec![])]).collect());
    let first = actions(&mut plan);
    scan(&mut plan, vec![file("inside", vec![])]);
    assert_eq!(plan.ahead().count, 6, "one of them waits for its folder");
    plan.cancel_ahead();
    assert_eq!((plan.ahead(), plan.report().failed_count), (Ahead::default(), 6));
    for file in transfers(&first) {
        plan.file_ended(file.file, FileEnd::Copied);
    }
    let rest = actions(&mut plan);
    assert!(transfers(&rest).is_empty());
    for action in rest {
        if let Action::MakeFolder { folder, .. } = action {
            plan.folder_made(folder, "new".into());
        }
    }
    actions(&mut plan);
    assert!(plan.is_over());
}

#[test]
fn a_file_that_waits_takes_little_memory() {
    // Besides this: its name, and its path or handle in the source.
    assert!(size_of::<File<std::path::PathBuf, crate::local::Target>>() <= 112);
}

#[test]
fn a_plan_that_is_cut_short_makes_no_more_room_for_what_does_not_come() {
    let mut plan = plan(PlanOptions { folders: FolderPolicy::Replace, ..options(ConflictPolicy::Ask) }, &[]);
    scan(&mut plan, vec![folder("a", vec![there(true)]), folder("b", vec![there(true)])]);
    plan.cut_short(Problem::new(ProblemKind::TimeLimit, "enough", ""));
    let left = actions(&mut plan);
    assert!(left.iter().all(|action| matches!(action, Action::Note { .. })), "{left:?}");
    assert!(plan.is_over());
}
