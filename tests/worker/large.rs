//! Folders of more entries than the loop goes through itself: looks for a row, marks and sums run beside it, and what comes
//! behind them is about what they have done.

use megapane::message::*;

use crate::desk::*;

const COUNT: u64 = 10_500;

async fn desk() -> Desk {
    let mut desk = Desk::with(
        |_, disk| {
            for number in 0..COUNT {
                std::fs::write(
                    disk.join(format!("{number:05}.txt")),
                    if number == 7 { "1234567" } else { "" },
                )
                .unwrap();
            }
        },
        |_| {},
    );
    desk.open_disk("").await;
    desk
}

fn mark(pattern: &str) -> Command {
    let change = MarkChange::Pattern { pattern: pattern.into(), on: true };
    Command::Mark { view: DISK, change }
}

#[tokio::test(start_paused = true)]
async fn commands_behind_a_change_of_all_marks_are_about_the_marks_that_it_made() {
    let mut desk = desk().await;
    desk.send(mark("*7.txt"));
    desk.send(Command::Mark { view: DISK, change: MarkChange::Invert });
    desk.send(Command::Mark { view: DISK, change: MarkChange::Range { first: 0, last: 4, on: false } });
    desk.send(Command::WhenAnswered { view: DISK, number: 1 });
    let head = desk.answered(DISK, 1).await;
    assert_eq!((head.marked_count, head.marked_bytes, head.bytes), (COUNT - COUNT / 10 - 5, 0, 7));
    desk.send(Command::Mark { view: DISK, change: MarkChange::None });
    desk.send(mark("0000?.txt"));
    desk.send(Command::WhenAnswered { view: DISK, number: 2 });
    let head = desk.answered(DISK, 2).await;
    assert_eq!((head.marked_count, head.marked_bytes), (10, 7));
}

#[tokio::test(start_paused = true)]
async fn of_several_looks_for_a_row_only_the_last_is_answered_and_what_follows_waits_for_it() {
    let mut desk = desk().await;
    desk.seen.clear();
    for text in ["00003", "00004", "09999"] {
        desk.send(Command::Find { view: DISK, text: text.into(), from: 0, backwards: false });
    }
    desk.send(Command::WhenAnswered { view: DISK, number: 1 });
    desk.until(|event| (*event == Event::Answered { view: DISK, number: 1 }).then_some(())).await;
    let found: Vec<Option<u64>> = desk
        .seen
        .iter()
        .filter_map(|event| if let Event::Found { row, .. } = event { Some(*row) } else { None })
        .collect();
    assert_eq!(found, [Some(9999)]);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_the_rows_have_left_behind_is_done_again_on_those_that_are_there() {
    let mut desk = desk().await;
    desk.send(Command::Find { view: DISK, text: "00004".into(), from: 0, backwards: false });
    desk.send(Command::Mark { view: DISK, change: MarkChange::Range { first: 0, last: 0, on: true } });
    let row = desk.until(|event| if let Event::Found { row, .. } = event { Some(*row) } else { None }).await;
    assert_eq!(row, Some(4));
}

#[tokio::test(start_paused = true)]
async fn what_a_large_folder_comes_to_is_told_once_it_is_added_up() {
    let mut desk = desk().await;
    let place = desk.local("");
    let question = UsageQuestion { usage: UsageId(1), place, order: UsageOrder::Size, anew: false };
    desk.send(Command::Usage(question));
    let sheet = desk
        .until(|event| match event {
            Event::Usage(sheet) if sheet.is_complete => Some(sheet.clone()),
            _ => None,
        })
        .await;
    assert_eq!((sheet.bytes, sheet.file_count, sheet.problem), (7, COUNT, None));
}
