//! The hermetic world of a test.

mod fingerprint;
pub(crate) mod places;
mod repo;
mod run;
mod samples;
mod shop;
mod world;

pub(crate) use fingerprint::{Fingerprint, Scope};
pub(crate) use repo::TestRepo;
pub(crate) use run::{Run, masked};
pub(crate) use samples::{Effect, Sample, leaves, samples};
pub(crate) use world::World;
