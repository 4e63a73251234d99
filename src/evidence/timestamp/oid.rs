//! Object identifiers, as the content of their DER form.

/// 2.16.840.1.101.3.4.2.{1,2,3}
pub(super) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
pub(super) const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
pub(super) const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
/// 1.3.14.3.2.26
pub(super) const SHA1: &[u8] = &[0x2b, 14, 3, 2, 26];
/// 1.2.840.113549.1.7.2
pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
/// 1.2.840.113549.1.9.16.1.4
pub(super) const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
/// 1.2.840.113549.1.9.3
pub(super) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
/// 1.2.840.113549.1.9.4
pub(super) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
/// 1.2.840.113549.1.9.16.2.12
pub(super) const SIGNING_CERTIFICATE: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
/// 1.2.840.113549.1.9.16.2.47
pub(super) const SIGNING_CERTIFICATE_V2: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
/// 2.5.29.37
pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// 1.3.6.1.5.5.7.3.8
pub(super) const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
/// 2.5.4.3 and 2.5.4.10
pub(super) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
pub(super) const ORGANISATION: &[u8] = &[0x55, 4, 10];
/// 1.2.840.113549.1.1.1
pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
/// 1.2.840.113549.1.1.10
pub(super) const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
/// 1.2.840.10045.2.1
pub(super) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
/// 1.2.840.10045.3.1.7
pub(super) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// 1.3.132.0.34
pub(super) const P384: &[u8] = &[0x2b, 0x81, 4, 0, 34];
/// 1.3.101.112
pub(super) const ED25519: &[u8] = &[0x2b, 101, 112];

/// The identifier in figures and dots. Source: X.690, section 8.19.
pub(super) fn name(content: &[u8]) -> String {
    let mut parts: Vec<u64> = Vec::new();
    let mut part: u64 = 0;
    for &octet in content {
        part = part.wrapping_shl(7) | u64::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            if parts.is_empty() {
                // The first two are in one: 0, 1 and 2 have up to 40 each, 2 has any.
                parts.push((part / 40).min(2));
                part -= parts[0] * 40;
            }
            parts.push(part);
            part = 0;
        }
    }
    parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    #[test]
    fn identifiers_are_named_as_people_write_them() {
        for (content, name) in [
            (super::SHA256, "2.16.840.1.101.3.4.2.1"),
            (super::RSA_PSS, "1.2.840.113549.1.1.10"),
            (super::ED25519, "1.3.101.112"),
            (&[], ""),
        ] {
            assert_eq!(super::name(content), name);
        }
    }
}
