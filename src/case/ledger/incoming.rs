//! The records of an import, checked and spooled, so that memory does not grow with them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::LedgerError;
use crate::case::ad::{Offer, SCAN_SCHEMA, ScanRecord};
use crate::evidence::{Hasher, Sha256};

/// Bytes that one record may have; a longer line is left out.
const LONGEST_LINE: u64 = 64 << 20;

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
        mut input: impl BufRead,
        name: &str,
        left_out: LeftOut<'_>,
    ) -> Result<Self, LedgerError> {
        let cannot_spool = |source| LedgerError::Unusable { path: case.to_owned(), source };
        let cannot_read = |source| LedgerError::Unusable { path: PathBuf::from(name), source };
        let mut incoming = Self::empty(tempfile::tempfile_in(case).map_err(cannot_spool)?);
        let mut spool = BufWriter::with_capacity(1 << 20, &mut incoming.spool);
        let mut bytes = Vec::new();
        let mut unscanned = false;
        for number in 1_u64.. {
            let whole = line(&mut input, &mut bytes, &mut incoming.input).map_err(cannot_read)?;
            if bytes.is_empty() {
                break;
            }
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let place = format!("{name}:{number}");
            match if whole { read_record(&bytes) } else { Err(Defect::TooLong) } {
                Ok((ad_id, record)) => {
                    let line = NewLine { ad_id: &ad_id, from: &place, record };
                    let length = line.write(&mut spool).map_err(cannot_spool)?;
                    incoming.places.insert(key(&ad_id), (incoming.end, length));
                    incoming.end += length;
                }
                Err(Defect::OtherVersion(found)) => {
                    return Err(LedgerError::OtherVersion { place, found });
                }
                Err(defect) => {
                    unscanned |= matches!(defect, Defect::NotScanned);
                    incoming.left_out += 1;
                    left_out(&place, &defect.to_string());
                }
            }
        }
        spool.flush().map_err(cannot_spool)?;
        drop(spool);
        if incoming.places.is_empty() && unscanned {
            return Err(LedgerError::NotScanned { name: name.to_owned() });
        }
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

    /// Writes the lines at `places` in the order of the input; returns how many.
    pub(super) fn copy(
        &self,
        places: impl Iterator<Item = Place>,
        out: &mut dyn Write,
    ) -> io::Result<u64> {
        let mut places: Vec<Place> = places.collect();
        places.sort_unstable();
        let mut file = &self.spool;
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let mut at = 0;
        for (start, length) in &places {
            io::copy(&mut reader.by_ref().take(start - at), &mut io::sink())?;
            io::copy(&mut reader.by_ref().take(*length), out)?;
            at = start + length;
        }
        Ok(u64::try_from(places.len()).expect("a count is a u64"))
    }
}

#[derive(Serialize)]
struct NewLine<'a> {
    ad_id: &'a str,
    from: &'a str,
    record: &'a RawValue,
}

impl NewLine<'_> {
    /// Writes the line; returns its length in bytes.
    fn write(&self, out: &mut impl Write) -> io::Result<u64> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        out.write_all(&bytes)?;
        Ok(u64::try_from(bytes.len()).expect("a length is a u64"))
    }
}

/// Reads a line into `bytes`; false when it is longer than [`LONGEST_LINE`], its rest skipped.
fn line(input: &mut impl BufRead, bytes: &mut Vec<u8>, hasher: &mut Hasher) -> io::Result<bool> {
    bytes.clear();
    let count = input.by_ref().take(LONGEST_LINE).read_until(b'\n', bytes)?;
    hasher.update(bytes);
    if bytes.ends_with(b"\n") || u64::try_from(count).is_ok_and(|count| count < LONGEST_LINE) {
        return Ok(true);
    }
    loop {
        let block = input.fill_buf()?;
        let end = memchr::memchr(b'\n', block);
        let used = end.map_or(block.len(), |end| end + 1);
        hasher.update(&block[..used]);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(false);
        }
    }
}

/// Why a line of the input was left out.
#[derive(Debug, thiserror::Error)]
enum Defect {
    #[error("the line is longer than 64 MiB")]
    TooLong,
    #[error("not a JSON object of a scan: {0}")]
    NotJson(serde_json::Error),
    #[error("no `pugmark` object: the record was not scanned")]
    NotScanned,
    #[error("of version `{0}`")]
    OtherVersion(String),
}

fn read_record(bytes: &[u8]) -> Result<(String, &RawValue), Defect> {
    #[derive(Deserialize)]
    struct Version {
        pugmark: Option<Schema>,
    }
    #[derive(Deserialize)]
    struct Schema {
        #[serde(default)]
        schema: String,
    }
    let raw: &RawValue = serde_json::from_slice(bytes).map_err(Defect::NotJson)?;
    let version: Version = serde_json::from_str(raw.get()).map_err(Defect::NotJson)?;
    match version.pugmark {
        None => return Err(Defect::NotScanned),
        Some(found) if found.schema != SCAN_SCHEMA => {
            return Err(Defect::OtherVersion(found.schema));
        }
        Some(_) => {}
    }
    let record: ScanRecord = serde_json::from_str(raw.get()).map_err(Defect::NotJson)?;
    Ok((ad_id(&record.offer), raw))
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
