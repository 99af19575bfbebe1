//! Answers already given, by request id: a batch that comes again with the same bytes is answered from here and not carried
//! out twice. `batch` asks. Only so many answers are remembered; a longer one than that is not kept.

use std::collections::VecDeque;

use bytes::Bytes;

/// The last answers of each session.
#[derive(Default)]
pub(crate) struct Replays {
    answers: VecDeque<Replay>,
}

struct Replay {
    /// Session and request id.
    key: (String, String),
    request: Bytes,
    answer: Vec<Bytes>,
}

impl Replays {
    /// The answer given to this very request before. A known id with another body is a new request: some clients
    /// count from the clock, and two of them may start in the same second.
    pub(crate) fn recall(&self, key: &(String, String), request: &Bytes) -> Option<Vec<Bytes>> {
        let same = |replay: &&Replay| replay.key == *key && replay.request == *request;
        self.answers.iter().rev().find(same).map(|replay| replay.answer.clone())
    }

    /// Remembers an answer, unless it is so long that it can only be a listing.
    pub(crate) fn remember(&mut self, key: (String, String), request: Bytes, answer: &[Bytes]) {
        if answer.iter().map(Bytes::len).sum::<usize>() > LONGEST_KEPT {
            return;
        }
        self.answers.push_back(Replay { key, request, answer: answer.to_vec() });
        if self.answers.len() > ANSWERS_KEPT {
            self.answers.pop_front();
        }
    }
}

/// Answers kept for all sessions together.
const ANSWERS_KEPT: usize = 256;

/// Bytes of the longest answer kept.
const LONGEST_KEPT: usize = 1 << 20;
