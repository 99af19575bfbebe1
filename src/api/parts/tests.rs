//! Ranges of six-part files from servers of which one or more misbehave: the right bytes, or one honest error.
//! Whole downloads are in `tests/transfer.rs`.

use std::sync::Mutex;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use proptest::prelude::*;

use super::*;
use crate::api::transport::{BodyStream, Request, Response, TransportError};
use crate::crypto::raid::ENOUGH;

/// Six servers with a part each.
struct Servers {
    file: Vec<u8>,
    /// Bytes of a piece of a body.
    piece: usize,
    conduct: [Conduct; PARTS],
    /// Requests so far: part, first byte, last byte.
    asked: Mutex<Vec<(usize, usize, usize)>>,
    /// Bytes given so far, of each part.
    given: Mutex<[usize; PARTS]>,
}

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Conduct {
    Good,
    /// This status instead of a body.
    Refuses(u16),
    /// The line breaks after so many bytes of a body.
    Breaks(usize),
    /// Falls silent for ever after so many bytes.
    Silent(usize),
    /// Bodies lack so many bytes at their end, or have more, and nothing announces it.
    Short(usize),
    Long(usize),
    /// Announces another length.
    Announces(u64),
    /// A pause before each piece.
    Slow(Duration),
}

impl Servers {
    fn new(file: Vec<u8>) -> Self {
        Self {
            file,
            piece: 1 << 14,
            conduct: [Conduct::Good; PARTS],
            asked: Mutex::default(),
            given: Mutex::default(),
        }
    }

    fn with(mut self, part: usize, conduct: Conduct) -> Self {
        self.conduct[part] = conduct;
        self
    }

    /// The transport that leads to them, and the file as a client knows it.
    fn open(self) -> (Arc<Self>, Arc<Parts>) {
        let addresses = std::array::from_fn(|part| format!("http://localhost/{part}").parse().unwrap());
        let parts = Arc::new(Parts::new(addresses, self.file.len() as u64));
        (Arc::new(self), parts)
    }

    fn parts_asked(&self) -> Vec<usize> {
        let mut parts: Vec<usize> = self.asked.lock().unwrap().iter().map(|asked| asked.0).collect();
        parts.sort_unstable();
        parts
    }

    fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }
}

impl Transport for Arc<Servers> {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let path = request.url.path().to_owned();
        let (part, range) = path[1..].split_once('/').unwrap();
        let (first, last) = range.split_once('-').unwrap();
        let (part, first, last): (usize, usize, usize) =
            (part.parse().unwrap(), first.parse().unwrap(), last.parse().unwrap());
        self.asked.lock().unwrap().push((part, first, last));
        let mut headers = HeaderMap::new();
        let mut status = StatusCode::OK;
        let whole = raid::part_of(part, &self.file);
        let mut bytes = whole.get(first..=last).unwrap_or_default().to_vec();
        let mut ending: BodyStream = stream::empty().boxed();
        let mut pause = Duration::ZERO;
        match self.conduct[part] {
            Conduct::Good => {
                headers.insert(CONTENT_LENGTH, bytes.len().into());
            }
            Conduct::Refuses(refusal) => {
                status = StatusCode::from_u16(refusal).unwrap();
                bytes.clear();
            }
            Conduct::Breaks(after) => {
                bytes.truncate(after);
                let broken = TransportError::Broken { host: "server".into(), source: "cut".into() };
                ending = stream::once(async { Err(broken) }).boxed();
            }
            Conduct::Silent(after) => {
                bytes.truncate(after);
                ending = stream::pending().boxed();
            }
            Conduct::Short(missing) => bytes.truncate(bytes.len().saturating_sub(missing)),
            Conduct::Long(more) => bytes.resize(bytes.len() + more, 0),
            Conduct::Announces(len) => {
                headers.insert(CONTENT_LENGTH, len.into());
            }
            Conduct::Slow(each) => pause = each,
        }
        let pieces: Vec<Bytes> = bytes.chunks(self.piece).map(Bytes::copy_from_slice).collect();
        let servers = self.clone();
        let body = stream::iter(pieces).then(move |piece| {
            let servers = servers.clone();
            async move {
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                servers.given.lock().unwrap()[part] += piece.len();
                Ok(piece)
            }
        });
        async move { Ok(Response { status, headers, body: body.chain(ending).boxed() }) }.boxed()
    }
}

fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    crate::crypto::mac::apply_ctr(&[7; 16], &[3; 8], 0, &mut bytes);
    bytes
}

