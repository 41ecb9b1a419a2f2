//! A segment file.

use super::decode::{Decoder, Slot};
use super::tables::SEGMENT;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::shape;
use crate::model::{Segment, SegmentName, Unit};
use crate::source::{FilePath, Span};
use crate::yaml::Tree;
use std::collections::BTreeMap;

/// Reads a segment. The segment is there exactly when there is no problem.
#[must_use]
pub fn segment(file: &FilePath, name: &SegmentName, tree: &Tree<'_>) -> (Option<Segment>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(file);
    let segment = decoder.segment(name, Slot::file(tree, SEGMENT.what));
    decoder.finish(segment)
}

impl Decoder<'_> {
    fn segment(&mut self, name: &SegmentName, slot: Slot<'_, '_>) -> Option<Segment> {
        let fields = self.object(slot, &SEGMENT)?;
        let mut included = BTreeMap::new();
        let mut excluded = BTreeMap::new();
        let description = self.optional(&fields, "description", Self::text);
        let owner = self.optional(&fields, "owner", Self::text);
        let include = self.or_default(&fields, "include", |decoder, slot| decoder.units(slot, false, &mut included));
        let exclude = self.or_default(&fields, "exclude", |decoder, slot| decoder.units(slot, false, &mut excluded));
        self.overlap(&included, &excluded);
        let conditions = self.or_default(&fields, "match", Self::conditions);
        Some(Segment {
            name: name.clone(),
            description: description?,
            owner: owner?,
            include: include?,
            exclude: exclude?,
            conditions: conditions?,
        })
    }

    fn overlap(&mut self, included: &BTreeMap<Unit, Span>, excluded: &BTreeMap<Unit, Span>) {
        for (unit, span) in included {
            let Some(other) = excluded.get(unit) else { continue };
            let place = self.place(*other);
            let message = format!("the unit `{unit}` is both included and excluded");
            let problem = self.report(&shape::UNIT_IN_BOTH, *span, message);
            problem.related.push((place, "it is excluded here".into()));
            problem.help.push("remove it from one of the two; `exclude` wins".into());
        }
    }
}
