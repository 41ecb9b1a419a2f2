//! The attributes that a program asks for, each with a number.

use super::operator::Forms;
use crate::model::AttributePath;
use std::collections::HashMap;

/// The number of an attribute in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(u32);

/// Attributes with the forms that conditions and buckets need of them.
#[derive(Debug)]
pub(crate) struct Slots {
    asked: Vec<(AttributePath, Forms)>,
    numbers: HashMap<AttributePath, Slot>,
}

impl Slot {
    /// `targetingKey`, in every program.
    pub(crate) const TARGETING_KEY: Self = Self(0);

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Slots {
    pub(crate) fn new() -> Self {
        let mut slots = Self { asked: Vec::new(), numbers: HashMap::new() };
        slots.slot(&AttributePath::targeting_key(), Forms::UNIT);
        slots
    }

    /// The slot of the attribute at `path`, which will have `forms`.
    pub(crate) fn slot(&mut self, path: &AttributePath, forms: Forms) -> Slot {
        if let Some(slot) = self.numbers.get(path) {
            let asked = &mut self.asked[slot.index()].1;
            *asked = asked.and(forms);
            return *slot;
        }
        let slot = Slot(u32::try_from(self.asked.len()).unwrap_or(u32::MAX));
        self.asked.push((path.clone(), forms));
        self.numbers.insert(path.clone(), slot);
        slot
    }

    /// Every attribute in the order of their slots.
    pub(crate) fn all(&self) -> &[(AttributePath, Forms)] {
        &self.asked
    }

    /// The path of the attribute in `slot`.
    pub(crate) fn path(&self, slot: Slot) -> &AttributePath {
        &self.asked[slot.index()].0
    }
}
