//! Content cipher and chunk MACs in one pass, several chunks at a time. Only `mac` calls it.
//!
//! A chunk MAC is a chain: each block waits for the one before, which leaves the AES unit idle for most of the time. Up
//! to eight chunks are therefore worked on in turn, block by block, and the keystream is made in what time is left.
//! Everything runs inside one call of the cipher's back end, so that its loops are compiled for the machine's own AES.

use std::convert::Infallible;

use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit};
use aes::{Aes128Enc, Block};

use super::chunk;
use super::key::KeyBytes;

/// Which way the content goes. The MAC is always over plaintext: before encryption, after decryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Encrypt,
    Decrypt,
}

/// Where bytes come from just before they pass through the cipher, and who looks at them just after: both while they are
/// in the processor's cache. A gigabyte that is read, encrypted and summed up as a whole goes to memory three times.
pub trait Feed {
    /// Why bytes do not come.
    type Error;

    /// Fills `bytes`, which lie `at` bytes into the data.
    ///
    /// # Errors
    /// What keeps them from coming; nothing is made of the data then.
    fn fill(&mut self, at: usize, bytes: &mut [u8]) -> Result<(), Self::Error>;

    /// Looks at what `bytes`, `at` bytes into the data, have become.
    fn passed(&mut self, at: usize, bytes: &[u8]);
}

/// The bytes are there, and nobody looks.
struct InPlace;

impl Feed for InPlace {
    type Error = Infallible;

    fn fill(&mut self, _at: usize, _bytes: &mut [u8]) -> Result<(), Infallible> {
        Ok(())
    }

    fn passed(&mut self, _at: usize, _bytes: &[u8]) {}
}

/// Passes whole chunks through cipher and MAC, in place. `offset` is a chunk boundary, `data` ends on one or at the end
/// of the file. The MACs come in the order of the chunks.
pub(super) fn run(
    key: &KeyBytes,
    nonce: [u8; 8],
    offset: u64,
    data: &mut [u8],
    direction: Direction,
) -> Vec<Block> {
    match run_fed(key, nonce, offset, data, direction, &mut InPlace) {
        Ok(macs) => macs,
        Err(never) => match never {},
    }
}

/// As [`run`], of bytes that come while it runs: every one of `data` is filled once, and looked at once.
pub(super) fn run_fed<F: Feed>(
    key: &KeyBytes,
    nonce: [u8; 8],
    offset: u64,
    data: &mut [u8],
    direction: Direction,
    feed: &mut F,
) -> Result<Vec<Block>, F::Error> {
    debug_assert!(chunk::is_boundary(offset), "{offset} is inside a chunk");
    let cipher = Aes128Enc::new(key.into());
    let pass = Pass { nonce, direction };
    let mut lanes = Lane::of_chunks(nonce, offset, data);
    // The longest first: what ends early is replaced, and few lanes are left alone at the end.
    lanes.sort_by_key(|lane| std::cmp::Reverse(lane.blocks.len()));
    let mut active = 0;
    while active < lanes.len() {
        let most = lanes.len().min(active + WIDTH);
        pass.advance(&cipher, &mut lanes[active..most], feed)?;
        // The shortest of the active ones are done; they lie behind the longer ones, so bring them to the front.
        lanes[active..most].sort_by_key(Lane::steps_left);
        active += lanes[active..most].iter().take_while(|lane| lane.steps_left() == 0).count();
    }
    for lane in &mut lanes {
        pass.finish(&cipher, lane, feed)?;
    }
    lanes.sort_by_key(|lane| lane.index);
    Ok(lanes.iter().map(|lane| lane.state).collect())
}

/// One chunk on its way.
struct Lane<'a> {
    /// Place of the chunk among the chunks of this call.
    index: usize,
    /// Where in the data the next block is.
    at: usize,
    /// Whole blocks that are still to do.
    blocks: &'a mut [Block],
    /// What the file has after its last whole block, below 16 bytes.
    tail: &'a mut [u8],
    /// Counter of the next block.
    counter: u64,
    /// The MAC so far.
    state: Block,
}

impl<'a> Lane<'a> {
    fn of_chunks(nonce: [u8; 8], offset: u64, data: &'a mut [u8]) -> Vec<Self> {
        let start = Block::from(std::array::from_fn(|i| nonce[i % 8]));
        let end = offset.saturating_add(data.len() as u64);
        let mut rest = data;
        let mut lanes = Vec::new();
        let mut at = 0;
        for (index, chunk) in chunk::chunks_from(offset, end).enumerate() {
            let (bytes, after) = std::mem::take(&mut rest).split_at_mut(chunk.len as usize);
            rest = after;
            let (blocks, tail) = Block::slice_as_chunks_mut(bytes);
            lanes.push(Self { index, at, blocks, tail, counter: chunk.offset / 16, state: start });
            at += chunk.len as usize;
        }
        lanes
    }

