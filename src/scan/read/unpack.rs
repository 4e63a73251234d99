//! Unpacks gzip, zstd, bzip2 and xz, recognised by their first bytes, and stops
//! what grows without end.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes by which the first ones of a file are judged.
pub(super) const SAMPLE: usize = 64 << 10;

/// Times that a packed file may be packed again.
const LAYERS: usize = 2;

/// An unpacked file may have this size whatever its packed size is.
const FREE: u64 = 64 << 20;

/// Memory that a packed file may ask for, as a power of two: that of `zstd --ultra -22`.
const WINDOW_LOG: u32 = 27;

/// A stream of bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Deflate,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

impl Packing {
    /// The packing that a file which begins with `sample` has.
    pub(super) fn of(sample: &[u8]) -> Option<Self> {
        match sample {
            [0x1F, 0x8B, 8, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', block @ ..]
                if block.starts_with(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
                    || block.starts_with(&[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]) =>
            {
                Some(Self::Bzip2)
            }
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => None,
        }
    }

    /// What `packed` holds; several members after one another are one.
    pub(super) fn unpack(self, packed: Bytes) -> io::Result<Bytes> {
        let packed = BufReader::with_capacity(SAMPLE, packed);
        Ok(match self {
            Self::Deflate => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
            Self::Xz => {
                let kib = 1 << (WINDOW_LOG - 10);
                Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, kib))
            }
            Self::Zstd => {
                let mut unpacked = zstd::Decoder::with_buffer(packed)?;
                unpacked.window_log_max(WINDOW_LOG)?;
                Box::new(unpacked)
            }
        })
    }
}

/// Unpacks `input`, if it is packed; more than `ratio` times its packed size is an error.
pub(super) fn unpack(input: Bytes, ratio: u64) -> io::Result<Bytes> {
    let (mut sample, mut input) = peek(input)?;
    let packed = Arc::new(AtomicU64::new(0));
    for layer in 0..=LAYERS {
        let Some(packing) = Packing::of(&sample) else { break };
        if layer == LAYERS {
            return Err(io::Error::other(format!("packed more than {LAYERS} times")));
        }
        if layer == 0 {
            input = Box::new(Counted { input, count: Arc::clone(&packed) });
        }
        let growth = Growth { packed: Arc::clone(&packed), unpacked: Arc::default(), ratio };
        (sample, input) = peek(growth.bound(packing.unpack(input)?))?;
    }
    Ok(input)
}

/// Takes the first bytes of `input`, and gives it back whole; an error after some bytes
/// comes again when those have been read.
pub(super) fn peek(mut input: Bytes) -> io::Result<(Vec<u8>, Bytes)> {
    let mut sample = Vec::new();
    let limit = u64::try_from(SAMPLE).unwrap_or(u64::MAX);
    match (&mut input).take(limit).read_to_end(&mut sample) {
        Err(err) if sample.is_empty() => Err(err),
        Err(err) => {
            let whole = Cursor::new(sample.clone()).chain(Broken(Some(err)));
            Ok((sample, Box::new(whole)))
        }
        Ok(_) => Ok((sample.clone(), Box::new(Cursor::new(sample).chain(input)))),
    }
}

/// A stream that begins with an error and then ends.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// How far something packed has grown.
#[derive(Clone, Debug)]
pub(super) struct Growth {
    /// Bytes of it that were read.
    pub(super) packed: Arc<AtomicU64>,
    /// Bytes that came out.
    pub(super) unpacked: Arc<AtomicU64>,
    /// Bytes that may come out of one.
    pub(super) ratio: u64,
}

impl Growth {
    /// Ends `unpacked` with an error where it has grown too far.
    pub(super) fn bound(self, unpacked: Bytes) -> Bytes {
        Box::new(Bound { input: unpacked, growth: self })
    }
}

struct Bound {
    input: Bytes,
    growth: Growth,
}

impl Read for Bound {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        let Growth { packed, unpacked, ratio } = &self.growth;
        let new = u64::try_from(read).unwrap_or(u64::MAX);
        let unpacked = unpacked.fetch_add(new, Ordering::Relaxed).saturating_add(new);
        let allowed = packed.load(Ordering::Relaxed).saturating_mul(*ratio).max(FREE);
        if unpacked > allowed {
            return Err(io::Error::other(format!(
                "unpacks to more than {ratio} times its size (allow more with --max-ratio)"
            )));
        }
        Ok(read)
    }
}

struct Counted {
    input: Bytes,
    count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        self.count.fetch_add(u64::try_from(read).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Write};

    use super::unpack;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> (Vec<u8>, Option<String>) {
        let mut all = Vec::new();
        let end = unpack(Box::new(Cursor::new(bytes)), 200)
            .and_then(|mut input| input.read_to_end(&mut all));
        (all, end.err().map(|err| err.to_string()))
    }

    #[test]
    fn members_and_packings_are_undone_and_other_bytes_stand() {
        let text = b"Elfenbein\n".repeat(20_000);
        let two = [gzip(&text), gzip(b"ivory\n")].concat();
        assert_eq!(read(two), ([&text[..], b"ivory\n"].concat(), None));
        let zstd = zstd::encode_all(&text[..], 1).unwrap();
        assert_eq!(read([zstd.clone(), zstd].concat()), (text.repeat(2), None));
        let mut bzip = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip.write_all(&text).unwrap();
        assert_eq!(read(bzip.finish().unwrap()), (text.clone(), None));
        assert_eq!(read(gzip(&gzip(&text))), (text.clone(), None));
        assert_eq!(read(b"BZh9 is no pack".to_vec()), (b"BZh9 is no pack".to_vec(), None));
        assert_eq!(read(Vec::new()), (Vec::new(), None));
    }

    #[test]
    fn a_third_layer_is_refused() {
        let said = read(gzip(&gzip(&gzip(b"ivory")))).1.unwrap();
        assert_eq!(said, "packed more than 2 times");
    }

    #[test]
    fn what_stands_before_a_cut_is_read() {
        let text: Vec<u8> = (0..200_000_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
        let packed = gzip(&text);
        let (all, said) = read(packed[..packed.len() / 2].to_vec());
        assert!(all.len() > text.len() / 4 && text.starts_with(&all), "{}", all.len());
        assert!(said.is_some());
    }

    #[test]
    fn a_bomb_is_stopped() {
        let (all, said) = read(gzip(&vec![0; 300 << 20]));
        assert!(all.len() <= 65 << 20, "{}", all.len());
        assert_eq!(
            said.unwrap(),
            "unpacks to more than 200 times its size (allow more with --max-ratio)"
        );
    }
}
