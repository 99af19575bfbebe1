//! Pictures of who sees what: an entry's link and people, the page of links, versions, and the question before an import.
#![cfg(test)]

mod screen;

use megapane::message::{
    Event, LinkRow, Person, Problem, ProblemKind, PublicLink, ShareAccess, Shareable, SharedSubject,
    SharingEvent, VersionList, VersionRow,
};
use megapane::secret::Secret;
use megapane::ui::state::AppState;
use screen::{fill, picture, pull_about, state, tell, type_in};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn pictures(name: &str, make: impl Fn(&mut AppState)) {
    for (width, height) in SIZES {
        let mut state = state(width, height);
        fill(&mut state);
        make(&mut state);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&state));
        pull_about(&mut state);
    }
    let mut small = state(20, 5);
    fill(&mut small);
    make(&mut small);
    assert_eq!(picture(&small).lines().count(), 5);
}

fn node(letter: char) -> Shareable {
    Shareable { account: "work".to_owned(), node: letter.to_string().repeat(8).parse().unwrap() }
}

fn subject(is_folder: bool, link: PublicLink, people: Vec<Person>) -> Event {
    let name = if is_folder { "Lisbon" } else { "beach\u{1b}[2J.jpg" }.to_owned();
    let subject = SharedSubject { subject: node('a'), name, is_folder, link, people };
    Event::Sharing(SharingEvent::Subject(subject))
}

fn person(who: &str, access: ShareAccess, is_invited: bool) -> Person {
    Person { who: who.to_owned(), access, is_invited }
}

fn link(kind: &str, key: usize) -> Secret {
    Secret::new(format!("https://mega.nz/{kind}/AbCdEfGh#{}", "k".repeat(key)))
}

fn open_link(kind: &str, key: usize, expires: Option<i64>) -> PublicLink {
    PublicLink::Known { link: link(kind, key), expires }
}

#[test]
fn a_file_without_a_link() {
    pictures("sharing_file", |state| {
        type_in(state, "<Tab>js");
        tell(state, subject(false, PublicLink::None, Vec::new()));
    });
}

#[test]
fn a_folder_with_a_link_and_people() {
    pictures("sharing_folder", |state| {
        type_in(state, "<Tab>js");
        let people = vec![
            person("ben@example.org", ShareAccess::Read, false),
            person("a-very-long-address-of-somebody@a-very-long-domain.example.org", ShareAccess::Full, true),
        ];
        tell(state, subject(true, open_link("folder", 22, None), people));
        type_in(state, "j");
    });
}

#[test]
fn somebody_is_being_added() {
    pictures("sharing_new", |state| {
        type_in(state, "<Tab>js");
        tell(state, subject(true, PublicLink::None, Vec::new()));
        type_in(state, "aben@exam<Tab>");
    });
}

#[test]
fn the_page_of_links() {
    pictures("sharing_links", |state| {
        type_in(state, "<Tab>gl");
        let row = |letter: char, path: &str, expires| LinkRow {
            subject: node(letter),
            path: path.to_owned(),
            link: Some(link("file", 43)),
            expires,
        };
        let links = vec![
            row('a', "Documents/Recipes/Pasteis de nata.md", None),
            row('b', "Photos/2024/Garden", Some(1_800_000_000)),
        ];
        tell(state, Event::Sharing(SharingEvent::Links { account: "work".to_owned(), links }));
    });
}

#[test]
fn a_removal_that_failed_cannot_be_taken_back() {
    let mut state = state(80, 24);
    fill(&mut state);
    type_in(&mut state, "<Tab>gl");
    let links = vec![LinkRow { subject: node('a'), path: "a.txt".to_owned(), link: None, expires: None }];
    tell(&mut state, Event::Sharing(SharingEvent::Links { account: "work".to_owned(), links }));
    type_in(&mut state, "x");
    assert!(picture(&state).contains("takes it back"), "{}", picture(&state));
    tell(
        &mut state,
        Event::Failed(Problem::new(ProblemKind::Permanent, "Cannot remove the public link", "")),
    );
    assert!(!picture(&state).contains("takes it back"), "{}", picture(&state));
}

#[test]
fn what_is_deleted_elsewhere_shows_no_link_any_more() {
    let mut state = state(80, 24);
    fill(&mut state);
    type_in(&mut state, "<Tab>js");
    tell(&mut state, subject(true, open_link("folder", 22, None), Vec::new()));
    type_in(&mut state, "aben@");
    tell(&mut state, Event::Sharing(SharingEvent::Gone(node('b'))));
    assert!(picture(&state).contains("https://mega.nz"), "that is another one: {}", picture(&state));
    tell(&mut state, Event::Sharing(SharingEvent::Gone(node('a'))));
    let shown = picture(&state);
    assert!(shown.contains("no longer there") && !shown.contains("https://mega.nz"), "{shown}");
    type_in(&mut state, "exam.org<Enter>yd");
    assert!(picture(&state).contains("no longer there"), "no key goes to the panes: {}", picture(&state));
    type_in(&mut state, "<Esc>");
    assert!(state.dialogs.is_empty());
}

