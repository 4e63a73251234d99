//! Runs decoders of others so that what they did not expect ends them, and not the program.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// What `decoder` makes; nothing where it panics, of which nothing is printed.
///
/// For decoders of foreign bytes whose authors do not promise that they return. What
/// `decoder` changes outside of itself is not to be used after a panic.
pub(crate) fn contained<T>(decoder: impl FnOnce() -> T) -> Option<T> {
    static SILENCE: Once = Once::new();
    SILENCE.call_once(|| {
        let speak = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !INSIDE.get() {
                speak(panic);
            }
        }));
    });
    let before = INSIDE.replace(true);
    let made = panic::catch_unwind(AssertUnwindSafe(decoder)).ok();
    INSIDE.set(before);
    made
}

#[cfg(test)]
mod tests {
    use super::{INSIDE, contained};

    #[test]
    fn a_panic_is_nothing_and_the_next_call_is_heard_again() {
        assert_eq!(contained(|| 1), Some(1));
        let missing: &[u8] = &[];
        assert_eq!(contained(|| missing[0]), None);
        assert_eq!(contained(|| contained(|| missing[0])), Some(None));
        assert!(!INSIDE.get());
    }
}
