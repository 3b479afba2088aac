use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{End, Next, Pause, Queue, Rested};
use crate::telemetry::export::CHUNK_BYTES;
use crate::telemetry::export::backoff::Wait;
use crate::telemetry::export::chunk::tests::chunks;
use crate::telemetry::export::cutoff::Cutoff;

const LONG: Duration = Duration::from_secs(30);
/// Too many spans for two of them to be one batch.
const SPANS: usize = 1_500;

fn chunk(spans: usize) -> Arc<super::Chunk> {
    let mut chunks = chunks(&[spans], 0);
    Arc::new(chunks.remove(0))
}

/// A queue with room for so many chunks of [`SPANS`].
fn queue(room: usize) -> Queue {
    Queue::new(room * chunk(SPANS).bytes())
}

fn taken(queue: &Queue) -> Option<usize> {
    match queue.take()? {
        Next::Batch(chunks) => Some(chunks.iter().map(|chunk| chunk.span_count()).sum()),
        Next::Flush(mark) => panic!("nobody has asked for a flush up to {mark}"),
    }
}

fn wait_until_somebody_rests(queue: &Queue) {
    while !queue.state.lock().in_hand.as_ref().is_some_and(|in_hand| in_hand.rests) {
        thread::yield_now();
    }
}

/// A pause that was chosen before anybody has told the lane to come to its end.
fn own(time: Duration) -> Pause {
    Pause::begin(Wait { time, asked_for: false }, None)
}

fn asked_for(time: Duration) -> Pause {
    Pause::begin(Wait { time, asked_for: true }, None)
}

#[test]
fn the_oldest_makes_room() {
    let queue = queue(2);
    let sizes = [SPANS - 3, SPANS - 2, SPANS - 1, SPANS];
    let dropped = sizes.map(|spans| queue.push(chunk(spans)));
    assert_eq!(dropped, [0, 0, SPANS - 3, SPANS - 2]);
    queue.close();
    assert_eq!([taken(&queue), taken(&queue), taken(&queue)], [Some(SPANS - 1), Some(SPANS), None]);
    assert_eq!(queue.load(), super::Load::default());
}

#[test]
fn what_never_fits_is_dropped_alone() {
    let queue = queue(1);
    queue.push(chunk(SPANS - 1));
    assert_eq!(queue.push(chunk(2 * SPANS)), 2 * SPANS);
    assert_eq!(taken(&queue), Some(SPANS - 1));
}

#[test]
fn small_chunks_are_taken_together() {
    let queue = queue(4);
    for spans in [500, 500, 500, 500, 48, 1] {
        queue.push(chunk(spans));
    }
    assert_eq!([taken(&queue), taken(&queue)], [Some(2_048), Some(1)]);
}

#[test]
fn what_is_being_sent_counts_and_stays_what_rests_is_pushed_out() {
    let queue = queue(2);
    queue.push(chunk(SPANS));
    assert_eq!(taken(&queue), Some(SPANS));
    queue.push(chunk(SPANS));
    assert_eq!((queue.push(chunk(SPANS)), queue.load().spans), (SPANS, 2 * SPANS));
    thread::scope(|scope| {
        let resting = scope.spawn(|| queue.rest(asked_for(LONG), &Cutoff::default()));
        wait_until_somebody_rests(&queue);
        assert_eq!(queue.push(chunk(SPANS)), 0);
        assert_eq!(resting.join().unwrap(), Rested::PushedOut);
    });
    assert_eq!(queue.load().spans, 2 * SPANS);
    assert_eq!(taken(&queue), Some(SPANS));
}

