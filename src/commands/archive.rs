use super::completing::Keys;
use super::values::identity;
use super::writing::{Purpose, WriteArgs, change_flag};
use crate::commands::Session;
use crate::diagnostic::Result;
use crate::model::Archived;
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Put a flag away: it serves its default for good and is hidden from lists
///
/// The file stays, so that nothing that still asks for the flag breaks. `git flag delete` removes it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag archive new-checkout --reason \"shipped to everyone\" --yes
  git flag archive new-checkout --undo --yes")]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// Take it out of the archive again.
    #[arg(long)]
    undo: bool,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let (action, words) = if args.undo { ("unarchive", "is not archived") } else { ("archive", "is archived already") };
    let purpose = Purpose::flag(&key, action, None).nothing(format!("`{key}` {words}, nothing to change"));
    let archived = Archived { at: Some(session.now()), by: identity(session)? };
    change_flag(session, &args.write, &key, purpose, |_, flag| {
        if args.undo {
            flag.archived = None;
        } else {
            flag.archived.get_or_insert_with(|| archived.clone());
        }
        Ok(action.into())
    })
}
