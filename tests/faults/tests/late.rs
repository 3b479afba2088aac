//! Work that goes on elsewhere when its request is long over.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use spanweave::Ctx;
use spanweave::testing::OtlpReceiver;
use spanweave_faults::{Account, Load, Progress, SPANS_PER_REQUEST, Tasks};

use crate::scenario::{telemetry, tell};

/// Traces that come in between, many more than a place in the slab is kept for.
const LATE: usize = 4_000;
/// All of a request but its root.
const SPANS_PER_WORK: usize = SPANS_PER_REQUEST - 1;

#[test]
fn work_goes_on_after_its_request_is_over() {
    let collector = OtlpReceiver::start().unwrap();
    let telemetry = telemetry(&collector.url());
    let (tasks, load) = (Tasks::new(), Load::new(4_000, Duration::from_secs(3)));
    let (ended, works) = channel();
    let served = thread::scope(|scope| {
        let tasks = &tasks;
        scope.spawn(move || work(tasks, &works));
        let served = load.run_with(&Progress::default(), |user| {
            let request = async {
                tasks.count(user).await;
                ended.send(Ctx::current()).unwrap();
            };
            futures_executor::block_on(telemetry.root("GET /api/tasks/").run(request));
        });
        // No more work comes.
        drop(ended);
        served
    });
    assert!(telemetry.flush(Duration::from_mins(1)));
    telemetry.shutdown(Duration::from_secs(5));
    let produced = served.spans() + served.requests() * SPANS_PER_WORK;
    let account = Account::new(produced, Some(&collector), &telemetry.metrics_text());
    account.assert_balanced();
    let plain = tell("work after its request", load, &served, &account);
    served.latency().assert_undisturbed(plain);
    assert!(account.lost_as(&["late"]) > 0, "{account}");
    assert_eq!(account.lost(), account.lost_as(&["late"]), "{account}");
    assert!(account.arrived > served.spans(), "what was done at once has arrived: {account}");
}

/// Does each second work at once, and the others when many more have come.
fn work(tasks: &Tasks, works: &Receiver<Ctx>) {
    let count = |ctx: Ctx| {
        ctx.enter(|| futures_executor::block_on(tasks.count(0)));
    };
    let mut later = VecDeque::new();
    for (number, ctx) in works.iter().enumerate() {
        if number % 2 == 0 {
            count(ctx);
        } else {
            later.push_back(ctx);
        }
        if later.len() > LATE / 2 {
            later.pop_front().into_iter().for_each(count);
        }
    }
    later.into_iter().for_each(count);
}
