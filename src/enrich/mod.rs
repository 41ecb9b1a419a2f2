//! Attributes that follow from others: the device from `userAgent`, the place from `ip`.
//!
//! Evaluation itself derives nothing: an [`Enricher`] adds to a context what a program asks for and the context does not
//! have. What is there already stays. The device is told by the patterns of [uap-core](https://github.com/ua-parser/uap-core)
//! (`src/enrich/uap-core/`, Apache-2.0), the place by a database in MaxMind's format that the project names.

mod device;
mod geo;

use crate::diagnostic::{Code, codes};
use crate::evaluate::{Context, Program};
use crate::model::{AttributePath, Project};
use geo::Geo;
use std::cell::OnceCell;

/// An attribute that can be derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    /// Its path.
    pub path: &'static str,
    /// The attribute that it follows from.
    pub from: &'static str,
    /// What it is.
    pub doc: &'static str,
}

/// All of them.
pub const DERIVED: [Derived; 6] = [
    Derived { path: "device.type", from: "userAgent", doc: "phone, tablet, desktop, tv, watch, console, bot or other" },
    Derived { path: "device.os", from: "userAgent", doc: "ios, android, windows, macos, linux, chromeos or other" },
    Derived { path: "device.browser", from: "userAgent", doc: "such as chrome, safari, firefox, edge or opera" },
    Derived { path: "geo.country", from: "ip", doc: "ISO 3166-1 alpha-2, such as DE" },
    Derived { path: "geo.region", from: "ip", doc: "ISO 3166-2, such as DE-BE" },
    Derived { path: "geo.city", from: "ip", doc: "its English name" },
];

/// Why something could not be derived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrichError {
    /// A place is asked for, and the project names no database.
    #[error("places such as `{0}` follow from `ip`, but the project names no database of them")]
    NoDatabase(&'static str),
    /// The database can't be read.
    #[error("can't read the database of places `{path}`: {reason}")]
    BadDatabase {
        /// As the project names it.
        path: String,
        /// Why not.
        reason: String,
    },
}

impl EnrichError {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static Code {
        match self {
            Self::NoDatabase(_) => &codes::context::NO_GEO_DATABASE,
            Self::BadDatabase { .. } => &codes::context::BAD_GEO_DATABASE,
        }
    }

    /// Why a place is not told, in the words of a decision.
    const fn why(&self) -> &'static str {
        match self {
            Self::NoDatabase(_) => "a place follows from `ip`, but the project names no database of places",
            Self::BadDatabase { .. } => "a place follows from `ip`, but the database of places can't be read",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoDatabase(_) => {
                "name one in `flags/project.yaml`, `geo: {database: path/to/GeoLite2-City.mmdb}`, or give the place in the context"
            }
            Self::BadDatabase { .. } => {
                "it is a file in MaxMind's format (.mmdb), and a relative path begins at the folder that holds `flags/`"
            }
        }
    }
}

/// Reads the bytes of a database; the reason when that fails.
pub type Read<'r> = Box<dyn Fn(&str) -> Result<Vec<u8>, String> + 'r>;

/// Adds to contexts what one program asks for.
pub struct Enricher<'r> {
    wanted: Vec<(Derived, AttributePath)>,
    database: Option<String>,
    read: Read<'r>,
    geo: OnceCell<Result<Geo, EnrichError>>,
    problem: OnceCell<EnrichError>,
}

impl<'r> Enricher<'r> {
    /// For what `program` asks for. The database is opened with `read` when a context needs it.
    #[must_use]
    pub fn new(program: &Program, project: &Project, read: Read<'r>) -> Self {
        let wanted = |derived: &Derived| {
            let path = program.attributes().find(|path| path.as_str() == derived.path)?;
            Some((*derived, path.clone()))
        };
        let wanted = DERIVED.iter().filter_map(wanted).collect();
        Self { wanted, database: project.geo_database.clone(), read, geo: OnceCell::new(), problem: OnceCell::new() }
    }

    /// The attributes that it looks at, with repetitions.
    pub fn sources(&self) -> impl Iterator<Item = &'static str> {
        self.wanted.iter().map(|(derived, _)| derived.from)
    }

    /// Adds what is missing and can be told, and says what that was. Where there is no database that could tell a place,
    /// the context is told so: flags whose answers depend on it will fail, and no others.
    pub fn enrich(&self, context: &mut Context) -> Vec<(Derived, String)> {
        let mut found = Vec::new();
        for (derived, path) in &self.wanted {
            if context.get(path).is_some() {
                continue;
            }
            let Some(source) = AttributePath::parse(derived.from).and_then(|from| text(context, &from)) else {
                continue;
            };
            let value = match derived.from {
                "ip" => self.place(derived, &source).unwrap_or_else(|error| {
                    context.cannot_tell(path.clone(), error.why());
                    self.problem.get_or_init(|| error);
                    None
                }),
                _ => device::tell(derived.path, &source),
            };
            let Some(value) = value else { continue };
            // Where an outer name is no object, nothing can be below it.
            if context.set(path, value.clone().into()).is_ok() {
                found.push((*derived, value));
            }
        }
        found
    }

    /// Why a place could not be told to some context.
    pub fn problem(&self) -> Option<&EnrichError> {
        self.problem.get()
    }

    fn place(&self, derived: &Derived, ip: &str) -> Result<Option<String>, EnrichError> {
        let Ok(address) = ip.trim().parse() else { return Ok(None) };
        let Some(path) = &self.database else { return Err(EnrichError::NoDatabase(derived.path)) };
        match self.geo.get_or_init(|| open(path, || (self.read)(path))) {
            Ok(geo) => geo
                .tell(derived.path, address)
                .map_err(|reason| EnrichError::BadDatabase { path: path.clone(), reason }),
            Err(error) => Err(error.clone()),
        }
    }
}

/// Whether the database that a project names at `path` is one.
///
/// # Errors
/// Why it can't be read.
pub fn check_database(path: &str, read: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<(), EnrichError> {
    open(path, read).map(drop)
}

fn open(path: &str, read: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<Geo, EnrichError> {
    let bad = |reason| EnrichError::BadDatabase { path: path.to_owned(), reason };
    Geo::open(read().map_err(bad)?).map_err(bad)
}

fn text(context: &Context, path: &AttributePath) -> Option<String> {
    context.get(path).and_then(serde_json::Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests;