    fn steps_left(&self) -> usize {
        self.blocks.len() / STEP
    }

    /// The next `steps` steps.
    fn next(&mut self, steps: usize) -> &mut [[Block; STEP]] {
        self.blocks[..steps * STEP].as_chunks_mut().0
    }

    /// Has the next `steps` steps filled.
    fn fill<F: Feed>(&mut self, steps: usize, feed: &mut F) -> Result<(), F::Error> {
        feed.fill(self.at, Block::slice_as_flattened_mut(&mut self.blocks[..steps * STEP]))
    }

    /// Shows the next `steps` steps, which are done, and takes them off.
    fn pass<F: Feed>(&mut self, steps: usize, feed: &mut F) {
        let (done, rest) = std::mem::take(&mut self.blocks).split_at_mut(steps * STEP);
        let done = Block::slice_as_flattened(done);
        feed.passed(self.at, done);
        self.blocks = rest;
        self.counter += (steps * STEP) as u64;
        self.at += done.len();
    }
}

/// What is the same for all lanes of a call.
#[derive(Clone, Copy)]
struct Pass {
    nonce: [u8; 8],
    direction: Direction,
}

impl Pass {
    /// Advances all of these lanes, at most [`WIDTH`], by [`SLICE`] steps, or until the shortest has no whole step left.
    fn advance<F: Feed>(
        self,
        cipher: &Aes128Enc,
        lanes: &mut [Lane<'_>],
        feed: &mut F,
    ) -> Result<(), F::Error> {
        match lanes.len() {
            0 => Ok(()),
            1 => self.advance_width::<1, F>(cipher, lanes, feed),
            2 => self.advance_width::<2, F>(cipher, lanes, feed),
            3 => self.advance_width::<3, F>(cipher, lanes, feed),
            4 => self.advance_width::<4, F>(cipher, lanes, feed),
            5 => self.advance_width::<5, F>(cipher, lanes, feed),
            6 => self.advance_width::<6, F>(cipher, lanes, feed),
            7 => self.advance_width::<7, F>(cipher, lanes, feed),
            _ => self.advance_width::<WIDTH, F>(cipher, lanes, feed),
        }
    }

    /// As `advance`, for `W` lanes.
    fn advance_width<const W: usize, F: Feed>(
        self,
        cipher: &Aes128Enc,
        lanes: &mut [Lane<'_>],
        feed: &mut F,
    ) -> Result<(), F::Error> {
        let steps = lanes.iter().map(Lane::steps_left).min().unwrap_or(0).min(SLICE);
        let Some(lanes) = lanes.first_chunk_mut::<W>().filter(|_| steps > 0) else { return Ok(()) };
        for lane in &mut *lanes {
            lane.fill(steps, feed)?;
        }
        let mut chains = Chains {
            pass: self,
            counters: lanes.each_ref().map(|lane| lane.counter),
            keystream: [Block::default(); W],
            states: lanes.each_ref().map(|lane| lane.state),
        };
        let work = lanes.each_mut().map(|lane| lane.next(steps));
        cipher.encrypt_with_backend(Steps { count: steps, work, chains: &mut chains });
        for (lane, state) in lanes.iter_mut().zip(chains.states) {
            lane.state = state;
            lane.pass(steps, feed);
        }
        Ok(())
    }

    /// Does what is below a whole step, one block after the other.
    fn finish<F: Feed>(self, cipher: &Aes128Enc, lane: &mut Lane<'_>, feed: &mut F) -> Result<(), F::Error> {
        if !lane.blocks.is_empty() {
            feed.fill(lane.at, Block::slice_as_flattened_mut(lane.blocks))?;
            for block in lane.blocks.iter_mut() {
                self.single(cipher, lane.counter, block, &mut lane.state, 16);
                lane.counter += 1;
            }
            feed.passed(lane.at, Block::slice_as_flattened(lane.blocks));
        }
        if !lane.tail.is_empty() {
            let (at, length) = (lane.at + lane.blocks.len() * 16, lane.tail.len());
            feed.fill(at, lane.tail)?;
            let mut block = Block::default();
            block[..length].copy_from_slice(lane.tail);
            self.single(cipher, lane.counter, &mut block, &mut lane.state, length);
            lane.tail.copy_from_slice(&block[..length]);
            feed.passed(at, lane.tail);
        }
        Ok(())
    }

    /// One block, of which the file has `length` bytes; for the MAC the others count as zero.
    fn single(self, cipher: &Aes128Enc, counter: u64, block: &mut Block, state: &mut Block, length: usize) {
        let mut stream = self.counter_block(counter);
        cipher.encrypt_block(&mut stream);
        stream[length..].fill(0);
        if self.direction == Direction::Decrypt {
            xor_into(block, &stream);
        }
        xor_into(state, block);
        cipher.encrypt_block(state);
        if self.direction == Direction::Encrypt {
            xor_into(block, &stream);
        }
    }

    fn counter_block(self, counter: u64) -> Block {
        let upper = u128::from(u64::from_be_bytes(self.nonce)) << 64;
        Block::from((upper | u128::from(counter)).to_be_bytes())
    }
}

/// The work of several lanes, handed to the back end that the machine has.
struct Steps<'a, const W: usize> {
    /// Steps of each lane.
    count: usize,
    work: [&'a mut [[Block; STEP]]; W],
    chains: &'a mut Chains<W>,
}

/// What goes on from block to block in each lane.
struct Chains<const W: usize> {
    pass: Pass,
    /// Of the next block.
    counters: [u64; W],
    /// For the next block.
    keystream: [Block; W],
    /// The MACs so far.
    states: [Block; W],
}

impl<const W: usize> BlockSizeUser for Steps<'_, W> {
    type BlockSize = U16;
}

impl<const W: usize> BlockCipherEncClosure for Steps<'_, W> {
    #[expect(
        clippy::inline_always,
        reason = "compiled for the back end's processor features only when inlined"
    )]
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { count, mut work, chains } = self;
        chains.begin(backend);
        for step in 0..count {
            let mut lanes = work.each_mut().map(|lane| &mut lane[step]);
            match chains.pass.direction {
                Direction::Encrypt => chains.step::<B, true>(backend, &mut lanes),
                Direction::Decrypt => chains.step::<B, false>(backend, &mut lanes),
            }
        }
    }
}

