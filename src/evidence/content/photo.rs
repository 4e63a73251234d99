//! What cameras write into pictures.

use std::collections::BTreeMap;
use std::io::Cursor;

use serde::Serialize;

/// Longest value that is kept: longer ones are data for programs.
const LONGEST: usize = 200;

/// The fields of a picture by their names in the Exif standard, such as `DateTimeOriginal`,
/// `Model`, `GPSLatitude`; values as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Photo(BTreeMap<String, String>);

/// Reads the Exif fields in the file `bytes`; `None` when there are none.
pub(super) fn read(bytes: &[u8]) -> Option<Photo> {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let mut fields = BTreeMap::new();
    for field in exif.fields().filter(|field| field.ifd_num == exif::In::PRIMARY) {
        let value = field.display_value().with_unit(&exif).to_string();
        if value.len() <= LONGEST {
            fields.insert(field.tag.to_string(), value);
        }
    }
    (!fields.is_empty()).then_some(Photo(fields))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_the_camera_wrote_is_read() {
        // A TIFF file with one directory of two fields: Make, and Orientation.
        let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend_from_slice(b"\x0f\x01\x02\0\x04\0\0\0Sam\0");
        tiff.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0");
        let photo = serde_json::to_value(read(&tiff).unwrap()).unwrap();
        assert_eq!(photo["Make"], "\"Sam\"");
        assert_eq!(photo["Orientation"], "row 0 at right and column 0 at top");
        assert_eq!(read(b"no picture"), None);
    }
}
