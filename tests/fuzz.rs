//! Runs every door of `fuzz/` on changed copies of its small corpus, with the compiler that everybody has.
//!
//! `cargo +nightly fuzz run DOOR` looks deeper; this finds what a change broke, in a second a door.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pugmark::foreign::{DOORS, Door};

/// Inputs a door, at least and at most, and the time after which the least is enough.
const LEAST: u32 = 20;
const INPUTS: u32 = 3_000;
const TIME: Duration = Duration::from_secs(1);

/// What parsers treat apart.
const TOKENS: [&[u8]; 24] = [
    b"\0",
    b"\n",
    b"\r\n\r\n",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"[[[[[[[[",
    b"}",
    b"<",
    b"</title>",
    b"<!--",
    b",",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"WARC/1.1\r\n",
    b"\x1f\x8b\x08",
    b"../",
    b"\x30\x84\xff\xff\xff\xff",
];

/// Numbers that look like chance and are the same in every run. Source: SplitMix64, Steele et al. 2014.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

/// Changes `bytes` in one to four places.
fn change(mut bytes: Vec<u8>, seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let to = at + chance.below(bytes.len() - at + 1);
        match chance.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            2 => drop(bytes.drain(at..to)),
            3 => bytes.truncate(at),
            4 => drop(bytes.splice(at..at, TOKENS[chance.below(TOKENS.len())].iter().copied())),
            5 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                bytes.splice(at..to, other[from..].iter().copied());
            }
            _ if bytes.len() < 1 << 16 => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            _ => {}
        }
    }
    bytes
}

fn corpus(door: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(door);
    let mut files: Vec<_> =
        fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs_err::read(path).unwrap())).collect()
}

/// Runs `door` on its corpus and on changed copies.
fn run(name: &str, door: Door) {
    let corpus = corpus(name);
    assert!(!corpus.is_empty(), "fuzz/corpus/{name} is empty");
    for (path, bytes) in &corpus {
        let held = std::panic::catch_unwind(|| door(bytes));
        assert!(held.is_ok(), "{name} does not stand {}", path.display());
    }
    let seeds: Vec<_> = corpus.into_iter().map(|(_, bytes)| bytes).collect();
    let (start, mut chance) = (Instant::now(), Chance(1));
    for count in 0..INPUTS {
        if count >= LEAST && start.elapsed() > TIME {
            return;
        }
        let seed = seeds[chance.below(seeds.len())].clone();
        let input = change(seed, &seeds, &mut chance);
        let begun = Instant::now();
        let held = std::panic::catch_unwind(|| door(&input));
        if held.is_err() || begun.elapsed() > Duration::from_secs(10) {
            let kept = std::env::temp_dir().join(format!("pugmark-fuzz-{name}"));
            fs_err::write(&kept, &input).unwrap();
            panic!("{name} does not stand {}", kept.display());
        }
    }
}

#[test]
fn mutated_bytes_do_no_harm() {
    std::thread::scope(|scope| {
        for half in DOORS.chunks(DOORS.len().div_ceil(2)) {
            scope.spawn(move || half.iter().for_each(|(name, door)| run(name, *door)));
        }
    });
}

#[test]
fn every_door_has_a_fuzz_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs_err::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, _) in DOORS {
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name} in fuzz/Cargo.toml");
        let target = fs_err::read_to_string(root.join(format!("targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("door!(\"{name}\")")), "{target}");
    }
}
