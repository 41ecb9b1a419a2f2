//! What a flag serves.

use std::fmt;

/// The type of a flag's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueType {
    /// `true` or `false`, with the built-in variants `on` and `off`.
    Boolean,
    /// Text.
    String,
    /// A whole number within ±(2^53−1).
    Integer,
    /// A double.
    Number,
    /// Any JSON value.
    Json,
}

impl ValueType {
    /// All of them, with their names in files.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Boolean, "boolean"),
        (Self::String, "string"),
        (Self::Integer, "integer"),
        (Self::Number, "number"),
        (Self::Json, "json"),
    ];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, candidate)| *candidate == name).map(|(value_type, _)| *value_type)
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A value that a flag serves.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Of a boolean flag.
    Boolean(bool),
    /// Of a string flag.
    String(String),
    /// Of an integer flag; within ±(2^53−1).
    Integer(i64),
    /// Of a number flag; finite.
    Number(f64),
    /// Of a JSON flag. Numbers inside are finite, integers within ±(2^53−1).
    Json(serde_json::Value),
}

impl Value {
    /// The type of flag that can serve it.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Boolean(_) => ValueType::Boolean,
            Self::String(_) => ValueType::String,
            Self::Integer(_) => ValueType::Integer,
            Self::Number(_) => ValueType::Number,
            Self::Json(_) => ValueType::Json,
        }
    }

    /// As JSON. Numbers of a number flag keep a fraction (`10.0`), so that typed clients can tell.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Boolean(value) => (*value).into(),
            Self::String(value) => value.as_str().into(),
            Self::Integer(value) => (*value).into(),
            Self::Number(value) => (*value).into(),
            Self::Json(value) => value.clone(),
        }
    }
}

/// Strings as they are, everything else as compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::String(value) => f.write_str(value),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Json(value) => write!(f, "{value}"),
        }
    }
}
