//! Thumbnails of images, whoever made these.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, ImageResult, Limits};
use spanweave::traced;

use crate::error::Result;

/// The longer side of a thumbnail, in pixels.
const SIDE: u32 = 256;
const QUALITY: u8 = 80;

/// A few kilobytes can say that they are an image of gigabytes: no side is longer than any camera's, …
const MAX_SIDE: u32 = 12_000;
/// … and no more than this is decoded, which is 64 megapixels in colour.
const MAX_DECODED_BYTES: u64 = 192 << 20;

/// The JPEG that an image becomes.
#[traced]
pub(super) fn scale(image: &[u8]) -> Result<Vec<u8>> {
    Ok(encode(decode(image)?)?)
}

/// An image that is no larger than a thumbnail, and the right way up.
fn decode(image: &[u8]) -> ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(image)).with_guessed_format()?;
    let mut limits = limits();
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    if image.width().max(image.height()) > SIDE {
        image = image.thumbnail(SIDE, SIDE);
    }
    image.apply_orientation(orientation);
    Ok(image)
}

fn encode(image: DynamicImage) -> ImageResult<Vec<u8>> {
    let mut jpeg = Vec::new();
    image.into_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))?;
    Ok(jpeg)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    limits
}
