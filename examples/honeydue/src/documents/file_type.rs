//! What is in a file. What its sender says of it does not count.

use crate::error::{AppError, Result};

const IMAGES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
const PDF: &str = "application/pdf";

/// The type of a file by its first bytes, if it is one that is taken.
pub(super) fn of(content: &[u8]) -> Result<&'static str> {
    let found = infer::get(content).map(|found| found.mime_type());
    let taken = found.filter(|mime_type| is_image(mime_type) || *mime_type == PDF);
    taken.ok_or(AppError::UnsupportedType("send a JPEG, a PNG, a WebP or a PDF"))
}

/// Whether a thumbnail can be made of it.
pub(super) fn is_image(mime_type: &str) -> bool {
    IMAGES.contains(&mime_type)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_content_tells() {
        assert_eq!(of(b"\x89PNG\r\n\x1a\n").unwrap(), "image/png");
        assert_eq!(of(b"\xff\xd8\xff\xe0").unwrap(), "image/jpeg");
        assert_eq!(of(b"RIFF\0\0\0\0WEBPVP8 ").unwrap(), "image/webp");
        assert_eq!(of(b"%PDF-1.7").unwrap(), "application/pdf");
    }

    #[test]
    fn nothing_else_is_taken() {
        for content in [&b""[..], b"<html>", b"<svg xmlns=", b"GIF89a", b"PK\x03\x04", b"\x7fELF", b"text"] {
            assert!(of(content).is_err(), "{content:?}");
        }
    }
}
