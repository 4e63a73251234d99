//! What all targets are: one door of `pugmark::foreign`.

/// Makes a target of the door with this name.
#[macro_export]
macro_rules! door {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            let (_, door) = pugmark::foreign::DOORS
                .iter()
                .find(|(name, _)| *name == $name)
                .expect("a target is named after a door");
            door(bytes);
        });
    };
}
