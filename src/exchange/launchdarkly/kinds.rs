//! Where a context has its parts.
//!
//! LaunchDarkly's contexts are of kinds. A context of one kind has its attributes on top, and its key as `targetingKey`;
//! one of several kinds has `kind: multi`, and each kind with its `key` and attributes in a mapping of its name. Files that
//! speak of users only, as most do, take every context for a user.

use crate::exchange::build::{exists, path_of, test};
use crate::exchange::formula::Formula;
use crate::exchange::read::Node;
use crate::model::{AttributePath, Scalar};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The kind of contexts that is meant where none is named.
pub(super) const USER: &str = "user";

/// The kinds that the files speak of.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    /// All of them; empty where only users are spoken of.
    pub(super) named: BTreeSet<String>,
}

/// Where the attributes of a kind can be.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// When they are here.
    pub(super) guard: Formula,
    /// The mapping; on top when absent.
    mapping: Option<String>,
}

impl Kinds {
    /// Adds what is named at `node` or below it.
    pub(super) fn look(&mut self, node: &Node<'_>) {
        let mut pending = vec![node.json];
        while let Some(json) = pending.pop() {
            match json {
                Json::Object(entries) => {
                    for (name, value) in entries {
                        match (name.as_str(), value) {
                            ("contextKind" | "rolloutContextKind", Json::String(kind)) => self.add(kind),
                            ("attribute", Json::String(attribute)) if attribute == "kind" => {
                                self.named.insert(USER.into());
                            }
                            _ => {}
                        }
                        pending.push(value);
                    }
                }
                Json::Array(items) => pending.extend(items),
                _ => {}
            }
        }
    }

    fn add(&mut self, kind: &str) {
        if !kind.is_empty() && kind != USER {
            self.named.extend([kind.to_owned(), USER.to_owned()]);
        }
    }

    /// Whether every context is a user.
    pub(super) fn are_users(&self) -> bool {
        self.named.is_empty()
    }

    /// Where attributes of `kind` can be.
    pub(super) fn places(&self, kind: &str) -> Vec<Place> {
        if self.are_users() {
            return vec![Place { guard: Formula::Known(true), mapping: None }];
        }
        let Some(path) = path_of(["kind"]) else { return Vec::new() };
        let text = |kind: &str| Scalar::Text(kind.to_owned());
        let alone = if kind == USER {
            // Also where no kind is named.
            Formula::When(test(&path, "not_equals", text(USER))).not()
        } else {
            Formula::When(test(&path, "equals", text(kind)))
        };
        let beside = Formula::When(test(&path, "equals", text("multi")));
        vec![Place { guard: alone, mapping: None }, Place { guard: beside, mapping: Some(kind.to_owned()) }]
    }
}

impl Place {
    /// The path of the attribute with these names.
    pub(super) fn path(&self, names: &[String]) -> Option<AttributePath> {
        match (&self.mapping, names) {
            (None, [only]) if only == "key" => Some(AttributePath::targeting_key()),
            (mapping, names) => path_of(mapping.iter().chain(names).map(String::as_str)),
        }
    }

    /// Whether there is such a part of the context.
    pub(super) fn is_there(&self) -> Formula {
        let path = self.mapping.as_ref().and_then(|kind| path_of([kind.as_str()]));
        let there = path.map_or(Formula::Known(true), |path| Formula::When(exists(&path, true)));
        self.guard.clone().and(there)
    }
}

/// The names that a reference to an attribute is made of; `None` when it is malformed.
pub(super) fn reference(text: &str, literal: bool) -> Option<Vec<String>> {
    if text.is_empty() {
        return None;
    }
    let Some(pointer) = text.strip_prefix('/').filter(|_| !literal) else { return Some(vec![text.to_owned()]) };
    pointer
        .split('/')
        .map(|part| {
            let unescaped = part.replace("~1", "/").replace("~0", "~");
            let bad = part.is_empty() || part.replace("~1", "").replace("~0", "").contains('~');
            (!bad).then_some(unescaped)
        })
        .collect()
}