#[test]
fn a_rest_ends_with_its_time_or_the_cutoff() {
    let (queue, cutoff) = (queue(2), Cutoff::default());
    queue.push(chunk(SPANS));
    assert_eq!(taken(&queue), Some(SPANS));
    assert_eq!(queue.rest(own(Duration::ZERO), &cutoff), Rested::TryAgain);
    let at = Instant::now() + LONG / 2;
    thread::scope(|scope| {
        let resting = scope.spawn(|| queue.rest(own(LONG), &cutoff));
        wait_until_somebody_rests(&queue);
        cutoff.set(at);
        queue.wake();
        // Nobody asked for the wait: it is the time for another attempt.
        assert_eq!(resting.join().unwrap(), Rested::TryAgain);
    });
    // It was told after the wait was chosen, and before it began.
    assert_eq!(queue.rest(own(LONG), &cutoff), Rested::TryAgain);
    // And the last, as the next wait would be too long.
    let own_and_known = Pause::begin(Wait { time: LONG, asked_for: false }, Some(at));
    assert_eq!(queue.rest(own_and_known, &cutoff), Rested::CutOff(at));
    assert_eq!(queue.rest(asked_for(LONG), &cutoff), Rested::CutOff(at));
    assert_eq!(queue.rest(asked_for(Duration::ZERO), &cutoff), Rested::TryAgain);
}

#[test]
fn chunks_that_take_much_are_not_taken_together() {
    let chunks = chunks(&[1; 1_000], 2_000);
    assert!(chunks.len() > 1 && chunks[0].bytes() > CHUNK_BYTES / 2);
    let queue = Queue::new(usize::MAX);
    let first = chunks[0].span_count();
    for chunk in chunks {
        assert_eq!(queue.push(Arc::new(chunk)), 0);
    }
    assert_eq!(taken(&queue), Some(first));
}

#[test]
fn a_flush_cuts_one_rest_short_that_nobody_asked_for() {
    let (queue, cutoff) = (queue(3), Cutoff::default());
    let soon = Duration::from_millis(1);
    queue.push(chunk(SPANS));
    assert_eq!(taken(&queue), Some(SPANS));
    queue.ask_for_flush();
    let begun = Instant::now();
    assert_eq!(queue.rest(asked_for(soon), &cutoff), Rested::TryAgain);
    assert!(begun.elapsed() >= soon);
    assert_eq!(queue.rest(own(LONG), &cutoff), Rested::TryAgain);
    assert!(begun.elapsed() < LONG / 2);
    let begun = Instant::now();
    assert_eq!(queue.rest(own(soon), &cutoff), Rested::TryAgain);
    assert!(begun.elapsed() >= soon);
}

#[test]
fn a_flush_hurries_nothing_that_came_later() {
    let (queue, cutoff) = (queue(2), Cutoff::default());
    queue.ask_for_flush();
    queue.push(chunk(SPANS));
    assert_eq!(taken(&queue), Some(SPANS));
    let (soon, begun) = (Duration::from_millis(1), Instant::now());
    assert_eq!(queue.rest(own(soon), &cutoff), Rested::TryAgain);
    assert!(begun.elapsed() >= soon);
}

#[test]
fn a_flush_waits_for_what_is_being_sent_and_then_for_the_exporter() {
    let queue = queue(1);
    let soon = || Instant::now() + Duration::from_millis(1);
    queue.push(chunk(SPANS));
    assert_eq!(taken(&queue), Some(SPANS));
    // Pushed out, while what came before is still on its way.
    queue.push(chunk(SPANS));
    let mark = queue.ask_for_flush();
    assert_eq!(queue.push(chunk(SPANS)), SPANS);
    assert!(!queue.wait_for_flush(mark, soon()));
    queue.close();
    assert!(matches!(queue.take(), Some(Next::Flush(due)) if due == mark));
    assert!(!queue.wait_for_flush(mark, soon()));
    queue.flushed(mark);
    assert!(queue.wait_for_flush(mark, soon()));
    assert_eq!(queue.wait_for_end(soon()), None);
    assert!(queue.take().is_none());
    queue.end(End::Complete);
    assert_eq!(queue.wait_for_end(soon()), Some(End::Complete));
}

#[test]
fn after_the_end_nobody_waits_for_a_flush() {
    let queue = queue(1);
    queue.push(chunk(SPANS));
    queue.end(End::CutOff);
    assert!(queue.wait_for_flush(queue.ask_for_flush(), Instant::now()));
}
