//! What a call adds to the counter of its method.

/// A value that a counter can add: integers, and references of these.
///
/// In the unit that the counter's name tells, bytes for `…_bytes_total`. A counter never goes down, so a negative one adds
/// nothing. A type of your own is written as one of these:
/// `counter(uploaded_bytes_total = upload.size.bytes())`.
///
/// ```
/// use spanweave::CountedValue;
///
/// assert_eq!(b"content".len().counted_value(), 7);
/// assert_eq!((-1_i64).counted_value(), 0);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a counter",
    label = "expected an integer, or a reference of one",
    note = "write the value as one of these, for example `counter(uploaded_bytes_total = content.len())`"
)]
pub trait CountedValue {
    /// What is added, in the counter's unit.
    fn counted_value(&self) -> u64;
}

impl<T: CountedValue + ?Sized> CountedValue for &T {
    fn counted_value(&self) -> u64 {
        (**self).counted_value()
    }
}

macro_rules! counted_values {
    ($($integer:ty),*) => {$(
        impl CountedValue for $integer {
            fn counted_value(&self) -> u64 {
                let is_positive = *self > 0;
                u64::try_from(*self).unwrap_or(if is_positive { u64::MAX } else { 0 })
            }
        }
    )*};
}

counted_values!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

/// What one call adds, in the seven bytes that a span has to spare: more than 2^56 - 1 is that many.
#[derive(Clone, Copy)]
pub(crate) struct Amount([u8; 7]);

impl Amount {
    pub(crate) const NONE: Amount = Amount([0; 7]);

    pub(crate) const fn new(amount: u64) -> Amount {
        let most = u64::MAX >> u8::BITS;
        let [rest @ .., _] = (if amount < most { amount } else { most }).to_le_bytes();
        Amount(rest)
    }

    pub(crate) fn get(self) -> u64 {
        let mut bytes = [0; 8];
        bytes[..7].copy_from_slice(&self.0);
        u64::from_le_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, CountedValue};

    #[test]
    fn a_value_is_added_as_far_as_it_goes() {
        assert_eq!(
            [7_u8.counted_value(), (&&7_i32).counted_value(), u64::MAX.counted_value()],
            [7, 7, u64::MAX]
        );
        assert_eq!([(-7_i128).counted_value(), i128::MAX.counted_value()], [0, u64::MAX]);
    }

    #[test]
    fn an_amount_is_kept_in_seven_bytes() {
        let most = (1 << 56) - 1;
        let kept =
            [0, 1, 0x0102_0304_0506_0708, most, most + 1, u64::MAX].map(|amount| Amount::new(amount).get());
        assert_eq!(kept, [0, 1, most.min(0x0102_0304_0506_0708), most, most, most]);
        assert_eq!(size_of::<Amount>(), 7);
    }
}