fn body(servers: &Arc<Servers>, parts: &Arc<Parts>, first: usize, last: usize) -> RangeBody {
    let transport: Arc<dyn Transport> = Arc::new(Arc::clone(servers));
    parts.open(&transport, first as u64, last as u64)
}

async fn read(
    servers: &Arc<Servers>,
    parts: &Arc<Parts>,
    first: usize,
    last: usize,
) -> Result<Vec<u8>, StorageError> {
    body(servers, parts, first, last)
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
}

/// Five windows and a bit.
const LARGE: usize = 5 * WINDOW + 1234;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_range_is_the_same_without_any_part(
        size in prop_oneof![1..600usize, 1..LARGE],
        (from, to) in (0.0..1.0f64, 0.0..1.0f64),
        missing in prop::option::of(0..PARTS),
        conduct in prop_oneof![
            Just(Conduct::Refuses(404)), Just(Conduct::Short(1)), (0..99_999usize).prop_map(Conduct::Breaks),
        ],
        piece in prop_oneof![1..40usize, 1000..200_000usize],
    ) {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss,
            reason = "any place in the file will do")]
        let place = |at: f64| (at * size as f64) as usize;
        let (first, last) = (place(from.min(to)), place(from.max(to)));
        let mut servers = Servers::new(noise(size));
        servers.piece = if size < 2000 { piece } else { piece.max(500) };
        if let Some(missing) = missing {
            servers.conduct[missing] = conduct;
        }
        let (servers, parts) = servers.open();
        let read = block_on(read(&servers, &parts, first, last));
        prop_assert!(read.unwrap() == servers.file[first..=last]);
        prop_assert!(servers.asked.lock().unwrap().len() <= PARTS);
    }
}

