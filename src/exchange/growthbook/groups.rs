//! Saved groups: lists of values, which become segments.

use crate::exchange::build::Names;
use crate::exchange::formula::Formula;
use crate::exchange::read::Node;
use crate::model::{AttributePath, Condition, Segment, SegmentName};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The groups of a document, and the segments that were made of them.
#[derive(Debug, Default)]
pub(super) struct Groups<'n> {
    lists: BTreeMap<&'n str, Node<'n>>,
    names: Names,
    /// The attributes that conditions take for lists.
    pub(super) listed: BTreeSet<AttributePath>,
    pub(super) made: BTreeMap<(String, String), Segment>,
}

impl<'n> Groups<'n> {
    /// Takes in the groups of a document.
    pub(super) fn add(&mut self, root: &Node<'n>) {
        if let Some(groups) = root.get("savedGroups") {
            self.lists.extend(groups.entries());
        }
    }

    /// The values of a group.
    pub(super) fn list(&self, name: &str) -> Option<Vec<Json>> {
        self.lists.get(name)?.json.as_array().cloned()
    }

    /// The groups that no condition names.
    pub(super) fn unused(&self) -> Vec<&Node<'n>> {
        let used = |name: &str| self.made.keys().any(|(group, _)| group == name);
        self.lists.iter().filter(|(name, _)| !used(name)).map(|(_, node)| node).collect()
    }

    /// The segment of those whose attribute is in the group, which `within` says.
    pub(super) fn segment(&mut self, group: &str, path: &AttributePath, within: &Formula) -> Formula {
        let Formula::When(condition) = within else { return within.clone() };
        let key = (group.to_owned(), path.to_string());
        if let Some(segment) = self.made.get(&key) {
            return Formula::When(Condition::Segment(segment.name.clone()));
        }
        let others = self.made.keys().any(|(other, _)| other == group);
        let wanted = if others { format!("{group}.{path}") } else { group.to_owned() };
        let (ours, _) = self.names.of(&wanted);
        let Ok(name) = SegmentName::new(&ours) else { return within.clone() };
        let segment = Segment {
            name: name.clone(),
            description: None,
            owner: None,
            include: Vec::new(),
            exclude: Vec::new(),
            conditions: vec![condition.clone()],
        };
        self.made.insert(key, segment);
        Formula::When(Condition::Segment(name))
    }
}
