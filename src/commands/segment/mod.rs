//! `segment`: reusable audiences.

mod members;
mod rename;
mod report;
mod uses;

use super::completing::Segments;
use super::condition_argument::{self, conditions};
use super::values::{few, name_of, units};
use super::writing::{Purpose, WriteArgs, change};
use crate::commands::Session;
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Project, Segment, SegmentName};
use crate::project::Draft;
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Create, change, rename, list and delete segments: audiences that rules of many flags name
///
/// Who is excluded is never in a segment, who is included always; everyone else when all conditions match.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  git flag segment create staff --match \"email ends_with @example.com\" --owner team-it
  git flag segment include staff user-7 user-8
  git flag segment show staff
  git flag rule add new-checkout --env production --id staff --when \"segment staff\" --serve true")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(Create),
    Include(Members),
    Exclude(Members),
    Match(Match),
    Rename(rename::Rename),
    Delete(Delete),
    List(report::ListArgs),
    Show(report::ShowArgs),
}

/// Create a segment
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{}\n\nExamples:
  git flag segment create staff --match \"email ends_with @example.com\" --include user-7
  git flag segment create dach --match \"country in DE,AT,CH\" --description \"German-speaking countries\"", condition_argument::HELP))]
struct Create {
    /// Its name; the name of its file.
    #[arg(value_name = "NAME")]
    name: String,

    /// Who they are.
    #[arg(short, long, value_name = "TEXT")]
    description: Option<String>,

    /// Who answers for it.
    #[arg(short, long, value_name = "NAME")]
    owner: Option<String>,

    /// Conditions, all of which must match.
    #[arg(short, long = "match", value_name = "CONDITION", num_args = 1..)]
    conditions: Vec<String>,

    /// Users who are always in it.
    #[arg(long, value_name = "UNIT", num_args = 1..)]
    include: Vec<String>,

    /// Users who are never in it.
    #[arg(long, value_name = "UNIT", num_args = 1..)]
    exclude: Vec<String>,

    #[command(flatten)]
    write: WriteArgs,
}

/// Name users who are in a segment (`include`) or not in it (`exclude`), whatever its conditions say
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag segment include staff user-7 user-8\n  git flag segment exclude staff user-13\n  git flag segment exclude staff user-13 --remove"
)]
struct Members {
    /// The segment.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(Segments))]
    name: String,

    /// The users, as their `targetingKey`.
    #[arg(value_name = "UNIT", required = true)]
    units: Vec<String>,

    /// Take them off the list.
    #[arg(long)]
    remove: bool,

    #[command(flatten)]
    write: WriteArgs,
}

/// Add or remove conditions of a segment; all of them must match
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{}\n\nExamples:
  git flag segment match staff --add \"email_verified = true\"
  git flag segment match staff --remove 2", condition_argument::HELP))]
#[command(group(clap::ArgGroup::new("change").args(["add", "remove"]).required(true).multiple(true)))]
struct Match {
    /// The segment.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(Segments))]
    name: String,

    /// Conditions to add.
    #[arg(long, value_name = "CONDITION", num_args = 1..)]
    add: Vec<String>,

    /// Positions of conditions to remove, counted from 1 as `segment show` does.
    #[arg(long, value_name = "NUMBER", num_args = 1..)]
    remove: Vec<usize>,

    #[command(flatten)]
    write: WriteArgs,
}

/// Delete a segment that nothing uses, and its tests
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag segment delete early-birds\n  git flag segment delete early-birds --dry-run"
)]
struct Delete {
    /// The segment.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(Segments))]
    name: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    match args.command {
        Command::Create(args) => create(&args, session),
        Command::Include(args) => members(&args, session, members::List::Include),
        Command::Exclude(args) => members(&args, session, members::List::Exclude),
        Command::Match(args) => edit(session, &args.write, &name(&args.name)?, "segment-match", |project, segment| {
            let new = conditions(project, &args.add)?;
            let what = members::change_conditions(&mut segment.conditions, new, &args.remove)?;
            Ok(what)
        }),
        Command::Rename(args) => rename::run(&args, session),
        Command::Delete(args) => delete(&args, session),
        Command::List(args) => report::list(&args, session),
        Command::Show(args) => report::show(&args, session),
    }
}

/// A segment's name.
fn name(text: &str) -> Result<SegmentName> {
    name_of("a segment", text, SegmentName::new)
}

fn purpose(name: &SegmentName, action: &'static str) -> Purpose {
    Purpose {
        subject: format!("segment/{name}"),
        action,
        nothing: format!("the segment `{name}` is so already, nothing to change"),
        ..Purpose::default()
    }
}

fn edit(
    session: &mut Session,
    write: &WriteArgs,
    name: &SegmentName,
    action: &'static str,
    mut edit: impl FnMut(&Project, &mut Segment) -> Result<String>,
) -> Result<Outcome> {
    change(session, write, purpose(name, action), |draft| {
        let file = draft.segment(name)?;
        let mut segment = file.segment.clone();
        let what = edit(draft.project(), &mut segment)?;
        draft.set_segment(&file, &segment)?;
        Ok(what)
    })
}

fn create(args: &Create, session: &mut Session) -> Result<Outcome> {
    let name = name(&args.name)?;
    let (include, exclude) = (units(&args.include)?, units(&args.exclude)?);
    if let Some(both) = include.iter().find(|unit| exclude.contains(unit)) {
        return Err(
            Failure::new(&codes::BAD_ARGUMENT, format!("`{both}` is both included and excluded")).help("name it once")
        );
    }
    change(session, &args.write, purpose(&name, "segment-create"), |draft| {
        let segment = Segment {
            name: name.clone(),
            description: args.description.clone(),
            owner: args.owner.clone(),
            include: include.clone(),
            exclude: exclude.clone(),
            conditions: conditions(draft.project(), &args.conditions)?,
        };
        if !is_there(draft, &segment)? {
            draft.create_segment(&segment)?;
        }
        Ok("create segment".into())
    })
}

/// Whether the same segment exists, so that creating it again changes nothing.
fn is_there(draft: &Draft<'_>, segment: &Segment) -> Result<bool> {
    let exists = draft.segment_names()?.contains(&segment.name);
    Ok(exists && draft.segment(&segment.name).is_ok_and(|file| file.segment == *segment))
}

fn members(args: &Members, session: &mut Session, list: members::List) -> Result<Outcome> {
    let units = units(&args.units)?;
    let action = list.action(args.remove);
    edit(session, &args.write, &name(&args.name)?, action, |_, segment| {
        if args.remove {
            list.remove(segment, &units);
        } else {
            list.add(segment, &units);
        }
        Ok(format!("{} {}", list.verb(args.remove), few(&units)))
    })
}

fn delete(args: &Delete, session: &mut Session) -> Result<Outcome> {
    let name = name(&args.name)?;
    change(session, &args.write, purpose(&name, "segment-delete"), |draft| {
        let path = crate::project::layout::segment_path(&name);
        // A file that does not read can be deleted all the same.
        if draft.text(&path)?.is_none() {
            draft.segment(&name)?;
        }
        let uses = uses::uses(&draft.load_all()?.catalog, &name);
        if !uses.is_empty() {
            let places: Vec<String> = uses.iter().map(ToString::to_string).collect();
            return Err(Failure::new(
                &codes::STILL_REFERENCED,
                format!("the segment `{name}` is still used by {}", places.join(", ")),
            )
            .help("change these first, for example with `git flag rule remove` or `git flag rule set`"));
        }
        draft.set_text(path, None);
        draft.set_text(crate::project::layout::segment_tests_path(&name), None);
        Ok("delete segment".into())
    })
}
