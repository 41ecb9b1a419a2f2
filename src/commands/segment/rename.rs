//! `segment rename`: another name for the same audience.

use super::{name, purpose};
use crate::commands::Session;
use crate::commands::completing::Segments;
use crate::commands::rename::move_file;
use crate::commands::writing::{WriteArgs, change};
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Catalog, Condition, SegmentName};
use crate::project::{Draft, layout};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Give a segment another name, wherever rules, other segments and rings mention it
///
/// Its tests follow. Nobody moves: a percentage among its conditions keeps the old name as its salt.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag segment rename staff employees\n  git flag segment rename staff employees --dry-run"
)]
pub(super) struct Rename {
    /// The segment.
    #[arg(value_name = "OLD", add = ArgValueCompleter::new(Segments))]
    old: String,

    /// Its new name.
    #[arg(value_name = "NEW")]
    new: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: &Rename, session: &mut Session) -> Result<Outcome> {
    let (old, new) = (name(&args.old)?, name(&args.new)?);
    let purpose =
        purpose(&new, "segment-rename").nothing(format!("the segment is called `{new}` already, nothing to change"));
    let mut broken: Vec<String> = Vec::new();
    let outcome = change(session, &args.write, purpose, |draft| {
        let what = format!("rename from {old}");
        let names = draft.segment_names()?;
        if old == new || (!names.contains(&old) && names.contains(&new)) {
            draft.segment(&new)?;
            return Ok(what);
        }
        let file = draft.segment(&old)?;
        let taken = |other: &&SegmentName| **other != old && other.as_str().eq_ignore_ascii_case(new.as_str());
        if let Some(other) = names.iter().find(taken) {
            return Err(Failure::new(&codes::ALREADY_EXISTS, format!("the segment `{other}` exists already"))
                .help("choose another name"));
        }
        let catalog = draft.load_all()?.catalog;
        let mut segment = file.segment.clone();
        each(&mut segment.conditions, &mut |condition| keep_salt(condition, &old));
        draft.set_segment(&file, &segment)?;
        move_file(draft, &file.path, layout::segment_path(&new))?;
        move_file(draft, &layout::segment_tests_path(&old), layout::segment_tests_path(&new))?;
        update_references(draft, &catalog, &old, &new)?;
        let flags = catalog.broken_flags.keys().map(ToString::to_string);
        broken = flags.chain(catalog.broken_segments.keys().map(ToString::to_string)).collect();
        Ok(what)
    })?;
    let note = |file: &String| format!("`{file}` does not read, so whether it names `{old}` was not looked at");
    Ok(broken.iter().fold(outcome, |outcome, file| outcome.note(note(file))))
}

/// Visits all conditions at any depth.
fn each(conditions: &mut [Condition], visit: &mut impl FnMut(&mut Condition)) {
    for condition in conditions {
        visit(condition);
        match condition {
            Condition::Any(inner) | Condition::All(inner) => each(inner, visit),
            Condition::Not(inner) => each(std::slice::from_mut(&mut **inner), visit),
            Condition::Test(_) | Condition::Segment(_) | Condition::Percentage { .. } | Condition::Schedule(_) => {}
        }
    }
}

/// The name was the salt where none is written.
fn keep_salt(condition: &mut Condition, old: &SegmentName) {
    if let Condition::Percentage { salt, .. } = condition {
        salt.get_or_insert_with(|| old.to_string());
    }
}

/// Lets rules, segments and rings name the new one.
fn update_references(draft: &mut Draft<'_>, catalog: &Catalog, old: &SegmentName, new: &SegmentName) -> Result<()> {
    let mut follow = |condition: &mut Condition| {
        if let Condition::Segment(name) = condition
            && name == old
        {
            *name = new.clone();
        }
    };
    for flag in catalog.flags.values() {
        let mut changed = flag.clone();
        let rules = changed.environments.iter_mut().flat_map(|environment| environment.rules.iter_mut());
        rules.for_each(|rule| each(&mut rule.when, &mut follow));
        if changed != *flag {
            let file = draft.flag(&flag.key)?;
            draft.set_flag(&file, &changed)?;
        }
    }
    for segment in catalog.segments.values().filter(|segment| segment.name != *old) {
        let mut changed = segment.clone();
        each(&mut changed.conditions, &mut follow);
        if changed != *segment {
            let file = draft.segment(&segment.name)?;
            draft.set_segment(&file, &changed)?;
        }
    }
    let mut project = draft.project().clone();
    for ring in &mut project.rings {
        if ring.segment.as_ref() == Some(old) {
            ring.segment = Some(new.clone());
        }
    }
    if project == *draft.project() { Ok(()) } else { draft.set_project(&project) }
}
