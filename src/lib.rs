//! Feature flags as YAML files in a Git repository.
//!
//! This page is the map of the code. Text becomes a spanned **tree** ([`yaml`]), the tree becomes the **model**
//! ([`document`], [`model`]), the model becomes a **program** that evaluates ([`evaluate`]); two models give
//! **differences** ([`compare`]); a writing command computes a **plan** and carries it out ([`project`]); every command
//! returns a **report**, which [`render`] prints. The core is pure: [`model`], [`evaluate`] and [`compare`] never see
//! YAML, Git, the command line or the terminal, and never read the clock.
//!
//! A module imports only those above it in this list, apart from [`git`], which imports none of them; the test
//! `architecture` holds this table.
//!
//! | room | what is in it |
//! | --- | --- |
//! | [`source`] | files, spans, symbolic places; JSON that no name stands twice in |
//! | [`diagnostic`] | the problem value, and the tables of all codes |
//! | [`model`] | flags, segments, project: plain data |
//! | [`evaluate`] | program, context, bucket, tables of operators and strategies, observer |
//! | [`enrich`] | what follows from a user agent or an address, added to contexts before they are evaluated |
//! | [`compare`] | two catalogs → differences → impact |
//! | [`yaml`] | the only place that knows YAML: parse, tree, write, edit |
//! | [`document`] | tree ↔ model, all problems at once; edits; field tables and schemas |
//! | [`expectation`] | cases of tests, coverage, mutants |
//! | [`exchange`] | flags from and to other systems; what is carried over is written and read back once |
//! | [`lint`] | a table of lints, one file each |
//! | [`git`] | objects, index, history, commits; knows no flags; the only place that spawns `git` |
//! | [`project`] | a repository of flags: find, load, plan, carry out |
//! | [`history`] | entries from commits, rollback |
//! | [`merge`] | three versions of a file become one, by what they say |
//! | [`render`] | the only place that writes output |
//! | [`commands`] | one file per command |

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests have a machine around them"))]

pub mod compare;
pub mod diagnostic;
pub mod document;
pub mod enrich;
pub mod evaluate;
pub mod exchange;
pub mod expectation;
pub mod git;
pub mod history;
pub mod lint;
pub mod merge;
pub mod model;
pub mod project;
pub mod render;
pub mod source;
pub mod yaml;

pub mod commands;
