//! What evaluation answers.

use super::bucket::Bucket;
use super::cause::Cause;
use crate::model::Value;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value as Json};
use std::fmt;

/// Why a value was served; the names are those of `OpenFeature`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The same for every context until the flag changes: clients may cache it.
    Static,
    /// The serve for everyone else, or the default variant because something is missing (see the cause).
    Default,
    /// A target or rule.
    TargetingMatch,
    /// A bucket.
    Split,
    /// The flag is off here: the default variant.
    Disabled,
    /// The flag is unknown or does not compile, or its answer depends on what could not be told.
    Error,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Static, Self::Default, Self::TargetingMatch, Self::Split, Self::Disabled, Self::Error];

    /// Its name in `OpenFeature`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "STATIC",
            Self::Default => "DEFAULT",
            Self::TargetingMatch => "TARGETING_MATCH",
            Self::Split => "SPLIT",
            Self::Disabled => "DISABLED",
            Self::Error => "ERROR",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The kind of an error; the names are those of `OpenFeature`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorCode {
    /// There is no such flag.
    FlagNotFound,
    /// The flag, or something that it needs, does not compile.
    ParseError,
    /// The answer depends on an attribute that could not be told.
    General,
}

impl ErrorCode {
    /// Its name in `OpenFeature`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FlagNotFound => "FLAG_NOT_FOUND",
            Self::ParseError => "PARSE_ERROR",
            Self::General => "GENERAL",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The answer for one flag, in one environment, to one context, at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision<'p> {
    /// The flag.
    pub key: &'p str,
    /// The environment.
    pub environment: &'p str,
    /// What is served; `None` when the flag is unknown, or so broken that its default could not be read.
    pub value: Option<&'p Value>,
    /// The name of what is served.
    pub variant: Option<&'p str>,
    /// Why.
    pub reason: Reason,
    /// What went wrong, when the reason is [`Reason::Error`], in one sentence without a full stop.
    pub error: Option<(ErrorCode, &'p str)>,
    /// The rule that decided: its id, or `#1` for the first.
    pub rule: Option<&'p str>,
    /// The bucket that decided.
    pub bucket: Option<Bucket>,
    /// Why the default variant is served where the flag as it stands would serve something.
    pub cause: Option<Cause<'p>>,
    /// The scalars of the flag's metadata; empty for an unknown flag.
    pub metadata: Option<&'p Map<String, Json>>,
}

impl<'p> Decision<'p> {
    /// The answer for a flag that does not exist.
    pub(super) const fn not_found(key: &'p str, environment: &'p str) -> Self {
        Self {
            key,
            environment,
            value: None,
            variant: None,
            reason: Reason::Error,
            error: Some((ErrorCode::FlagNotFound, "there is no flag of this name")),
            rule: None,
            bucket: None,
            cause: None,
            metadata: None,
        }
    }

    /// The boolean that is served; `None` when it is something else.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self.value {
            Some(Value::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// As JSON; see [`Serialize`].
    #[must_use]
    pub fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// An object with OFREP's names in this order: `key value variant reason errorCode errorDetails metadata environment
/// rule bucket cause`. What does not apply is left out.
impl Serialize for Decision<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("key", self.key)?;
        match self.value {
            Some(Value::Json(json)) => map.serialize_entry("value", json)?,
            Some(Value::String(text)) => map.serialize_entry("value", text)?,
            Some(other) => map.serialize_entry("value", &other.to_json())?,
            None => {}
        }
        if let Some(variant) = self.variant {
            map.serialize_entry("variant", variant)?;
        }
        map.serialize_entry("reason", self.reason.as_str())?;
        if let Some((code, details)) = self.error {
            map.serialize_entry("errorCode", code.as_str())?;
            map.serialize_entry("errorDetails", details)?;
        }
        if let Some(metadata) = self.metadata.filter(|metadata| !metadata.is_empty()) {
            map.serialize_entry("metadata", metadata)?;
        }
        map.serialize_entry("environment", self.environment)?;
        if let Some(rule) = self.rule {
            map.serialize_entry("rule", rule)?;
        }
        if let Some(bucket) = self.bucket {
            map.serialize_entry("bucket", &bucket)?;
        }
        if let Some(cause) = self.cause {
            map.serialize_entry("cause", &cause.to_string())?;
        }
        map.end()
    }
}
