//! What is looked up for a front end: paths completed, names searched for, folders held against each other, folders that
//! were kept.

use megapane::entry::Location;
use megapane::message::*;

use crate::desk::*;

async fn offers(desk: &mut Desk, number: u64, here: Location, text: &str) -> Offers {
    desk.send(Command::Complete { number, here, text: text.into() });
    desk.until(|event| match event {
        Event::Offers { number: of, offers } if *of == number => Some(offers.clone()),
        _ => None,
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_path_into_an_account_that_is_not_open_is_not_completed_and_opens_nothing() {
    let mut desk = Desk::new();
    let here = desk.local("");
    let offered = offers(&mut desk, 1, here.clone(), "work:Pho").await;
    assert!(offered.offers.is_empty() && offered.remark.contains("not open yet"), "{offered:?}");
    assert_eq!(offered.common, "work:Pho");
    assert_eq!(desk.ann.session_count(), 0);
    let offered = offers(&mut desk, 2, here, "wor").await;
    assert_eq!((offered.common.as_str(), offered.count), ("work:", 1));
}

#[tokio::test(start_paused = true)]
async fn twins_are_offered_by_handle_and_lead_exactly_there() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            for _ in 0..2 {
                let folder = ann.folder_in(root, "Lisbon");
                ann.file_in(folder, "here.txt", b"1", None);
            }
        },
        |_| {},
    );
    let top = desk.open_cloud("").await.location;
    let offered = offers(&mut desk, 1, top, "Lis").await;
    assert_eq!((offered.count, offered.common.as_str()), (2, "Lis"));
    assert!(offered.offers.iter().all(|offer| offer.text.starts_with("H:") && offer.name == "Lisbon/"));
    let Offer { location, text, .. } = offered.offers[1].clone();
    desk.send(Command::Open { view: CLOUD, location: location.clone(), focus: None });
    desk.head(CLOUD, |head| head.location == location).await;
    desk.open_cloud("").await;
    desk.send(Command::OpenPath { view: CLOUD, path: format!("work:{text}") });
    assert_eq!(desk.head(CLOUD, |head| head.row_count == 1).await.location, location);
}

#[tokio::test(start_paused = true)]
async fn a_child_is_opened_by_its_name_or_told_not_to_be_there() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            ann.folder_in(root, "Twin");
            ann.folder_in(root, "Twin");
            ann.folder_in(root, "One");
        },
        |_| {},
    );
    desk.open_cloud("").await;
    for (name, count) in [("Nothing", 0), ("Twin", 2)] {
        desk.send(Command::OpenChild { view: CLOUD, name: name.into() });
        let told = Event::NotThere { view: CLOUD, name: name.into(), count };
        desk.until(|event| (*event == told).then_some(())).await;
    }
    desk.send(Command::OpenChild { view: CLOUD, name: "One".into() });
    desk.head(CLOUD, |head| head.title == "work:/One").await;
}

async fn hits(desk: &mut Desk, search: SearchId) -> (Vec<Hit>, SearchProgress) {
    let mut all = Vec::new();
    loop {
        let (more, progress) = desk
            .until(|event| match event {
                Event::Hits { search: of, hits, progress } if *of == search => {
                    Some((hits.clone(), progress.clone()))
                }
                _ => None,
            })
            .await;
        all.extend(more);
        if progress.is_complete {
            return (all, progress);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_search_in_a_large_account_tells_all_that_fit_and_of_very_many_the_best() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            for folder in 0..5 {
                let folder = ann.folder_in(root, &format!("folder {folder}"));
                for number in 0..6000 {
                    ann.folder_in(folder, &format!("n{number}"));
                }
            }
        },
        |_| {},
    );
    let place = desk.open_cloud("").await.location;
    let search = |number, text: &str| Command::Search {
        search: SearchId(number),
        place: place.clone(),
        reach: SearchReach::Below,
        text: text.into(),
    };
    desk.send(search(1, "n"));
    desk.send(search(2, "n5999"));
    let (found, progress) = hits(&mut desk, SearchId(2)).await;
    assert_eq!((found.len(), progress.seen_count, progress.hit_count), (5, 30_005, 5));
    assert!(found.iter().all(|hit| hit.entry.name == "n5999" && hit.folder.starts_with("folder ")));
    desk.send(search(3, "n"));
    let (found, progress) = hits(&mut desk, SearchId(3)).await;
    assert_eq!(progress.hit_count, 30_000);
    assert!((MOST_HITS..30_000).contains(&found.len()), "what is told has a bound: {}", found.len());
    desk.send(search(4, "size:>huge"));
    let (found, progress) = hits(&mut desk, SearchId(4)).await;
    assert!(found.is_empty() && progress.trouble.unwrap().contains("write a size"));
    desk.send(search(5, "n12 \"folder 3\""));
    let (found, _) = hits(&mut desk, SearchId(5)).await;
    let first = found.iter().max_by_key(|hit| hit.rank).unwrap();
    assert_eq!((first.entry.name.as_str(), first.folder.as_str()), ("n12", "folder 3"));
}

#[tokio::test(start_paused = true)]
async fn two_folders_of_an_account_are_compared_and_signs_follow_their_entries() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("A/same.txt", b"1", 5);
            ann.file("B/same.txt", b"2", 5);
            ann.file("A/alone.txt", b"1", 5);
        },
        |_| {},
    );
    desk.open_cloud("A").await;
    let b = desk.cloud("B");
    desk.send(Command::Open { view: DISK, location: b.clone(), focus: None });
    desk.head(DISK, |head| head.location == b).await;
    desk.send(Command::CompareFolders { views: [CLOUD, DISK] });
    let head = desk.head(CLOUD, |head| head.signs.is_some_and(|signs| signs.is_complete)).await;
    let signs = head.signs.unwrap();
    assert_eq!((signs.same, signs.only_here, signs.only_there), (1, 1, 0));
    let rows = desk.rows(CLOUD).await;
    let signs: Vec<Option<Sign>> = rows.iter().map(|row| row.sign).collect();
    assert_eq!(signs, [Some(Sign::OnlyHere), Some(Sign::Same)]);
    let arrangement = Arrangement { differences: true, ..Arrangement::default() };
    desk.send(Command::Arrange { view: CLOUD, arrangement });
    desk.head(CLOUD, |head| head.row_count == 1 && head.left_out_count == 1).await;
    let parent = desk.cloud("B");
    desk.send(Command::Rename { parent, key: desk.node("B/same.txt"), name: "other.txt".into() });
    desk.head(CLOUD, |head| head.signs.is_none() && head.row_count == 2).await;
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_whose_folder_is_gone_is_found_by_its_path() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.folder("Photos");
        },
        |_| {},
    );
    let first = desk.open_cloud("Photos").await;
    desk.open_cloud("").await;
    desk.ann.delete("Photos").unwrap();
    desk.ann.folder("Photos");
    desk.send(Command::Refresh { view: CLOUD });
    let new = desk.node("Photos");
    loop {
        desk.head(CLOUD, |_| true).await;
        if desk.rows(CLOUD).await.iter().any(|row| row.entry.key == new) {
            break;
        }
    }
    desk.send(Command::OpenKept { view: CLOUD, location: first.location.clone(), path: first.title });
    let head = desk.head(CLOUD, |head| head.title == "work:/Photos").await;
    assert_ne!(head.location, first.location);
}
