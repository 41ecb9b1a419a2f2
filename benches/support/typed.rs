//! The baseline of `validate`: the same files through `serde_yaml` into typed structs, on as many threads, in a process of
//! its own. It reads and drops them; it checks nothing.

#![allow(dead_code, reason = "the fields are what is parsed; nobody looks at them")]

use rayon::prelude::*;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flag {
    description: Option<String>,
    #[serde(rename = "type")]
    value_type: String,
    kind: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    expires: Option<String>,
    #[serde(default)]
    links: BTreeMap<String, String>,
    default: bool,
    environments: BTreeMap<String, Environment>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Environment {
    enabled: bool,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    rules: Vec<Rule>,
    serve: Serve,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    serve: bool,
    units: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: Option<String>,
    when: Vec<Condition>,
    serve: Serve,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    segment: Option<String>,
    attribute: Option<String>,
    #[serde(rename = "in")]
    one_of: Option<Vec<String>>,
    equals: Option<String>,
    semver_greater_than_or_equal: Option<String>,
}

/// Written out, because an untagged enum would be slower than need be.
#[derive(Debug)]
enum Serve {
    Variant(bool),
    Percentage(f64),
}

impl<'de> Deserialize<'de> for Serve {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Serve;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or a percentage")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Serve, E> {
                Ok(Serve::Variant(value))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Serve, A::Error> {
                match map.next_entry::<String, f64>()? {
                    Some((key, share)) if key == "percentage" => Ok(Serve::Percentage(share)),
                    _ => Err(A::Error::custom("not a percentage")),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Reads and parses every flag file below `folder/flags`; the number of environments in all of them.
///
/// # Errors
/// The first file that does not read.
pub(crate) fn parse_all(folder: &Path) -> Result<usize, String> {
    let mut files = Vec::new();
    walk(&folder.join("flags"), &mut files).map_err(|error| error.to_string())?;
    files.sort_unstable();
    files
        .par_iter()
        .with_min_len(16)
        .map(|file| {
            let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
            let flag: Flag = serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
            Ok(flag.environments.len())
        })
        .sum()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if name != "segments" {
                walk(&entry.path(), files)?;
            }
        } else if name != "project.yaml" {
            files.push(entry.path());
        }
    }
    Ok(())
}
