//! Images, good ones and others.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};

/// Where the bytes of a PNG say how wide and high it is, and where their checksum is.
const HEADER: std::ops::Range<usize> = 12..29;

/// An image of these sides.
pub fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut encoded = Cursor::new(Vec::new());
    RgbImage::new(width, height).write_to(&mut encoded, format).unwrap();
    encoded.into_inner()
}

/// A small PNG whose header says that it has these sides and so many bits in each of four channels.
pub fn bomb(width: u32, height: u32, bits: u8) -> Vec<u8> {
    const RGBA: u8 = 6;
    let mut png = encoded(400, 100, ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    png[24..26].copy_from_slice(&[bits, RGBA]);
    let checksum = crc32(&png[HEADER]);
    png[HEADER.end..HEADER.end + 4].copy_from_slice(&checksum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}
