//! Tests of the whole evaluation: every sentence of its contract.

mod broken;
mod conditions;
mod order;
mod properties;
mod requirements;
mod serves;
mod support;
mod trace;