#[test]
fn a_password_that_could_not_be_put_on_a_link_is_told_and_no_longer_waited_for() {
    let mut state = state(80, 24);
    fill(&mut state);
    type_in(&mut state, "<Tab>js");
    tell(&mut state, subject(false, open_link("file", 43, None), Vec::new()));
    type_in(&mut state, "psecret<Enter>");
    assert!(picture(&state).contains("putting the password on it"), "{}", picture(&state));
    let problem = Problem::new(ProblemKind::Permanent, "Cannot put a password on the link", "");
    tell(&mut state, Event::Sharing(SharingEvent::NotProtected { subject: node('a'), problem }));
    let shown = picture(&state);
    assert!(shown.contains("Cannot put a password on the link"), "{shown}");
    assert!(!shown.contains("putting the password on it") && shown.contains("https://mega.nz"), "{shown}");
}

#[test]
fn versions_of_a_file_that_is_gone_are_none() {
    let mut state = state(80, 24);
    fill(&mut state);
    type_in(&mut state, "<Tab>jgV");
    tell(&mut state, Event::Sharing(SharingEvent::Gone(node('a'))));
    assert!(picture(&state).contains("no longer there"), "{}", picture(&state));
    type_in(&mut state, "<Esc>");
    assert!(state.dialogs.is_empty());
}

#[test]
fn versions_of_a_file() {
    pictures("sharing_versions", |state| {
        type_in(state, "<Tab>jgV");
        let version = |letter: char, size, time| VersionRow { node: node(letter).node, size, time };
        let versions = vec![version('b', 12_000, 1_717_200_000), version('c', 900, 1_700_000_000)];
        let (file, name) = (node('a'), "report.odt".to_owned());
        tell(state, Event::Versions(VersionList { file, name, size: 14_000, time: 1_720_000_000, versions }));
        type_in(state, "jD");
    });
}

#[test]
fn a_folder_that_is_shared_with_more_people_than_have_room() {
    pictures("sharing_many", |state| {
        type_in(state, "<Tab>js");
        let people = (1..=30).map(|number| {
            person(&format!("person-{number}@example.org"), ShareAccess::Write, number % 7 == 0)
        });
        tell(state, subject(true, open_link("folder", 22, None), people.collect()));
        type_in(state, &"j".repeat(20));
    });
}

#[test]
fn what_can_be_done_with_a_version() {
    pictures("sharing_version_keys", |state| {
        type_in(state, "<Tab>jgV");
        let version = |number: i64| VersionRow {
            node: node('b').node,
            size: 12_000,
            time: 1_717_200_000 - number * 86_400,
        };
        let (file, name, versions) = (node('a'), "report.odt".to_owned(), (1..=40).map(version).collect());
        tell(state, Event::Versions(VersionList { file, name, size: 14_000, time: 1_720_000_000, versions }));
        type_in(state, "jjj");
    });
}

#[test]
fn the_password_of_a_link() {
    pictures("sharing_password", |state| {
        let (view, link) = (state.pane().view, Secret::new("https://mega.nz/#P!AAAA".to_owned()));
        tell(state, Event::Sharing(SharingEvent::Locked { view, link, is_refused: true }));
        type_in(state, "secret");
    });
}

#[test]
fn the_end_of_a_link_while_it_is_typed() {
    pictures("sharing_end", |state| {
        type_in(state, "<Tab>js");
        tell(state, subject(false, open_link("file", 43, Some(1_724_000_000)), Vec::new()));
        type_in(state, "e3w");
    });
}

#[test]
fn an_end_that_is_none() {
    pictures("sharing_no_end", |state| {
        type_in(state, "<Tab>js");
        tell(state, subject(false, PublicLink::None, Vec::new()));
        type_in(state, "esoon<Enter>");
    });
}

#[test]
fn a_link_that_has_ended() {
    pictures("sharing_ended", |state| {
        type_in(state, "<Tab>js");
        let people = vec![person("ben@example.org", ShareAccess::Read, false)];
        tell(state, subject(true, open_link("folder", 22, Some(1_720_000_000)), people));
    });
}

#[test]
fn a_password_while_it_is_typed() {
    pictures("sharing_protecting", |state| {
        type_in(state, "<Tab>js");
        tell(state, subject(false, open_link("file", 43, None), Vec::new()));
        type_in(state, "psecret");
        assert!(!picture(state).contains("secret"));
    });
}

#[test]
fn a_link_under_a_password() {
    pictures("sharing_protected", |state| {
        type_in(state, "<Tab>js");
        tell(state, subject(true, open_link("folder", 22, Some(1_724_000_000)), Vec::new()));
        type_in(state, "psecret<Enter>");
        let link = Secret::new(format!("https://mega.nz/#P!{}", "k".repeat(118)));
        tell(state, Event::Sharing(SharingEvent::Protected { subject: node('a'), link }));
    });
}
