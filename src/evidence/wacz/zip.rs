//! A ZIP file of stored members, streamed, past 4 GB where it must be.

use std::io::{self, Read, Write};

use flate2::Crc;

use crate::evidence::digest::{Hasher, Sha256};

/// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// Sizes follow the content (bit 3), names are UTF-8 (bit 11).
const FLAGS: u16 = 1 << 3 | 1 << 11;
/// Version needed: 4.5, for sizes of 64 bits.
const VERSION: u16 = 45;
/// 1 January 1980, the first day a ZIP file knows: times of members say nothing here.
const DAY: u16 = 1 << 5 | 1;
const FULL: u32 = u32::MAX;

struct Member {
    name: String,
    offset: u64,
    bytes: u64,
    crc: u32,
}

/// Writes a ZIP file.
pub(super) struct ZipWriter<W> {
    out: W,
    position: u64,
    members: Vec<Member>,
}

impl<W: Write> ZipWriter<W> {
    /// Starts a file on `out`.
    pub(super) fn new(out: W) -> Self {
        Self { out, position: 0, members: Vec::new() }
    }

    /// Adds a member; returns its digest and size.
    pub(super) fn add(&mut self, name: &str, content: &mut dyn Read) -> io::Result<(Sha256, u64)> {
        let offset = self.position;
        let mut head = Vec::new();
        put(&mut head, &[Field::Long(LOCAL), Field::Short(VERSION), Field::Short(FLAGS)]);
        // Stored; time, day; checksum and sizes come behind the content.
        put(&mut head, &[Field::Short(0), Field::Short(0), Field::Short(DAY), Field::Long(0)]);
        put(
            &mut head,
            &[Field::Long(FULL), Field::Long(FULL), Field::Short(length(name)?), Field::Short(20)],
        );
        head.extend_from_slice(name.as_bytes());
        put(&mut head, &[Field::Short(1), Field::Short(16), Field::Wide(0), Field::Wide(0)]);
        self.write(&head)?;

        let mut crc = Crc::new();
        let mut hasher = Hasher::default();
        let mut block = vec![0; 1 << 16];
        loop {
            let count = content.read(&mut block)?;
            if count == 0 {
                break;
            }
            crc.update(&block[..count]);
            hasher.update(&block[..count]);
            self.write(&block[..count])?;
        }
        let bytes = hasher.bytes();
        let mut tail = Vec::new();
        put(
            &mut tail,
            &[
                Field::Long(DESCRIPTOR),
                Field::Long(crc.sum()),
                Field::Wide(bytes),
                Field::Wide(bytes),
            ],
        );
        self.write(&tail)?;
        self.members.push(Member { name: name.to_owned(), offset, bytes, crc: crc.sum() });
        Ok((hasher.digest(), bytes))
    }

    /// Writes the directory and ends the file.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let start = self.position;
        let mut directory = Vec::new();
        for member in &self.members {
            put(
                &mut directory,
                &[Field::Long(CENTRAL), Field::Short(VERSION), Field::Short(VERSION)],
            );
            put(
                &mut directory,
                &[Field::Short(FLAGS), Field::Short(0), Field::Short(0), Field::Short(DAY)],
            );
            put(&mut directory, &[Field::Long(member.crc), Field::Long(FULL), Field::Long(FULL)]);
            put(
                &mut directory,
                &[Field::Short(length(&member.name)?), Field::Short(28), Field::Short(0)],
            );
            // Disk, inner and outer attributes, offset.
            put(
                &mut directory,
                &[Field::Short(0), Field::Short(0), Field::Long(0), Field::Long(FULL)],
            );
            directory.extend_from_slice(member.name.as_bytes());
            put(&mut directory, &[Field::Short(1), Field::Short(24), Field::Wide(member.bytes)]);
            put(&mut directory, &[Field::Wide(member.bytes), Field::Wide(member.offset)]);
        }
        self.write(&directory)?;
        let (end, count) = (self.position, self.members.len() as u64);
        let mut tail = Vec::new();
        put(
            &mut tail,
            &[Field::Long(END_64), Field::Wide(44), Field::Short(VERSION), Field::Short(VERSION)],
        );
        put(&mut tail, &[Field::Long(0), Field::Long(0), Field::Wide(count), Field::Wide(count)]);
        put(&mut tail, &[Field::Wide(end - start), Field::Wide(start)]);
        put(
            &mut tail,
            &[Field::Long(LOCATOR_64), Field::Long(0), Field::Wide(end), Field::Long(1)],
        );
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        put(
            &mut tail,
            &[
                Field::Long(END),
                Field::Short(0),
                Field::Short(0),
                Field::Short(count),
                Field::Short(count),
            ],
        );
        let short = |value: u64| u32::try_from(value).unwrap_or(FULL);
        put(
            &mut tail,
            &[Field::Long(short(end - start)), Field::Long(short(start)), Field::Short(0)],
        );
        self.write(&tail)?;
        Ok(self.out)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}

enum Field {
    Short(u16),
    Long(u32),
    Wide(u64),
}

/// ZIP files are little-endian.
fn put(out: &mut Vec<u8>, fields: &[Field]) {
    for field in fields {
        match field {
            Field::Short(value) => out.extend_from_slice(&value.to_le_bytes()),
            Field::Long(value) => out.extend_from_slice(&value.to_le_bytes()),
            Field::Wide(value) => out.extend_from_slice(&value.to_le_bytes()),
        }
    }
}

fn length(name: &str) -> io::Result<u16> {
    u16::try_from(name.len()).map_err(|_| io::ErrorKind::InvalidFilename.into())
}
