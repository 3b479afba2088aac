//! The annotated methods of the program, as its linker has put them together: those that were never called, too.

use crate::labelled::Labelled;
use crate::method::Method;
use crate::registry::SeriesId;

/// Methods on the list: those of a block.
#[derive(Debug)]
#[doc(hidden)]
pub struct Listed(pub &'static [&'static Method]);

inventory::collect!(Listed);

/// Puts the methods of a block on the list; written by the attributes beside their `static`s.
#[doc(hidden)]
#[macro_export]
macro_rules! list_methods {
    ($($(#[$condition:meta])* $method:ident),*) => {
        $crate::inventory::submit!($crate::Listed(&[$($(#[$condition])* &$method),*]));
    };
}

/// Every annotated method of the program, whether it was called or not, by file and line.
///
/// Methods that are only `skip`ped are not traced, and not among them; nor is what was annotated in a crate that the program
/// does not use.
///
/// ```
/// use spanweave::{MethodKind, traced_service};
///
/// struct TaskService;
///
/// #[traced_service]
/// impl TaskService {
///     pub async fn list(&self) {}
/// }
///
/// let methods = spanweave::methods();
/// let mut shown = methods.iter().map(|method| (method.kind(), method.owner(), method.name()));
/// assert!(shown.any(|method| method == (MethodKind::Service, "TaskService", "list")));
/// ```
pub fn methods() -> Vec<&'static Method> {
    let mut methods: Vec<_> = listed().collect();
    methods.sort_by_key(|method| (method.file(), method.line()));
    methods
}

/// The series of all of them, which are there from now on.
pub(crate) fn series() -> impl Iterator<Item = SeriesId> {
    listed().flat_map(|method| {
        method.site().series_of_all().into_iter().chain(Labelled::series_from_the_start(method))
    })
}

fn listed() -> impl Iterator<Item = &'static Method> {
    inventory::iter::<Listed>.into_iter().flat_map(|Listed(methods)| methods.iter().copied())
}
