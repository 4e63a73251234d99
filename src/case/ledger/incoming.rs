//! The records of an import, checked and spooled, so that memory does not grow with them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{LONGEST_LINE, LedgerError};
use crate::case::ad::{Known, Offer, SCAN_SCHEMA, ScanRecord};
use crate::evidence::{Hasher, Sha256};
use crate::scan::pipeline;
use crate::scan::read::{Block, Blocks};

/// Characters of platform and id together, above which the ledger uses a hash instead.
const LONGEST_ID: usize = 200;

/// Half a SHA-256: short enough for a million ads, and nobody can make two ids meet in it.
pub(super) type Key = [u8; 16];

/// Where a line stands in the spool, and how long it is.
pub(super) type Place = (u64, u64);

/// Scan records on their way into a ledger.
pub struct Incoming {
    spool: File,
    end: u64,
    pub(super) places: BTreeMap<Key, Place>,
    input: Hasher,
    left_out: u64,
}

/// Is told `file:line` and the reason of each line that is left out.
pub(super) type LeftOut<'a> = &'a mut dyn FnMut(&str, &str);

impl Incoming {
    /// Reads the scan records of `input`, called `name` in messages. They wait in a nameless
    /// temporary file in the folder `case`. A bad line is given to `left_out`, not an error.
    ///
    /// # Errors
    ///
    /// [`LedgerError`], but not [`LedgerError::Damaged`].
    pub fn read(
        case: &Path,
        input: impl Read + Send,
        name: &str,
        left_out: LeftOut<'_>,
    ) -> Result<Self, LedgerError> {
        let cannot_spool = |source| LedgerError::Unusable { path: case.to_owned(), source };
        let mut incoming = Self::empty(tempfile::tempfile_in(case).map_err(cannot_spool)?);
        let hasher = Mutex::new(Hasher::default());
        let blocks = Blocks::lines(HashingReader { input, hasher: &hasher }, LONGEST_LINE);
        let read = || {
            let mut known = Known::default();
            move |block: &Block| batch(block, name, &mut known)
        };
        let mut unscanned = false;
        let take = |batch: Batch| {
            if let Some(refused) = batch.refused {
                return Err(io::Error::other(refused));
            }
            incoming.spool.write_all(&batch.lines)?;
            for (key, length) in batch.lengths {
                incoming.places.insert(key, (incoming.end, length));
                incoming.end += length;
            }
            for (place, defect) in batch.defects {
                unscanned |= matches!(defect, Defect::NotScanned);
                incoming.left_out += 1;
                left_out(&place, &defect.to_string());
            }
            Ok(())
        };
        pipeline::run(blocks, super::cores(), read, take).map_err(|err| {
            let unusable = |source| LedgerError::Unusable { path: PathBuf::from(name), source };
            err.downcast::<LedgerError>().unwrap_or_else(unusable)
        })?;
        if incoming.places.is_empty() && unscanned {
            return Err(LedgerError::NotScanned { name: name.to_owned() });
        }
        incoming.input = hasher.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(incoming)
    }

    fn empty(spool: File) -> Self {
        Self { spool, end: 0, places: BTreeMap::new(), input: Hasher::default(), left_out: 0 }
    }

    /// Lines that were left out.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// SHA-256 of the whole input.
    #[must_use]
    pub fn input_sha256(&self) -> Sha256 {
        self.input.digest()
    }

    /// The line at `place`.
    pub(super) fn at(&self, (start, length): Place) -> io::Result<Vec<u8>> {
        let mut file = &self.spool;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes the lines at `places` in the order of the input.
    pub(super) fn copy(&self, mut places: Vec<Place>, out: &mut dyn Write) -> io::Result<()> {
        places.sort_unstable();
        let mut file = &self.spool;
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let mut at = 0;
        for run in places.chunk_by(|a, b| a.0 + a.1 == b.0) {
            let (start, length) = (run[0].0, run.iter().map(|place| place.1).sum::<u64>());
            io::copy(&mut reader.by_ref().take(start - at), &mut io::sink())?;
            io::copy(&mut reader.by_ref().take(length), out)?;
            at = start + length;
        }
        Ok(())
    }
}

/// Passes bytes on from a reader and hashes them.
struct HashingReader<'a, R> {
    input: R,
    hasher: &'a Mutex<Hasher>,
}

