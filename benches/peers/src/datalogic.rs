//! The workload for `datalogic-rs`: the rules as our export writes them for flagd.

use crate::workload::{ENVIRONMENT, ruled_key};
use bumpalo::Bump;
use datalogic_rs::{DataValue, Engine, Logic};
use git_flag::exchange::export;
use git_flag::model::{Bucketing, Catalog};
use std::cell::RefCell;

pub(crate) struct Compiled {
    engine: Engine,
    logic: Vec<Logic>,
    arena: RefCell<Bump>,
}

/// Holds the context, parsed once.
pub(crate) struct Arena(Bump);

impl Arena {
    pub(crate) fn new() -> Self {
        Self(Bump::new())
    }

    pub(crate) fn data(&self) -> &DataValue<'_> {
        let text = r#"{"targetingKey": "user-4711", "country": "DE", "plan": "pro", "email": "ada@example.org",
            "appVersion": "1.9.3", "age": 33, "$flagd": {"flagKey": "x", "timestamp": 1790000000}}"#;
        self.0.alloc(DataValue::from_str(text, &self.0).expect("a context"))
    }
}

impl Compiled {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        // `fractional` of datalogic-rs is the one of flagd's generation before CBOR.
        let mut catalog = catalog.clone();
        catalog.project.bucketing = Bucketing::FlagdV2;
        let exported = export::flagd(&catalog, ENVIRONMENT, &[], Bucketing::FlagdV2).document;
        let engine = Engine::new();
        let targeting = (0..500).map(|at| exported["flags"][ruled_key(at)]["targeting"].to_string());
        let logic = targeting.map(|text| engine.compile(text.as_str()).expect("a rule")).collect();
        Self { engine, logic, arena: RefCell::new(Bump::new()) }
    }

    pub(crate) fn is_on(&self, at: usize, data: &DataValue<'_>) -> bool {
        let mut arena = self.arena.borrow_mut();
        arena.reset();
        let arena = &*arena;
        // Nothing of the context is copied.
        let found = self.engine.evaluate(&self.logic[at], data, arena);
        found.is_ok_and(|value| value.as_str() == Some("on"))
    }
}
