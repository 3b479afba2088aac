//! The versions of HTTP, as the attribute `network.protocol.version` has them.

use http::Version;

/// The usual one first.
pub(crate) const VERSIONS: [(Version, &str); 5] = [
    (Version::HTTP_11, "1.1"),
    (Version::HTTP_2, "2"),
    (Version::HTTP_3, "3"),
    (Version::HTTP_10, "1.0"),
    (Version::HTTP_09, "0.9"),
];

/// The place of a version among them. There is no other, though the type may get some.
pub(crate) fn place(version: Version) -> Option<usize> {
    VERSIONS.iter().position(|(known, _)| *known == version)
}
