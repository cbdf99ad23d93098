//! Many at once, each on a thread of its own: most of them wait.

use std::{fmt::Debug, thread};

/// Does `act` to each of `all`, and fails naming those for which it fails.
#[track_caller]
pub(crate) fn at_once<T: Copy + Debug + Send>(all: impl IntoIterator<Item = T>, act: impl Fn(T) + Sync) {
    let act = &act;
    let failed: Vec<T> = thread::scope(|scope| {
        let run = |one: T| {
            let named = thread::Builder::new().name(format!("{one:?}"));
            (one, named.spawn_scoped(scope, move || act(one)).unwrap())
        };
        let running: Vec<_> = all.into_iter().map(run).collect();
        let ended = running.into_iter().map(|(one, thread)| (one, thread.join()));
        ended
            .filter_map(|(one, end)| end.is_err().then_some(one))
            .collect()
    });
    assert!(failed.is_empty(), "{failed:?}");
}
