//! Semantic versions: `SemVer` 2, strictly; build metadata does not count.

use super::attribute::{Attribute, Forms, lenient_version, version};
use super::{Accepts, Matcher, text};
use crate::model::Test;
use semver::{Version, VersionReq};

/// A version and how the attribute must stand to it.
#[derive(Debug)]
pub(crate) struct Precedence {
    accepts: Accepts,
    bound: Version,
    lenient: bool,
}

/// A range of versions, as in Cargo: comma-separated comparators, all of which hold; a bare `1.2` means `^1.2`.
///
/// A pre-release is in a range only when a comparator names a pre-release of the same major, minor and patch version:
/// `2.0.0-rc.1` is in `>=2.0.0-rc.0`, but not in `>=1.0.0`.
#[derive(Debug)]
pub(crate) struct Range(VersionReq);

impl Precedence {
    pub(super) fn prepare(test: &Test, accepts: Accepts) -> Result<Matcher, String> {
        let written = text(test)?;
        let read = if test.lenient { lenient_version } else { version };
        let bound = read(written).ok_or_else(|| {
            format!("`{written}` is not a semantic version: write three numbers such as 2.1.0, optionally with a pre-release")
        })?;
        Ok(Matcher::Precedence(Self { accepts, bound, lenient: test.lenient }))
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        let version = if self.lenient { attribute.lenient.as_deref() } else { attribute.version.as_ref() };
        version.map(|version| self.accepts.has(version.cmp(&self.bound)))
    }

    pub(super) const fn forms(&self) -> Forms {
        if self.lenient { Forms::LENIENT } else { Forms::VERSION }
    }
}

impl Range {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        let written = text(test)?;
        let range = VersionReq::parse(written)
            .map_err(|error| format!("`{written}` is not a range of versions such as `>=2.1.0, <3.0.0`: {error}"))?;
        Ok(Matcher::Range(Self(range)))
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        attribute.version.as_ref().map(|version| self.0.matches(version))
    }
}
