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

/// A JPEG of these sides that a camera took on its side: it is to be shown a quarter turned.
pub fn turned(width: u32, height: u32) -> Vec<u8> {
    // One entry of one kind, the orientation: 6.
    const EXIF: &[u8] =
        b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    const START: usize = 2;
    let jpeg = encoded(width, height, ImageFormat::Jpeg);
    [&jpeg[..START], EXIF, &jpeg[START..]].concat()
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
