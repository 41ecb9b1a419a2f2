//! The command line, one file per command.
//!
//! Each file holds `Args`, whose doc comment is the help, and a short `run`. The table below is the only place that lists
//! them: the command line, the overview, completions and man pages come from it.

mod actions;
mod answers;
mod arguments;
mod bug;
mod completing;
mod condition_argument;
mod conflicts;
mod context_args;
mod enriching;
mod impacts;
mod json_argument;
mod overview;
mod past;
mod plan_report;
mod restore;
mod serve_argument;
mod session;
mod state;
mod strategy_options;
#[cfg(test)]
mod testing;
mod trace;
mod usage;
mod values;
mod version;
mod wording;
mod writing;

pub use completions::{SHELLS, script as completion_script};
pub use overview::overview;
pub use session::{Session, SessionOptions};

use crate::diagnostic::{Exit, Failure, Result, codes};
use crate::render::{ColorChoice, Outcome};
use clap::{Args as _, FromArgMatches};
use std::path::PathBuf;

/// Defines the arguments of a command.
type Define = fn(clap::Command) -> clap::Command;

/// The name of a command: that of its module unless another is given.
macro_rules! name_of {
    ($module:ident) => {
        stringify!($module)
    };
    ($module:ident $name:literal) => {
        $name
    };
}

/// Declares the commands: their modules, the subcommands of the command line, the dispatch, and the groups of the overview.
macro_rules! commands {
    ($($group:literal { $($module:ident $variant:ident $(as $name:literal)?),* $(,)? })*) => {
        $($(mod $module;)*)*

        /// Every command.
        #[derive(Debug)]
        pub enum Command {
            $($(
                #[allow(missing_docs, reason = "the arguments document the command")]
                $variant($module::Args),
            )*)*
        }

        /// The commands by name.
        const COMMANDS: &[(&str, Define)] =
            &[$($((name_of!($module $($name)?), <$module::Args as clap::Args>::augment_args),)*)*];

        impl Command {
            /// The command of the arguments.
            fn from_matches(matches: &mut clap::ArgMatches) -> std::result::Result<Self, clap::Error> {
                let Some((name, mut matches)) = matches.remove_subcommand() else {
                    return Err(clap::Error::new(clap::error::ErrorKind::MissingSubcommand));
                };
                match name.as_str() {
                    $($(name_of!($module $($name)?) => $module::Args::from_arg_matches_mut(&mut matches).map(Self::$variant),)*)*
                    _ => Err(clap::Error::new(clap::error::ErrorKind::InvalidSubcommand)),
                }
            }

            /// Runs it.
            ///
            /// # Errors
            /// Why it could not be done.
            pub fn run(self, session: &mut Session) -> Result<Outcome> {
                match self {
                    $($(Self::$variant(args) => $module::run(args, session),)*)*
                }
            }
        }

        /// The groups of the overview, with the modules of their commands.
        pub(crate) const GROUPS: &[(&str, &[&str])] = &[$(($group, &[$(name_of!($module $($name)?)),*])),*];
    };
}

commands! {
    "Everyday" {
        init Init, create Create, list List, show Show, enable Enable, disable Disable, rollout Rollout, target Target, rule Rule,
        variant Variant, segment Segment, schedule Schedule, require Require, set Set, kill Kill, revive Revive, edit Edit,
    }
    "Evaluate" { eval Eval, enabled Enabled, simulate Simulate, distribution Distribution, test Test }
    "Review" { validate Validate, diff Diff }
    "History" { log Log, audit Audit, rollback Rollback, undo Undo, op Op }
    "Clean up" { rename Rename, archive Archive, delete Delete }
    "Exchange" { import Import, export Export }
    "Ship" { hook Hook, merge_driver MergeDriver as "merge-driver", textconv Textconv }
    "Help" { help Help, explain Explain, doctor Doctor, schema Schema, completions Completions }
}

/// A whole command line.
#[derive(Debug)]
pub struct Cli {
    /// What holds for every command.
    pub globals: Globals,
    /// The command.
    pub command: Command,
}

