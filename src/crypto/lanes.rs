//! Content cipher and chunk MACs in one pass, several chunks at a time. Only `mac` calls it.
//!
//! A chunk MAC is a chain: each block waits for the one before, which leaves the AES unit idle for most of the time. Up
//! to eight chunks are therefore worked on in turn, block by block, and the keystream is made in what time is left.
//! Everything runs inside one call of the cipher's back end, so that its loops are compiled for the machine's own AES.

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

/// Passes whole chunks through cipher and MAC, in place. `offset` is a chunk boundary, `data` ends on one or at the end
/// of the file. The MACs come in the order of the chunks.
pub(super) fn run(
    key: &KeyBytes,
    nonce: [u8; 8],
    offset: u64,
    data: &mut [u8],
    direction: Direction,
) -> Vec<Block> {
    debug_assert!(chunk::is_boundary(offset), "{offset} is inside a chunk");
    let cipher = Aes128Enc::new(key.into());
    let pass = Pass { nonce, direction };
    let mut lanes = Lane::of_chunks(nonce, offset, data);
    // The longest first: what ends early is replaced, and few lanes are left alone at the end.
    lanes.sort_by_key(|lane| std::cmp::Reverse(lane.blocks.len()));
    let mut active = 0;
    while active < lanes.len() {
        let most = lanes.len().min(active + WIDTH);
        pass.advance(&cipher, &mut lanes[active..most]);
        // The shortest of the active ones are done; they lie behind the longer ones, so bring them to the front.
        lanes[active..most].sort_by_key(Lane::steps_left);
        active += lanes[active..most].iter().take_while(|lane| lane.steps_left() == 0).count();
    }
    for lane in &mut lanes {
        pass.finish(&cipher, lane);
    }
    lanes.sort_by_key(|lane| lane.index);
    lanes.iter().map(|lane| lane.state).collect()
}

/// One chunk on its way.
struct Lane<'a> {
    /// Place of the chunk among the chunks of this call.
    index: usize,
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
        for (index, chunk) in chunk::chunks_from(offset, end).enumerate() {
            let (bytes, after) = std::mem::take(&mut rest).split_at_mut(chunk.len as usize);
            rest = after;
            let (blocks, tail) = Block::slice_as_chunks_mut(bytes);
            lanes.push(Self { index, blocks, tail, counter: chunk.offset / 16, state: start });
        }
        lanes
    }

    fn steps_left(&self) -> usize {
        self.blocks.len() / STEP
    }

    /// Takes the next `steps` steps off.
    fn take(&mut self, steps: usize) -> &'a mut [[Block; STEP]] {
        let (taken, rest) = std::mem::take(&mut self.blocks).split_at_mut(steps * STEP);
        self.blocks = rest;
        self.counter += taken.len() as u64;
        taken.as_chunks_mut().0
    }
}

/// What is the same for all lanes of a call.
#[derive(Clone, Copy)]
struct Pass {
    nonce: [u8; 8],
    direction: Direction,
}

impl Pass {
    /// Advances all of these lanes, at most [`WIDTH`], until the shortest has no whole step left.
    fn advance(self, cipher: &Aes128Enc, lanes: &mut [Lane<'_>]) {
        match lanes.len() {
            0 => {}
            1 => self.advance_width::<1>(cipher, lanes),
            2 => self.advance_width::<2>(cipher, lanes),
            3 => self.advance_width::<3>(cipher, lanes),
            4 => self.advance_width::<4>(cipher, lanes),
            5 => self.advance_width::<5>(cipher, lanes),
            6 => self.advance_width::<6>(cipher, lanes),
            7 => self.advance_width::<7>(cipher, lanes),
            _ => self.advance_width::<WIDTH>(cipher, lanes),
        }
    }

    /// As `advance`, for `W` lanes.
    fn advance_width<const W: usize>(self, cipher: &Aes128Enc, lanes: &mut [Lane<'_>]) {
        let steps = lanes.iter().map(Lane::steps_left).min().unwrap_or(0);
        let Some(lanes) = lanes.first_chunk_mut::<W>().filter(|_| steps > 0) else { return };
        let mut chains = Chains {
            pass: self,
            counters: lanes.each_ref().map(|lane| lane.counter),
            keystream: [Block::default(); W],
            states: lanes.each_ref().map(|lane| lane.state),
        };
        let work = lanes.each_mut().map(|lane| lane.take(steps));
        cipher.encrypt_with_backend(Steps { count: steps, work, chains: &mut chains });
        for (lane, state) in lanes.iter_mut().zip(chains.states) {
            lane.state = state;
        }
    }

    /// Does what is below a whole step, one block after the other.
    fn finish(self, cipher: &Aes128Enc, lane: &mut Lane<'_>) {
        for block in lane.blocks.iter_mut() {
            self.single(cipher, lane.counter, block, &mut lane.state, 16);
            lane.counter += 1;
        }
        if !lane.tail.is_empty() {
            let length = lane.tail.len();
            let mut block = Block::default();
            block[..length].copy_from_slice(lane.tail);
            self.single(cipher, lane.counter, &mut block, &mut lane.state, length);
            lane.tail.copy_from_slice(&block[..length]);
        }
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
