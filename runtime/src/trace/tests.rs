use super::{abandon_span, note, open_span};
use crate::core::{Core, Rules};
use crate::ctx::Ctx;
use crate::outcome::Outcome;
use crate::record::{Note, NoteRecord};
use crate::root::OpenRoot;
use crate::slab;
use crate::telemetry::{Keep, Keeping, Sampler, Sampling, named_root};

#[test]
fn what_is_said_after_the_root_waits_for_nobody_where_the_trace_was_left_out() {
    let (sampler, keeping) = (Sampling::new(Sampler::always_off()), Keeping::new(Keep::default()));
    let core = Core::new(Rules { sampler, keeping, ..Rules::default() }).unwrap();
    for (outcome, expected) in [(Outcome::Ok, 0), (Outcome::Error("AppError"), 1)] {
        let mut root = OpenRoot::start(core, named_root("websocket"), None);
        let key = root.ctx().key;
        let span = open_span(key).unwrap();
        root.finish(outcome);
        let said = Note::Attribute { key: "messages", value: 7.into() };
        note(key, NoteRecord::new(span, said).unwrap());
        let waiting = slab::lock(key).unwrap().value().buffer.note_count();
        assert_eq!(waiting, expected, "{outcome:?}");
        abandon_span(Ctx { key, span });
    }
}
