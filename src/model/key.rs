//! Checked names: flag keys, and names of environments, variants, segments, rings and rules.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// Why a name is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("a name can't be empty")]
    Empty,
    /// More than 100 characters.
    #[error("a name has at most 100 characters, this one has {0}")]
    TooLong(usize),
    /// Starts with something else than a letter or digit.
    #[error("a name starts with a letter or digit, not with `{0}`")]
    Start(char),
    /// A character that names can't have.
    #[error("a name has only letters, digits, `.`, `_` and `-`, not `{0}`")]
    Character(char),
    /// A name such as `con` or `nul.txt`, which Windows can't store as a file.
    #[error("`{0}` is a device name on Windows, where such a file can't exist")]
    Device(String),
    /// A trailing dot, which Windows drops from file names.
    #[error("a name can't end with a dot: Windows drops it from file names")]
    TrailingDot,
}

/// Whether `text` is a name: `[A-Za-z0-9][A-Za-z0-9._-]{0,99}`, no Windows device name, no trailing dot.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_name(text: &str) -> Result<(), NameError> {
    let first = text.chars().next().ok_or(NameError::Empty)?;
    if let Some(bad) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-')) {
        return Err(NameError::Character(bad));
    }
    if !first.is_ascii_alphanumeric() {
        return Err(NameError::Start(first));
    }
    if text.len() > 100 {
        return Err(NameError::TooLong(text.len()));
    }
    if text.ends_with('.') {
        return Err(NameError::TrailingDot);
    }
    if is_device(text) {
        return Err(NameError::Device(text.to_owned()));
    }
    Ok(())
}

fn is_device(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The checked name.
            ///
            /// # Errors
            /// See [`check_name`].
            pub fn new(text: &str) -> Result<Self, NameError> {
                check_name(text)?;
                Ok(Self(text.into()))
            }

            /// As text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }
    )*};
}

names! {
    /// The key of a flag: the stem of its file.
    FlagKey;
    /// The name of an environment.
    EnvironmentName;
    /// The name of a variant; `on` and `off` for booleans.
    VariantName;
    /// The name of a segment: the stem of its file.
    SegmentName;
    /// The name of a golden context: the stem of its file.
    GoldenName;
    /// The name of a ring of users.
    RingName;
    /// The id of a rule, unique within its environment of its flag.
    RuleId;
}

impl VariantName {
    /// The variant of a boolean flag that stands for `true` (`on`) or `false` (`off`).
    #[must_use]
    pub fn boolean(value: bool) -> Self {
        Self(if value { "on" } else { "off" }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_portable_file_names() {
        for good in ["a", "new-checkout", "Payments_v2.1", "9lives", "con-fig", "com10"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        assert_eq!(check_name(""), Err(NameError::Empty));
        assert_eq!(check_name("-x"), Err(NameError::Start('-')));
        assert_eq!(check_name("../x"), Err(NameError::Character('/')));
        assert_eq!(check_name("é"), Err(NameError::Character('é')));
        assert_eq!(check_name("NUL.x"), Err(NameError::Device("NUL.x".into())));
        assert_eq!(check_name("lpt1"), Err(NameError::Device("lpt1".into())));
        assert_eq!(check_name("x."), Err(NameError::TrailingDot));
        assert_eq!(check_name(&"x".repeat(101)), Err(NameError::TooLong(101)));
    }
}
