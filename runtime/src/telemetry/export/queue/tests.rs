use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{End, Queue, Rested};
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
    Some(queue.take()?.iter().map(|chunk| chunk.span_count()).sum())
}

fn wait_until_somebody_rests(queue: &Queue) {
    while !queue.state.lock().in_hand.as_ref().is_some_and(|in_hand| in_hand.rests) {
        thread::yield_now();
    }
}

fn own(time: Duration) -> Wait {
    Wait { time, asked_for: false }
}

fn asked_for(time: Duration) -> Wait {
    Wait { time, asked_for: true }
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
        let resting = scope.spawn(|| queue.rest(asked_for(LONG), &Cutoff::default(), None));
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
    assert_eq!(queue.rest(own(Duration::ZERO), &cutoff, None), Rested::TryAgain);
    let at = Instant::now() + LONG / 2;
    thread::scope(|scope| {
        let resting = scope.spawn(|| queue.rest(own(LONG), &cutoff, None));
        wait_until_somebody_rests(&queue);
        cutoff.set(at);
        queue.wake();
        // Nobody asked for the wait: it is the time for another attempt.
        assert_eq!(resting.join().unwrap(), Rested::TryAgain);
    });
    // It was told after the wait was chosen, and before it began.
    assert_eq!(queue.rest(own(LONG), &cutoff, None), Rested::TryAgain);
    // And the last, as the next wait would be too long.
    assert_eq!(queue.rest(own(LONG), &cutoff, Some(at)), Rested::CutOff(at));
    assert_eq!(queue.rest(asked_for(LONG), &cutoff, None), Rested::CutOff(at));
    assert_eq!(queue.rest(asked_for(Duration::ZERO), &cutoff, Some(at)), Rested::TryAgain);
}

#[test]
fn a_mark_waits_for_what_is_being_sent() {
    let queue = queue(1);
    let soon = || Instant::now() + Duration::from_millis(1);
    queue.push(chunk(SPANS));
    assert_eq!(taken(&queue), Some(SPANS));
    // Pushed out, while what came before is still on its way.
    queue.push(chunk(SPANS));
    let mark = queue.mark();
    assert_eq!(queue.push(chunk(SPANS)), SPANS);
    assert!(!queue.wait_for(mark, soon()));
    queue.close();
    assert_eq!(taken(&queue), None);
    assert!(queue.wait_for(mark, soon()));
    assert_eq!(queue.wait_for_end(soon()), None);
    queue.end(End::Complete);
    assert_eq!(queue.wait_for_end(soon()), Some(End::Complete));
}