impl<const W: usize> Chains<W> {
    #[expect(clippy::inline_always, reason = "see Steps::call")]
    #[inline(always)]
    fn begin<B: BlockCipherEncBackend<BlockSize = U16>>(&mut self, backend: &B) {
        self.keystream = self.counters.map(|counter| self.pass.counter_block(counter));
        self.keystream.iter_mut().for_each(|block| backend.encrypt_block_inplace(block));
    }

    /// Takes a step of every lane through cipher and MAC, block by block in turn.
    ///
    /// A MAC waits for its last block to leave the AES unit. The keystream of the block after waits for nothing: made in
    /// between, it takes next to no time.
    #[expect(clippy::inline_always, reason = "see Steps::call")]
    #[inline(always)]
    fn step<B: BlockCipherEncBackend<BlockSize = U16>, const ENCRYPTS: bool>(
        &mut self,
        backend: &B,
        lanes: &mut [&mut [Block; STEP]; W],
    ) {
        let Self { pass, mut counters, mut keystream, mut states } = *self;
        for index in 0..STEP {
            for ((lane, state), stream) in lanes.iter_mut().zip(&mut states).zip(&keystream) {
                let block = &mut lane[index];
                if ENCRYPTS {
                    xor_into(state, block);
                    xor_into(block, stream);
                } else {
                    xor_into(block, stream);
                    xor_into(state, block);
                }
            }
            for ((counter, state), stream) in counters.iter_mut().zip(&mut states).zip(&mut keystream) {
                *counter += 1;
                *stream = pass.counter_block(*counter);
                backend.encrypt_block_inplace(state);
                backend.encrypt_block_inplace(stream);
            }
        }
        (self.counters, self.keystream, self.states) = (counters, keystream, states);
    }
}

#[expect(clippy::inline_always, reason = "see Steps::call")]
#[inline(always)]
fn xor_into(block: &mut Block, other: &Block) {
    let sum = u128::from_ne_bytes(block.0) ^ u128::from_ne_bytes(other.0);
    block.0 = sum.to_ne_bytes();
}

/// Chunks worked on at once; a processor core has use for no more.
const WIDTH: usize = 8;
/// Blocks of a step, 1 KiB: all chunks but the last of a file are whole steps, and eight of them fit the nearest cache.
const STEP: usize = 64;
/// Steps after which lanes are filled anew, 32 KiB: eight lanes of it leave room in a core's own cache.
const SLICE: usize = 32;
