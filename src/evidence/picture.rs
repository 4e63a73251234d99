//! What a picture looks like, as a number by which the same picture is found in other sizes
//! and qualities.

use std::io::Cursor;

use data_encoding::HEXLOWER;
use image::{ImageReader, Limits};
use image_hasher::{HashAlg, HasherConfig};
use serde::Serialize;

use crate::contained::contained;

/// How [`Picture::hash`] is made: of the picture in 9 × 8 grey dots, one bit for each that is
/// darker than its neighbour. Two pictures are alike when few of the 64 bits differ.
pub const PICTURE_HASH: &str = "dhash-64";
/// Smaller pictures are icons and dots: all look alike.
const SMALLEST: u32 = 64;
/// A picture with fewer or more dark dots than this has nothing in it: all such look alike.
const FEATURES: std::ops::RangeInclusive<u32> = 4..=60;
/// Longest side of a picture that is read.
const LONGEST: u32 = 20_000;
/// Most memory that one picture may take, whatever its file says.
const MEMORY: u64 = 96 << 20;

/// What is known of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// [`PICTURE_HASH`] as 16 hexadecimal digits.
    pub hash: String,
}

impl Picture {
    /// Looks at a JPEG, PNG, GIF or WebP file; `None` for anything else, for what is broken,
    /// for what is too small or too large, and for what has nothing in it.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        contained(|| Self::decode(bytes)).flatten()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST);
        limits.max_image_height = Some(LONGEST);
        limits.max_alloc = Some(MEMORY);
        reader.limits(limits);
        let image = reader.decode().ok()?;
        let (width, height) = (image.width(), image.height());
        if width < SMALLEST || height < SMALLEST {
            return None;
        }
        let hasher = HasherConfig::new().hash_size(8, 8).hash_alg(HashAlg::Gradient).to_hasher();
        let hash = hasher.hash_image(&image);
        let hash = hash.as_bytes();
        let ones: u32 = hash.iter().map(|byte| byte.count_ones()).sum();
        if !FEATURES.contains(&ones) {
            return None;
        }
        let hash = HEXLOWER.encode(hash);
        Some(Self { width, height, hash })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::imageops::FilterType;
    use image::{DynamicImage, ImageFormat, RgbImage};

    use super::Picture;

    fn picture(turn: bool) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(400, 300, |x, y| {
            let (x, y) = if turn { (y, x) } else { (x, y) };
            let wave = (f64::from(x) / 37.0).sin() * (f64::from(y) / 53.0).cos();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 254")]
            image::Rgb([(wave * 127.0 + 127.0) as u8, (x % 256) as u8, (y % 256) as u8])
        }))
    }

    fn read(image: &DynamicImage, format: ImageFormat) -> Option<Picture> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        Picture::read(bytes.get_ref())
    }

    fn apart(a: &Picture, b: &Picture) -> u32 {
        let bits = |picture: &Picture| u64::from_str_radix(&picture.hash, 16).unwrap();
        (bits(a) ^ bits(b)).count_ones()
    }

    #[test]
    fn the_same_picture_is_alike_in_another_size_and_format_and_another_is_not() {
        let original = read(&picture(false), ImageFormat::Png).unwrap();
        assert_eq!((original.width, original.height), (400, 300));
        let smaller = picture(false).resize(200, 150, FilterType::Triangle);
        for format in [ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Png] {
            let copy = read(&smaller, format).unwrap();
            assert!(apart(&original, &copy) <= 4, "{format:?}: {}", apart(&original, &copy));
        }
        let other = read(&picture(true), ImageFormat::Png).unwrap();
        assert!(apart(&original, &other) > 15, "{}", apart(&original, &other));
    }

    #[test]
    fn icons_rubbish_and_bombs_are_left_alone() {
        let icon = picture(false).resize_exact(32, 32, FilterType::Nearest);
        assert_eq!(read(&icon, ImageFormat::Png), None);
        let blank = DynamicImage::ImageRgb8(RgbImage::from_pixel(300, 300, image::Rgb([9, 99, 9])));
        assert_eq!(read(&blank, ImageFormat::Png), None);
        assert_eq!(Picture::read(b"\x89PNG\r\n\x1a\nrubbish"), None);
        // 19,000 x 19,000 dots of one colour: a small file, a gigabyte when unpacked.
        let mut head = vec![b'G', b'I', b'F', b'8', b'9', b'a'];
        head.extend_from_slice(&19_000_u16.to_le_bytes());
        head.extend_from_slice(&19_000_u16.to_le_bytes());
        head.extend_from_slice(&[0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0]);
        head.extend_from_slice(&19_000_u16.to_le_bytes());
        head.extend_from_slice(&19_000_u16.to_le_bytes());
        head.extend_from_slice(&[0, 2, 2, 0x44, 1, 0, 0x3b]);
        assert_eq!(Picture::read(&head), None);
    }
}
