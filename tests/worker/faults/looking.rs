//! Everything that only looks, from the login on: folders opened and read anew, searches, what takes the space, offers for
//! a typed path, sums, contents, changes of others as they happen; and all of that once more from what was kept. What is
//! shown is right, or it is told that it cannot be shown.

use megapane::message::*;

use super::trial::{TIME, TRIES, Trial, Trouble};
use crate::desk::*;

const FILM: usize = 300_000;

pub(super) async fn run(trouble: Trouble) {
    let mut trial = Trial::from_the_start(trouble, |ann, _| {
        ann.file("Photos/Lisbon/castle.jpg", &[1; 2000], TIME);
        ann.file("Photos/a.jpg", &[2; 100], TIME);
        ann.file("film", &film(), TIME);
    });
    trial.desk.send(Command::Login(login()));
    trial.ready().await;
    look(&mut trial, 3).await;
    trial.desk.ann.file("Photos/new.jpg", b"from elsewhere", TIME);
    trial
        .wait(|event| {
            matches!(event, Event::View(head) if head.view == CLOUD && head.row_count == 3).then_some(())
        })
        .await;
    trial.restart();
    look(&mut trial, 4).await;
    trial.ends_well().await;
}

async fn look(trial: &mut Trial, file_count: u64) {
    let drive = trial.desk.cloud("");
    let names = |rows: Vec<Row>| rows.into_iter().map(|row| row.entry.name).collect::<Vec<_>>();
    assert_eq!(names(trial.rows(drive.clone()).await), ["Photos", "film"]);
    trial.desk.send(Command::Refresh { view: CLOUD });
    assert_eq!(names(trial.rows(drive.clone()).await), ["Photos", "film"]);
    search(trial).await;
    usage(trial, file_count).await;
    measure(trial, file_count).await;
    complete(trial).await;
    content(trial).await;
    let photos = trial.desk.cloud("Photos");
    assert_eq!(names(trial.rows(photos).await).len() as u64, file_count - 1);
}

async fn search(trial: &mut Trial) {
    let (search, place) = (SearchId(1), trial.desk.cloud(""));
    let text = "castle".to_owned();
    trial.desk.send(Command::Search { search, place, reach: SearchReach::Account, text });
    let hit_count = trial.wait(|event| match event {
        Event::Hits { progress, .. } if progress.is_complete => Some(progress.hit_count),
        _ => None,
    });
    assert_eq!(hit_count.await, 1);
}

async fn usage(trial: &mut Trial, file_count: u64) {
    let (usage, place) = (UsageId(1), trial.desk.cloud(""));
    trial.desk.send(Command::Usage(UsageQuestion { usage, place, order: UsageOrder::Size, anew: false }));
    let told = trial.wait(|event| match event {
        Event::Usage(sheet) if sheet.is_complete => Some(sheet.file_count),
        _ => None,
    });
    assert_eq!(told.await, file_count);
    trial.desk.send(Command::EndUsage);
}

async fn measure(trial: &mut Trial, file_count: u64) {
    let selection =
        Selection::Entries { parent: trial.desk.cloud(""), keys: vec![trial.desk.node("Photos")] };
    trial.desk.send(Command::Measure { measure: MeasureId(1), selection });
    let told = trial.wait(|event| match event {
        Event::Measured { measured, .. } if measured.is_complete => Some(measured.file_count),
        _ => None,
    });
    assert_eq!(told.await, file_count - 1);
}

async fn complete(trial: &mut Trial) {
    let here = trial.desk.cloud("");
    trial.desk.send(Command::Complete { number: 1, here, text: "Pho".into() });
    let offered = trial.wait(|event| match event {
        Event::Offers { offers, .. } => Some(offers.common.clone()),
        _ => None,
    });
    assert_eq!(offered.await, "Photos/");
}

/// A range from the middle of a file, as the viewer reads it.
async fn content(trial: &mut Trial) {
    let (offset, len) = (140_000_u32, 70_000_u32);
    let film = film();
    let rest = &film[offset as usize..(offset + len) as usize];
    for number in 0..TRIES {
        let content = ContentId(u32::try_from(number).unwrap());
        let (parent, key) = (trial.desk.cloud(""), trial.desk.node("film"));
        let send = |trial: &Trial, command| trial.desk.send(Command::Content { content, command });
        send(trial, ContentCommand::Open { parent, key });
        send(trial, ContentCommand::Read { offset: offset.into(), len });
        let read = trial.wait(|event| match event {
            Event::Content { content: of, event: ContentEvent::Bytes { bytes, offset: at, proof, .. } }
                if *of == content && *at == u64::from(offset) =>
            {
                Some(Some((bytes.clone(), *proof)))
            }
            Event::Content { content: of, event: ContentEvent::Failed(_) } if *of == content => Some(None),
            _ => None,
        });
        let read = read.await;
        send(trial, ContentCommand::Close);
        if let Some((bytes, proof)) = read {
            // A part of a file cannot be proven, and that is said.
            let may_be_wrong = trial.trouble.fault.starts_with("flip") && proof == ContentProof::NotYet;
            assert!(!bytes.is_empty() && (may_be_wrong || rest.starts_with(&bytes)), "wrong bytes are shown");
            return;
        }
        trial.pause().await;
    }
    panic!("it is never shown");
}

fn film() -> Vec<u8> {
    (0..FILM).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect()
}
