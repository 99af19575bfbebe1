//! Who looks at a listing while it arrives ([`Onlooker`]), and when ([`Looks`]): as soon as another folder is wanted, and
//! otherwise now and then, seldomer the longer it takes. `listing` asks; the worker says which folders its panes want.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::entry::CloudFolder;
use crate::tree::Glimpse;

/// Somebody who wants to see folders before their whole account is there.
pub struct Onlooker {
    wanted: watch::Receiver<Vec<CloudFolder>>,
    show: Box<dyn FnMut(Glimpse) + Send>,
}

impl Onlooker {
    /// Makes one that wants the folders that are in the channel, and is shown what has come of them.
    pub fn new(
        wanted: watch::Receiver<Vec<CloudFolder>>,
        show: impl FnMut(Glimpse) + Send + 'static,
    ) -> Self {
        Self { wanted, show: Box::new(show) }
    }
}

/// Begins to look at a listing, where there is somebody who does. What is seen goes to the second half.
pub(super) fn look(onlooker: Option<&mut Onlooker>) -> (Looks<'_>, impl FnMut(Glimpse) + Send) {
    let (wanted, mut show) = onlooker.map(|onlooker| (&mut onlooker.wanted, &mut onlooker.show)).unzip();
    let began = Instant::now();
    let looks = Looks { wanted, began, next: began + SHORTEST_PAUSE, has_news: false };
    let show = move |glimpse| {
        if let Some(show) = &mut show {
            show(glimpse);
        }
    };
    (looks, show)
}

/// The looks at one listing.
pub(super) struct Looks<'o> {
    wanted: Option<&'o mut watch::Receiver<Vec<CloudFolder>>>,
    began: Instant,
    /// When it is time for the next one, whether or not another folder is wanted.
    next: Instant,
    /// Something has come since the last one.
    has_news: bool,
}

impl Looks<'_> {
    /// Notes that more has come.
    pub(super) const fn arrived(&mut self) {
        self.has_news = true;
    }

    /// Waits until it is time for a look, and returns at which folders. May be left at any time.
    pub(super) async fn due(&mut self) -> Vec<CloudFolder> {
        let Some(wanted) = &mut self.wanted else { return pending().await };
        loop {
            let is_wanted = self.has_news && !wanted.borrow().is_empty();
            tokio::select! {
                changed = wanted.changed() => if changed.is_err() {
                    return pending().await; // nobody is left who could want anything
                },
                () = sleep_until(self.next), if is_wanted => {}
            }
            let folders = wanted.borrow_and_update().clone();
            if !folders.is_empty() {
                let now = Instant::now();
                self.next =
                    now + (now.duration_since(self.began) / PART).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
                self.has_news = false;
                return folders;
            }
        }
    }
}

/// Between two looks passes such a part of the time that the listing has taken.
const PART: u32 = 4;

/// What is there sooner is not worth a look before.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

const LONGEST_PAUSE: Duration = Duration::from_secs(3);
