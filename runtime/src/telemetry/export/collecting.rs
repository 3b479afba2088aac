//! The thread that empties the outboxes into the lanes. No exporter can hold it up.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

use super::chunk::Packing;
use super::lane::Lane;
use crate::core::Core;
use crate::outbox::Outbox;
use crate::propagate;

/// What the handle asks of the thread. Each is answered when what had ended before is in the lanes.
pub(super) enum Command {
    Collect(SyncSender<()>),
    /// For the last time.
    Finish(SyncSender<()>),
}

pub(super) struct Collecting {
    pub(super) core: &'static Core,
    pub(super) lanes: &'static [Lane],
    /// How long an ended trace waits at most.
    pub(super) interval: Duration,
    /// How long the lanes may take for what is left when the handle is gone without a word.
    pub(super) grace: Duration,
}

impl Collecting {
    pub(super) fn run(&self, commands: &Receiver<Command>) {
        let mut spare = Outbox::default();
        loop {
            self.core.collector.alarm.look_up();
            let command = commands.try_recv();
            self.collect(&mut spare);
            match command {
                Ok(Command::Collect(asker)) => answer(&asker),
                Ok(Command::Finish(asker)) => {
                    self.finish();
                    return answer(&asker);
                }
                Err(TryRecvError::Empty) => self.core.collector.alarm.sleep(self.interval),
                Err(TryRecvError::Disconnected) => {
                    self.lanes.iter().for_each(|lane| lane.come_to_an_end(Instant::now() + self.grace));
                    return self.finish();
                }
            }
        }
    }

    /// Collects what has ended by now, and nothing that ends meanwhile: a flush ends under steady traffic, too.
    fn collect(&self, spare: &mut Outbox) {
        let mut packing = Packing::new(|chunk| {
            let chunk = Arc::new(chunk);
            self.lanes.iter().for_each(|lane| lane.push(Arc::clone(&chunk)));
        });
        let noting = self.core.exemplars.noting(self.core);
        self.core.collector.take_ended(spare, |outbox| {
            outbox.traces().for_each(|trace| {
                noting.note(&trace);
                packing.add(trace);
            });
        });
        packing.finish();
        propagate::forget_over(Instant::now());
    }

    fn finish(&self) {
        self.core.collector.finish();
        self.lanes.iter().for_each(|lane| lane.queue.close());
    }
}

fn answer(asker: &SyncSender<()>) {
    // Whoever asked may have stopped waiting.
    let _nobody_waits = asker.try_send(());
}