#[tokio::test(start_paused = true)]
async fn five_parts_are_read_each_byte_once_and_the_parity_is_not() {
    let (servers, parts) = Servers::new(noise(LARGE)).open();
    assert!(read(&servers, &parts, 0, LARGE - 1).await.unwrap() == servers.file);
    assert_eq!(servers.parts_asked(), [1, 2, 3, 4, 5]);
    assert_eq!(servers.given.lock().unwrap().iter().sum::<usize>(), LARGE);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_fails_is_replaced_from_the_window_on_and_left_out_from_then_on() {
    let (servers, parts) = Servers::new(noise(LARGE)).with(3, Conduct::Breaks(100_000)).open();
    assert!(read(&servers, &parts, 0, LARGE - 1).await.unwrap() == servers.file);
    let window_share = WINDOW / ENOUGH;
    let (part, first, _) = servers.asked.lock().unwrap()[5];
    assert_eq!((part, first), (0, 3 * window_share), "the fourth window");
    servers.forget();
    assert!(read(&servers, &parts, 80, 239).await.unwrap() == servers.file[80..240]);
    assert_eq!(servers.parts_asked(), [0, 1, 2, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn two_failures_end_a_range_with_what_can_be_helped() {
    for (second, third) in [(404, 503), (503, 404), (404, 404)] {
        let servers = Servers::new(noise(LARGE)).with(2, Conduct::Refuses(second));
        let (servers, parts) = servers.with(4, Conduct::Refuses(third)).open();
        let failed = read(&servers, &parts, 0, LARGE - 1).await.unwrap_err();
        assert!(matches!(failed, StorageError::UrlExpired), "{failed}");
    }
    let servers = Servers::new(noise(LARGE)).with(0, Conduct::Refuses(503));
    let (servers, parts) = servers.with(4, Conduct::Refuses(429)).open();
    let failed = read(&servers, &parts, 0, LARGE - 1).await.unwrap_err();
    assert!(matches!(failed, StorageError::TooManyConnections), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn what_had_arrived_before_the_second_failure_is_not_lost() {
    let servers = Servers::new(noise(LARGE)).with(1, Conduct::Breaks(40_000));
    let (servers, parts) = servers.with(2, Conduct::Breaks(80_000)).open();
    let mut body = body(&servers, &parts, 0, LARGE - 1);
    let mut arrived = Vec::new();
    while let Ok(piece) = body.next().await.unwrap() {
        arrived.extend_from_slice(&piece);
    }
    assert!(body.next().await.is_none(), "an error is the end");
    assert_eq!(arrived.len(), 2 * WINDOW);
    assert!(arrived == servers.file[..arrived.len()]);
}

#[tokio::test(start_paused = true)]
async fn a_used_up_quota_is_nothing_that_another_part_could_help() {
    let (servers, parts) = Servers::new(noise(1000)).with(5, Conduct::Refuses(509)).open();
    let failed = read(&servers, &parts, 0, 999).await.unwrap_err();
    assert!(matches!(failed, StorageError::Quota { seconds: 3600 }), "{failed}");
    assert_eq!(servers.parts_asked(), [1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_wrong_length_is_as_good_as_none() {
    for wrong in [Conduct::Short(1), Conduct::Long(1), Conduct::Long(1 << 20), Conduct::Announces(7)] {
        let (servers, parts) = Servers::new(noise(LARGE)).with(2, wrong).open();
        assert!(read(&servers, &parts, 7, LARGE - 1).await.unwrap() == servers.file[7..], "{wrong:?}");
        assert_eq!(servers.parts_asked(), [0, 1, 2, 3, 4, 5], "{wrong:?}");
        let (servers, parts) = Servers::new(noise(LARGE)).with(2, wrong).with(0, wrong).open();
        let failed = read(&servers, &parts, 7, LARGE - 1).await.unwrap_err();
        assert!(matches!(failed, StorageError::WrongLength { .. }), "{wrong:?}: {failed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_part_is_replaced_while_the_others_wait() {
    for after in [0, 70_000] {
        let (servers, parts) = Servers::new(noise(LARGE)).with(4, Conduct::Silent(after)).open();
        let start = Instant::now();
        assert!(read(&servers, &parts, 0, LARGE - 1).await.unwrap() == servers.file);
        assert_eq!(start.elapsed().as_secs(), TOO_LONG.as_secs(), "{after}");
        assert_eq!(servers.parts_asked(), [0, 1, 2, 3, 4, 5]);
        servers.forget();
        read(&servers, &parts, 0, 99).await.unwrap();
        assert_eq!(servers.parts_asked(), [0, 1, 2, 3, 5]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_part_is_better_than_none() {
    let slow = Conduct::Slow(Duration::from_secs(4));
    let (servers, parts) = Servers::new(noise(LARGE)).with(4, slow).with(0, Conduct::Refuses(503)).open();
    assert!(read(&servers, &parts, 0, LARGE - 1).await.unwrap() == servers.file);
}

#[tokio::test(start_paused = true)]
async fn a_part_slower_than_the_others_is_left_out_of_the_next_range() {
    let (servers, parts) =
        Servers::new(noise(LARGE)).with(2, Conduct::Slow(Duration::from_millis(100))).open();
    assert!(read(&servers, &parts, 0, LARGE - 1).await.unwrap() == servers.file);
    assert_eq!(servers.parts_asked(), [1, 2, 3, 4, 5], "it is not that bad");
    servers.forget();
    assert!(read(&servers, &parts, 0, LARGE - 1).await.unwrap() == servers.file);
    assert_eq!(servers.parts_asked(), [0, 1, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_slow_for_all_parts_blames_none() {
    let mut servers = Servers::new(noise(LARGE));
    servers.conduct = [Conduct::Slow(Duration::from_secs(3)); PARTS];
    let (servers, parts) = servers.open();
    for _ in 0..2 {
        assert!(read(&servers, &parts, 0, LARGE - 1).await.unwrap() == servers.file);
        assert_eq!(servers.parts_asked(), [1, 2, 3, 4, 5]);
        servers.forget();
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_ahead_of_the_window() {
    let (servers, parts) = Servers::new(noise(LARGE)).open();
    let mut body = body(&servers, &parts, 0, LARGE - 1);
    let first = body.next().await.unwrap().unwrap();
    assert_eq!(first.len(), WINDOW);
    let share = WINDOW / ENOUGH;
    for given in servers.given.lock().unwrap().iter().skip(1) {
        assert!((share..share + servers.piece).contains(given), "{given}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_beyond_the_end_gives_what_there_is() {
    let (servers, parts) = Servers::new(noise(500)).open();
    assert!(read(&servers, &parts, 490, 9999).await.unwrap() == servers.file[490..]);
    assert_eq!(read(&servers, &parts, 500, 9999).await.unwrap(), [0; 0]);
    let (servers, _) = Servers::new(Vec::new()).open();
    let address = |part| format!("http://localhost/{part}").parse().unwrap();
    let endless = Arc::new(Parts::new(std::array::from_fn(address), u64::MAX));
    let end = usize::MAX;
    let failed = read(&servers, &endless, end - 5, end).await.unwrap_err();
    assert!(matches!(failed, StorageError::WrongLength { .. }), "{failed}");
}