impl<R: Read> Read for HashingReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let mut hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
        hasher.update(&buffer[..count]);
        Ok(count)
    }
}

/// The records of a block, as lines of a ledger.
#[derive(Default)]
struct Batch {
    lines: Vec<u8>,
    lengths: Vec<(Key, u64)>,
    defects: Vec<(String, Defect)>,
    refused: Option<LedgerError>,
}

fn batch(block: &Block, name: &str, known: &mut Known) -> Batch {
    let mut batch = Batch::default();
    if let Some(line) = block.too_long {
        batch.defects.push((format!("{name}:{line}"), Defect::TooLong));
    }
    for (bytes, number) in block.numbered() {
        let record = bytes.trim_ascii();
        if record.is_empty() {
            continue;
        }
        let place = format!("{name}:{number}");
        match read_record(record, known) {
            Ok(ad_id) => batch.add(&ad_id, &place, record),
            Err(Defect::OtherVersion(found)) => {
                batch.refused = Some(LedgerError::OtherVersion { place, found });
                break;
            }
            Err(defect) => batch.defects.push((place, defect)),
        }
    }
    batch
}

impl Batch {
    /// Adds a line of the ledger; `record` is a JSON object and stays as it is.
    fn add(&mut self, ad_id: &str, from: &str, record: &[u8]) {
        let start = self.lines.len();
        let quoted = |text: &str| serde_json::to_string(text).expect("a string is always JSON");
        let head = format!("{{\"ad_id\":{},\"from\":{},\"record\":", quoted(ad_id), quoted(from));
        self.lines.extend_from_slice(head.as_bytes());
        self.lines.extend_from_slice(record);
        self.lines.extend_from_slice(b"}\n");
        let length = u64::try_from(self.lines.len() - start).expect("a length is a u64");
        self.lengths.push((key(ad_id), length));
    }
}

/// Why a line of the input was left out.
#[derive(Debug, thiserror::Error)]
enum Defect {
    #[error("the line is longer than 64 MiB")]
    TooLong,
    #[error("not UTF-8")]
    NotText,
    #[error("not a JSON object of a scan: {0}")]
    NotJson(serde_json::Error),
    #[error("no `pugmark` object: the record was not scanned")]
    NotScanned,
    #[error("of version `{0}`")]
    OtherVersion(String),
}

/// Checks a scan record and returns the ledger's name of its ad.
fn read_record(bytes: &[u8], known: &mut Known) -> Result<String, Defect> {
    let text = std::str::from_utf8(bytes).map_err(|_| Defect::NotText)?;
    let record: ScanRecord<'_> = match serde_json::from_str(text) {
        Ok(record) => record,
        // A record of another version may well have another form.
        Err(err) => match version(text) {
            Some(found) if found != SCAN_SCHEMA => return Err(Defect::OtherVersion(found)),
            _ => return Err(Defect::NotJson(err)),
        },
    };
    let finding = record.finding.ok_or(Defect::NotScanned)?;
    if *finding.schema != *SCAN_SCHEMA {
        return Err(Defect::OtherVersion(finding.schema.into_owned()));
    }
    finding.check(known).map_err(Defect::NotJson)?;
    Ok(ad_id(&record.offer))
}

/// What a record says of its version.
fn version(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(value.get("pugmark")?.get("schema")?.as_str()?.to_owned())
}

/// The ledger's name of an ad: platform and id, else a hash of what it says.
fn ad_id(offer: &Offer) -> String {
    if let (Some(platform), Some(id)) = (&offer.platform, &offer.id) {
        let name = format!("{platform}/{id}");
        if name.chars().count() <= LONGEST_ID {
            return name;
        }
        return format!("hash:{}", short_hash(&[&name]));
    }
    let url = offer.url.as_deref().unwrap_or_default();
    let seller = offer.seller.as_deref().unwrap_or_default();
    format!("hash:{}", short_hash(&[url, seller, &offer.title, &offer.text]))
}

fn short_hash(parts: &[&str]) -> String {
    let mut hasher = Hasher::default();
    for part in parts {
        hasher.update(format!("{}:{part}", part.len()).as_bytes());
    }
    let mut text = hasher.digest().to_string();
    text.truncate(16);
    text
}

pub(super) fn key(ad_id: &str) -> Key {
    use sha2::Digest;
    let hash: [u8; 32] = sha2::Sha256::digest(ad_id).into();
    std::array::from_fn(|at| hash[at])
}