/// What holds for every command.
#[derive(Debug, clap::Args)]
pub struct Globals {
    /// Run as if started in this folder.
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = "Global options")]
    pub directory: Option<PathBuf>,

    /// When to use colour.
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        help_heading = "Global options",
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: ColorChoice,

    /// Print only data and errors.
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,

    /// Show long output as it is, without a pager.
    #[arg(short = 'P', long, global = true, help_heading = "Global options")]
    pub no_pager: bool,

    /// Never ask; fail and name the option that would have answered.
    #[arg(long, global = true, help_heading = "Global options", env = "GIT_FLAG_NO_INPUT", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub no_input: bool,
}

/// Runs the program with these arguments (the program's name first) and returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> u8 {
    bug::install_hook();
    let arguments: Vec<std::ffi::OsString> = arguments.into_iter().collect();
    clap_complete::CompleteEnv::with_factory(completing::command).bin("git-flag").complete();
    if version::is_asked_as_json(&arguments) {
        return usage::tell_version();
    }
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage::report(&error, &arguments),
    };
    let mut session = match session::from_process(&cli.globals, &arguments) {
        Ok(session) => session,
        Err(failure) => return usage::refuse(&failure, &arguments),
    };
    match cli.command.run(&mut session) {
        Ok(outcome) => match session.output.print(&outcome) {
            Ok(()) => {
                if let Some(command) = session.without_questions() {
                    session.output.note(&format!("the same without questions: {command}"));
                }
                outcome.exit as u8
            }
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done as u8,
            Err(error) => {
                let reason = crate::project::reason(&error);
                let failure =
                    Failure::new(&codes::repository::IO_FAILED, format!("can't write to standard output: {reason}"));
                session.output.failure(&failure.help("what was to be done is done; only the report is incomplete"));
                Exit::Failed as u8
            }
        },
        Err(failure) => {
            session.output.failure(&failure);
            failure.exit() as u8
        }
    }
}

/// The whole command line, as completions, man pages and tests see it.
#[must_use]
pub fn command() -> clap::Command {
    root().subcommands(COMMANDS.iter().map(subcommand)).override_help(overview())
}

/// The command line without commands.
fn root() -> clap::Command {
    let root = clap::Command::new("git-flag")
        .bin_name("git flag")
        .version(version::line())
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .max_term_width(100);
    Globals::augment_args(root).about("Feature flags as YAML files in a Git repository").long_about(None)
}

fn subcommand((name, define): &(&'static str, Define)) -> clap::Command {
    define(clap::Command::new(*name))
}

/// Defining the arguments of all commands takes longer than most commands, so only those of one are, the first that is
/// named. Where that was none (`git flag -C list eval`, say) the line does not parse, and the whole says what it means:
/// that is also where help and the words about mistakes come from.
fn parse(arguments: &[std::ffi::OsString]) -> std::result::Result<Cli, clap::Error> {
    let parse = |command: clap::Command| {
        let mut matches = command.try_get_matches_from(arguments)?;
        Ok(Cli { command: Command::from_matches(&mut matches)?, globals: Globals::from_arg_matches_mut(&mut matches)? })
    };
    let named = arguments.iter().skip(1).find_map(|word| COMMANDS.iter().find(|(name, _)| word == name));
    parse(root().subcommands(named.map(subcommand))).or_else(|error: clap::Error| match error.kind() {
        clap::error::ErrorKind::DisplayVersion => Err(error),
        _ => parse(command()),
    })
}

/// The man pages, each with the name of its file: one for the program and one for each command.
#[must_use]
pub fn man_pages() -> Vec<(String, Vec<u8>)> {
    let command = command().disable_help_subcommand(true);
    let mut pages = Vec::new();
    let mut render = |command: clap::Command, name: &str| {
        let mut page = Vec::new();
        let command = command.name(name.to_owned()).display_name(name.to_owned());
        // Writing into memory can't fail.
        if clap_mangen::Man::new(command).render(&mut page).is_ok() {
            pages.push((format!("{name}.1"), page));
        }
    };
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        render(sub.clone(), &format!("git-flag-{}", sub.get_name()));
    }
    render(command.clone(), "git-flag");
    pages
}
