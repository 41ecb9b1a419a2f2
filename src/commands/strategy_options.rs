//! One option for each strategy of the table that is no plain argument: `--gradual`, `--linear`, `--canary`, `--ring`, and
//! whatever is added there.

use crate::evaluate::strategy::{self, Form, STRATEGIES, SettingKind, Strategy};
use clap::{Arg, ArgGroup, ArgMatches, Command, FromArgMatches};

/// The strategy that was chosen by option, with its settings as text.
#[derive(Debug, Clone, Default)]
pub(super) struct StrategyOptions {
    /// See the type.
    pub(super) chosen: Option<(&'static Strategy, String)>,
}

const GROUP: &str = "strategy";

/// Strategies that are written as plain arguments have no option.
fn offered() -> impl Iterator<Item = &'static Strategy> {
    let plain = |strategy: &&Strategy| !matches!(strategy.form, Form::Single(SettingKind::Share | SettingKind::Split));
    STRATEGIES.iter().filter(plain)
}

fn argument(strategy: &'static Strategy) -> Arg {
    let (value_name, settings) = match strategy.form {
        Form::Single(SettingKind::Ring) => ("RING", String::new()),
        Form::Single(_) => ("VALUE", String::new()),
        Form::Fields(fields) => {
            let list: Vec<String> = fields.iter().map(|field| format!("  {}: {}", field.name, field.doc)).collect();
            ("FIELD=VALUE,…", format!("\n\n{}", list.join("\n")))
        }
    };
    let mut first = strategy.doc.to_owned();
    if let Some(letter) = first.get_mut(..1) {
        letter.make_ascii_uppercase();
    }
    Arg::new(strategy.name)
        .long(strategy.name)
        .value_name(value_name)
        .help(first.clone())
        .long_help(format!("{first}.{settings}"))
        .help_heading("Strategies")
}

impl clap::Args for StrategyOptions {
    fn augment_args(command: Command) -> Command {
        let command = command.args(offered().map(argument));
        command.group(ArgGroup::new(GROUP).args(offered().map(|strategy| strategy.name)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for StrategyOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::default();
        options.update_from_arg_matches(matches)?;
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for strategy in offered() {
            if let Some(text) = matches.get_one::<String>(strategy.name) {
                self.chosen = strategy::find(strategy.name).map(|strategy| (strategy, text.clone()));
            }
        }
        Ok(())
    }
}
