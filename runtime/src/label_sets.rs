//! The sets of values that the labels of each method were called with.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;

use crate::label_value::LabelValue;
use crate::labelled::{Labelled, OwnFamilies};
use crate::method::Method;
use crate::registry::OTHER;

/// The most sets of values that the labels of one method are told apart by; those that come after are `other`.
const MAX_SETS: usize = 256;
/// The most bytes of a value.
const MAX_VALUE: u8 = 128;

/// The values of a method's labels, as one text.
#[derive(Default)]
pub(crate) struct LabelSet(String);

/// The sets of a method. When there are as many as there may be, they do not change any more.
#[derive(Clone, Default)]
struct Sets {
    known: HashMap<Box<str>, &'static Labelled>,
    /// What all others are, once there was one too many.
    other: Option<&'static Labelled>,
}

struct OfMethod {
    own: OwnFamilies,
    sets: Sets,
}

/// By the method's address, which is that of its `static`.
static METHODS: LazyLock<Mutex<HashMap<usize, OfMethod>>> = LazyLock::new(Mutex::default);

thread_local! {
    /// What this thread has seen of [`METHODS`], so that calls share no lock.
    static SEEN: RefCell<HashMap<usize, Sets>> = RefCell::default();
    /// The memory of the thread's last set.
    static SPARE: Cell<LabelSet> = Cell::default();
}

impl LabelSet {
    /// The method under these values. Once a thread has seen them, or that there are too many, it waits for nobody, and
    /// takes no memory.
    pub(crate) fn of(method: &'static Method, values: &[&dyn LabelValue]) -> &'static Labelled {
        // A thread that ends has neither.
        let mut set = SPARE.try_with(Cell::take).unwrap_or_default();
        set.write(values);
        let address = std::ptr::from_ref(method).addr();
        let seen = SEEN.try_with(|seen| seen.borrow().get(&address)?.find(&set));
        let labelled = seen.ok().flatten().unwrap_or_else(|| set.look_up(method, address));
        let _forgotten = SPARE.try_with(|spare| spare.set(set));
        labelled
    }

    /// Each value behind its length, so that no two sets are written alike.
    fn write(&mut self, values: &[&dyn LabelValue]) {
        self.0.clear();
        for value in values {
            let value = value.label_value();
            let length = value.floor_char_boundary(MAX_VALUE.into());
            self.0.push(u8::try_from(length).unwrap_or(MAX_VALUE).into());
            self.0.push_str(&value[..length]);
        }
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let length = rest.chars().next()?;
            let (value, next) = rest[length.len_utf8()..].split_at(length as usize);
            rest = next;
            Some(value)
        })
    }

    #[cold]
    fn look_up(&self, method: &'static Method, address: usize) -> &'static Labelled {
        let own = METHODS.lock().get(&address).map(|of_method| of_method.own);
        let own = own.unwrap_or_else(|| OwnFamilies::of(method));
        let mut methods = METHODS.lock();
        let OfMethod { own, sets } =
            methods.entry(address).or_insert_with(|| OfMethod { own, sets: Sets::default() });
        let labelled = sets.find(self).unwrap_or_else(|| sets.add(self, method, *own));
        let _forgotten = SEEN.try_with(|seen| sets.show(self, seen.borrow_mut().entry(address).or_default()));
        labelled
    }
}

impl Sets {
    fn find(&self, set: &LabelSet) -> Option<&'static Labelled> {
        self.known.get(&*set.0).copied().or_else(|| self.other.inspect(|other| other.count_overflow()))
    }

    /// Adds a set that is not known.
    fn add(&mut self, set: &LabelSet, method: &'static Method, own: OwnFamilies) -> &'static Labelled {
        let is_full = self.known.len() >= MAX_SETS;
        let value = |value: &str| if is_full { OTHER } else { value }.to_owned();
        let values = set.values().map(value).collect();
        let labelled = Box::leak(Box::new(Labelled::new(method, own, values)));
        if is_full {
            labelled.count_overflow();
            self.other = Some(labelled);
        } else {
            self.known.insert((&*set.0).into(), labelled);
        }
        labelled
    }

    /// Shows a thread the set that it has asked for; all of them, once no other will be added.
    fn show(&self, set: &LabelSet, seen: &mut Sets) {
        if self.other.is_some() {
            seen.clone_from(self);
        } else if let Some((key, labelled)) = self.known.get_key_value(&*set.0) {
            seen.known.insert(key.clone(), labelled);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LabelSet, MAX_SETS, Sets};
    use crate::label_value::LabelValue;
    use crate::labelled::{Labelled, OwnFamilies};
    use crate::method::{Method, MethodKind};

    static METHOD: Method = Method::function(MethodKind::Function, "labelled", module_path!());

    fn set(values: &[&str]) -> LabelSet {
        let values: Vec<_> = values.iter().map(|value| value as &dyn LabelValue).collect();
        let mut set = LabelSet::default();
        set.write(&values);
        set
    }

    fn find_or_add(sets: &mut Sets, value: usize) -> *const Labelled {
        let set = set(&[&value.to_string()]);
        sets.find(&set).unwrap_or_else(|| sets.add(&set, &METHOD, OwnFamilies::of(&METHOD)))
    }

    #[test]
    fn values_are_read_as_they_were_written() {
        for values in [&[][..], &[""], &["a", "", "é\u{1}"], &["\u{80}", "b"]] {
            assert_eq!(set(values).values().collect::<Vec<_>>(), values);
        }
        assert_ne!(set(&["a", "b"]).0, set(&["ab", ""]).0);
        let long = "é".repeat(100);
        assert_eq!(set(&[&long, "b"]).values().collect::<Vec<_>>(), [&long[..128], "b"]);
    }

    #[test]
    fn a_thread_that_knows_of_too_many_sets_has_all_that_it_will_need() {
        let (mut sets, mut seen) = (Sets::default(), Sets::default());
        let first: Vec<_> = (0..MAX_SETS).map(|value| find_or_add(&mut sets, value)).collect();
        let other = find_or_add(&mut sets, MAX_SETS);
        sets.show(&set(&["256"]), &mut seen);
        assert_eq!((0..MAX_SETS).map(|value| find_or_add(&mut seen, value)).collect::<Vec<_>>(), first);
        assert_eq!(find_or_add(&mut seen, MAX_SETS + 1), other);
        assert_eq!((seen.known.len(), sets.known.len()), (MAX_SETS, MAX_SETS));
    }
}
