//! [`SmallPool`]: the storage connections that small files share. It grows while all goes well and shrinks when a server
//! objects; the movers send their requests through it. Addresses and puts of small files do not count: far more of them
//! may be asked for than there are connections, so that none of these ever waits for an address.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::api::storage::StorageError;

/// Lets so many requests through at once. Clones share the places.
#[derive(Clone, Debug)]
pub(crate) struct SmallPool {
    places: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// Requests at once.
    limit: usize,
    /// Requests that went well since the limit changed.
    calm_count: usize,
    /// Counts objections: requests that began before the last one were part of the same crowd.
    era: u64,
    /// Places that are still taken though the limit has fallen; they go when they become free.
    surplus: usize,
}

impl SmallPool {
    /// Carries a request out when there is a place for it, and learns from how it ends.
    pub(crate) async fn run<T>(
        &self,
        request: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, StorageError> {
        let place = self.places.acquire().await;
        let place = place.unwrap_or_else(|_closed| unreachable!("the semaphore is never closed"));
        let era = self.state().era;
        let result = request.await;
        let mut state = self.state();
        match &result {
            Ok(_) => self.places.add_permits(state.thicken()),
            Err(StorageError::TooManyConnections) if era == state.era => state.thin_out(),
            Err(_) => {}
        }
        if state.surplus > 0 {
            state.surplus -= 1;
            place.forget();
        }
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for SmallPool {
    fn default() -> Self {
        let state = State { limit: LIMITS.0, calm_count: 0, era: 0, surplus: 0 };
        Self { places: Arc::new(Semaphore::new(LIMITS.0)), state: Arc::new(Mutex::new(state)) }
    }
}

impl State {
    /// Takes note of a request that went well, and returns how many places there are more.
    fn thicken(&mut self) -> usize {
        self.calm_count += 1;
        if self.calm_count < self.limit || self.limit == LIMITS.1 {
            return 0;
        }
        self.calm_count = 0;
        let more = self.limit.min(LIMITS.1 - self.limit);
        self.limit += more;
        let kept = more.min(self.surplus);
        self.surplus -= kept;
        more - kept
    }

    fn thin_out(&mut self) {
        let limit = (self.limit / 2).max(1);
        self.surplus += self.limit - limit;
        self.limit = limit;
        self.calm_count = 0;
        self.era += 1;
    }
}

/// Requests at once: at the start, and at most (design.md 3.1).
const LIMITS: (usize, usize) = (8, 32);

#[cfg(test)]
mod tests {
    use tokio::sync::{mpsc, oneshot};
    use tokio::task::JoinSet;

    use super::*;

    /// Ends a request.
    type End = oneshot::Sender<Result<(), StorageError>>;

    /// Requests that go through the pool and end when they are told to.
    struct Scene {
        pool: SmallPool,
        requests: JoinSet<()>,
        arrivals: mpsc::UnboundedReceiver<End>,
        begin: mpsc::UnboundedSender<End>,
    }

    impl Scene {
        fn new(count: usize) -> Self {
            let (begin, arrivals) = mpsc::unbounded_channel();
            let mut scene = Self { pool: SmallPool::default(), requests: JoinSet::new(), arrivals, begin };
            for _ in 0..count {
                let (pool, begin) = (scene.pool.clone(), scene.begin.clone());
                scene.requests.spawn(async move {
                    let request = async {
                        let (end, ended) = oneshot::channel();
                        begin.send(end).unwrap();
                        ended.await.unwrap()
                    };
                    let _ = pool.run(request).await;
                });
            }
            scene
        }

        /// Lets everything run that can, and returns the ends of the requests that have begun since.
        async fn begun(&mut self) -> Vec<End> {
            for _ in 0..1000 {
                tokio::task::yield_now().await;
            }
            std::iter::from_fn(|| self.arrivals.try_recv().ok()).collect()
        }
    }

    fn end_all(requests: Vec<End>, result: fn() -> Result<(), StorageError>) {
        for end in requests {
            end.send(result()).unwrap();
        }
    }

    fn refused() -> Result<(), StorageError> {
        Err(StorageError::TooManyConnections)
    }

    #[tokio::test]
    async fn it_doubles_while_all_goes_well_up_to_its_most() {
        let mut scene = Scene::new(200);
        for expected in [8, 16, 32, 32] {
            let begun = scene.begun().await;
            assert_eq!(begun.len(), expected);
            end_all(begun, || Ok(()));
        }
    }

    #[tokio::test]
    async fn a_crowd_that_is_refused_halves_it_once() {
        let mut scene = Scene::new(200);
        for _ in 0..2 {
            end_all(scene.begun().await, || Ok(()));
        }
        let crowd = scene.begun().await;
        assert_eq!(crowd.len(), 32);
        end_all(crowd, refused);
        let fewer = scene.begun().await;
        assert_eq!(fewer.len(), 16);
        end_all(fewer, refused);
        assert_eq!(scene.begun().await.len(), 8);
    }

    #[tokio::test]
    async fn one_connection_is_always_left_and_other_failures_change_nothing() {
        let mut scene = Scene::new(100);
        for expected in [8, 4, 2, 1, 1] {
            let begun = scene.begun().await;
            assert_eq!(begun.len(), expected);
            end_all(begun, refused);
        }
        let mut last = scene.begun().await;
        last.pop().unwrap().send(Err(StorageError::Busy)).unwrap();
        assert_eq!(scene.begun().await.len(), 1);
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_gives_its_place_back() {
        let mut scene = Scene::new(8);
        assert_eq!(scene.begun().await.len(), 8);
        scene.requests.shutdown().await;
        assert_eq!(scene.pool.places.available_permits(), 8);
    }
}
