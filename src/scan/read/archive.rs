//! Zip archives: each entry is read like a file of its own.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder};

use super::positioned::Positioned;
use super::unpack::{Bytes, Growth, Packing};

/// Entries that an archive may have.
const MOST: usize = 1_000_000;

/// An archive.
pub(crate) struct Archive {
    file: Arc<File>,
    directory: Directory,
    growth: Growth,
}

type Directory = ZipArchive<rawzip::FileReader>;

/// An entry that is a file.
pub(crate) struct Entry {
    /// Its name, as the archive has it.
    pub(crate) name: String,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_locked: bool,
    size: u64,
    crc: u32,
}

/// True for the first bytes of an archive.
pub(super) fn is_archive(sample: &[u8]) -> bool {
    sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06")
}

fn other(err: rawzip::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, err)
}

impl Archive {
    /// Reads the directory of the archive in `file`, and its entries in their order.
    pub(crate) fn open(file: File, ratio: u64) -> io::Result<(Self, Vec<Entry>)> {
        let packed = Arc::new(AtomicU64::new(file.metadata()?.len()));
        let growth = Growth { packed, unpacked: Arc::default(), ratio };
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let directory = ZipArchive::from_file(file.try_clone()?, &mut buffer).map_err(other)?;
        let mut entries = Vec::new();
        let mut rows = directory.entries(&mut buffer);
        while let Some(row) = rows.next_entry().map_err(other)? {
            if row.is_dir() {
                continue;
            }
            if entries.len() == MOST {
                return Err(io::Error::other(format!("the archive has more than {MOST} files")));
            }
            entries.push(Entry {
                name: String::from_utf8_lossy(row.file_path().as_ref()).into_owned(),
                place: row.wayfinder(),
                method: row.compression_method(),
                is_locked: row.flags().is_encrypted(),
                size: row.uncompressed_size_hint(),
                crc: row.crc32(),
            });
        }
        Ok((Self { file: Arc::new(file), directory, growth }, entries))
    }

    /// What `entry` holds, checked against its checksum at its end.
    pub(crate) fn read(&self, entry: &Entry) -> io::Result<Bytes> {
        if entry.is_locked {
            return Err(io::Error::other("it is encrypted"));
        }
        let (from, to) =
            self.directory.get_entry(entry.place).map_err(other)?.compressed_data_range();
        let packed: Bytes = Box::new(Positioned::new(Arc::clone(&self.file), from, to));
        let packing = match entry.method {
            CompressionMethod::STORE => None,
            CompressionMethod::DEFLATE => Some(Packing::Deflate),
            CompressionMethod::BZIP2 => Some(Packing::Bzip2),
            CompressionMethod::ZSTD => Some(Packing::Zstd),
            CompressionMethod::XZ => Some(Packing::Xz),
            method => {
                let said = format!("it is packed in a way that is not read ({method:?})");
                return Err(io::Error::other(said));
            }
        };
        let unpacked = match packing {
            Some(packing) => self.growth.clone().bound(packing.unpack(packed)?),
            None => packed,
        };
        let checksum = flate2::Crc::new();
        Ok(Box::new(Checked { input: unpacked, checksum, size: entry.size, crc: entry.crc }))
    }
}

/// A stream that must come to a size and a checksum.
struct Checked {
    input: Bytes,
    checksum: flate2::Crc,
    size: u64,
    crc: u32,
}

impl Read for Checked {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        self.checksum.update(&out[..read]);
        if read == 0 && !out.is_empty() {
            // The checksum of flate2 counts bytes modulo 2^32.
            let same_size = u64::from(self.checksum.amount()) == self.size & 0xFFFF_FFFF;
            if self.checksum.sum() != self.crc || !same_size {
                let said = "it differs from its checksum";
                return Err(io::Error::new(io::ErrorKind::InvalidData, said));
            }
        }
        Ok(read)
    }
}
