use super::completing::{Environments, Keys, Variants};
use super::condition_argument::{self, conditions};
use super::serve_argument::{Beside, serve};
use super::values::name_of;
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut};
use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::model::{Environment, Flag, Project, Rule, RuleId};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Add, change, move or remove a rule: who gets something else than everyone
///
/// Rules are tried from the top; the first whose conditions all match decides.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  git flag rule add new-checkout --env production --id staff --when \"segment staff\" --serve true
  git flag rule add new-checkout --env production --id dach --when \"country in DE,AT,CH\" --serve 25
  git flag rule move new-checkout staff --env production --first
  git flag rule remove new-checkout dach --env production")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(Add),
    Set(Set),
    Move(Move),
    Remove(Remove),
}

/// Which environment of which flag.
#[derive(Debug, clap::Args)]
struct Where {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: String,
}

/// Where in the list.
#[derive(Debug, Clone, clap::Args)]
#[group(multiple = false)]
struct Spot {
    /// Above this rule.
    #[arg(long, value_name = "ID")]
    before: Option<String>,

    /// Below this rule.
    #[arg(long, value_name = "ID")]
    after: Option<String>,

    /// At the top.
    #[arg(long)]
    first: bool,

    /// At the bottom.
    #[arg(long)]
    last: bool,
}

/// In words, as in a commit's subject.
impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self { before: Some(id), .. } => write!(f, "above {id}"),
            Self { after: Some(id), .. } => write!(f, "below {id}"),
            Self { first: true, .. } => f.write_str("to the top"),
            _ => f.write_str("to the bottom"),
        }
    }
}

/// Add a rule, at the bottom unless told otherwise
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{}\n\nExamples:
  git flag rule add new-checkout --env production --id staff --when \"segment staff\" --serve true --first
  git flag rule add theme --env staging --id pro --when \"plan = pro\" \"age >= 18\" --serve light=50,dark=50", condition_argument::HELP))]
struct Add {
    #[command(flatten)]
    place: Where,

    /// Its id.
    #[arg(long, value_name = "ID")]
    id: String,

    /// Conditions, all of which must match.
    #[arg(short, long, value_name = "CONDITION", num_args = 1.., required = true)]
    when: Vec<String>,

    /// What is served then: a variant, a percentage, or a split such as `a=50,b=50`.
    #[arg(short, long, value_name = "SERVE", add = ArgValueCompleter::new(Variants))]
    serve: String,

    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    #[command(flatten)]
    spot: Spot,

    #[command(flatten)]
    write: WriteArgs,
}

/// Change the conditions, the serve or the description of a rule
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{}\n\nExamples:
  git flag rule set new-checkout dach --env production --serve 50
  git flag rule set new-checkout dach --env production --when \"country in DE,AT,CH,LI\"", condition_argument::HELP))]
#[command(group(clap::ArgGroup::new("change").args(["when", "serve", "description", "new_id"]).required(true).multiple(true)))]
struct Set {
    #[command(flatten)]
    place: Where,

    /// The rule: its id, or its position such as `#1`.
    #[arg(value_name = "ID")]
    id: String,

    /// Its new conditions, instead of all it has.
    #[arg(short, long, value_name = "CONDITION", num_args = 1..)]
    when: Vec<String>,

    /// What is served then: a variant, a percentage, or a split such as `a=50,b=50`.
    #[arg(short, long, value_name = "SERVE", add = ArgValueCompleter::new(Variants))]
    serve: Option<String>,

    /// What it is for; an empty text removes it.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Another id.
    #[arg(long, value_name = "ID")]
    new_id: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

/// Move a rule
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag rule move new-checkout staff --env production --first\n  git flag rule move new-checkout staff --env production --before dach"
)]
struct Move {
    #[command(flatten)]
    place: Where,

    /// The rule: its id, or its position such as `#1`.
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    spot: Spot,

    #[command(flatten)]
    write: WriteArgs,
}

/// Remove a rule
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag rule remove new-checkout dach --env production\n  git flag rule remove new-checkout '#2' --env staging --dry-run"
)]
struct Remove {
    #[command(flatten)]
    place: Where,

    /// The rule: its id, or its position such as `#1`.
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    match args.command {
        Command::Add(args) => {
            let (place, write) = (&args.place, &args.write);
            edit(session, place, write, "rule-add", |project, flag| add(&args, project, flag))
        }
        Command::Set(args) => {
            let (place, write) = (&args.place, &args.write);
            edit(session, place, write, "rule-set", |project, flag| set(&args, project, flag))
        }
        Command::Move(args) => edit(session, &args.place, &args.write, "rule-move", |project, flag| {
            let environment = existing(project, flag, &args.place.env)?;
            let from = position(environment, &args.id)?;
            let to = spot(environment, &args.spot)?.ok_or_else(|| {
                Failure::new(&change::MISSING_OPTION, "where to?")
                    .help("pass `--before ID`, `--after ID`, `--first` or `--last`")
            })?;
            let what = format!("move rule {} {}", environment.rules[from].label(from), args.spot);
            shift(&mut environment.rules, from, to);
            Ok(what)
        }),
        Command::Remove(args) => edit(session, &args.place, &args.write, "rule-remove", |project, flag| {
            let environment = existing(project, flag, &args.place.env)?;
            let at = position(environment, &args.id)?;
            environment.rules.remove(at);
            Ok(format!("remove rule {}", args.id))
        }),
    }
}

fn edit(
    session: &mut Session,
    place: &Where,
    write: &WriteArgs,
    action: &'static str,
    change: impl FnMut(&Project, &mut Flag) -> Result<String>,
) -> Result<Outcome> {
    let key = super::arguments::key(&place.key)?;
    let purpose = Purpose::flag(&key, action, Some(&place.env))
        .nothing(format!("rules of `{key}` in {} are so already, nothing to change", place.env));
    change_flag(session, write, &key, purpose, change)
}

fn existing<'f>(project: &Project, flag: &'f mut Flag, name: &str) -> Result<&'f mut Environment> {
    super::arguments::environment(project, name)?;
    let missing = Failure::new(&change::NOT_THERE, format!("`{}` has no rules in {name}", flag.key));
    flag.environments.iter_mut().find(|environment| environment.name == *name).ok_or(missing)
}

fn add(args: &Add, project: &Project, flag: &mut Flag) -> Result<String> {
    let new = Rule {
        id: Some(name_of("a rule", &args.id, RuleId::new)?),
        description: args.description.clone(),
        when: conditions(project, &args.when)?,
        serve: serve(flag, std::slice::from_ref(&args.serve), Beside::default())?,
    };
    let environment = environment_mut(project, flag, &args.place.env)?;
    insert(environment, new, &args.spot, &args.place.key)?;
    Ok(format!("add rule {}", args.id))
}

fn insert(environment: &mut Environment, new: Rule, spot: &Spot, key: &str) -> Result<()> {
    let id = new.id.as_ref().map_or("", RuleId::as_str);
    let same_id = |rule: &&Rule| rule.id.as_ref().is_some_and(|other| other.as_str().eq_ignore_ascii_case(id));
    match environment.rules.iter().find(same_id) {
        Some(rule) if *rule == new => Ok(()),
        Some(_) => Err(Failure::new(
            &change::ALREADY_EXISTS,
            format!("there is a rule `{id}` already in {}", environment.name),
        )
        .help(format!("`git flag rule set {key} {id} --env {}` changes it", environment.name))),
        None => {
            let at = self::spot(environment, spot)?.unwrap_or(environment.rules.len());
            environment.rules.insert(at, new);
            Ok(())
        }
    }
}

fn set(args: &Set, project: &Project, flag: &mut Flag) -> Result<String> {
    let before = flag.clone();
    let environment = existing(project, flag, &args.place.env)?;
    let at = position(environment, &args.id)?;
    if let Some(new) = &args.new_id {
        let id = name_of("a rule", new, RuleId::new)?;
        let taken = |(other, rule): (usize, &Rule)| {
            other != at && rule.id.as_ref().is_some_and(|other| other.as_str().eq_ignore_ascii_case(new))
        };
        if environment.rules.iter().enumerate().any(taken) {
            return Err(Failure::new(&change::ALREADY_EXISTS, format!("there is a rule `{new}` already"))
                .help("choose another id"));
        }
        environment.rules[at].id = Some(id);
    }
    let rule = &mut environment.rules[at];
    if !args.when.is_empty() {
        rule.when = conditions(project, &args.when)?;
    }
    if let Some(words) = &args.serve {
        rule.serve =
            serve(&before, std::slice::from_ref(words), Beside { current: Some(&rule.serve), ..Beside::default() })?;
    }
    if let Some(description) = &args.description {
        rule.description = Some(description.clone()).filter(|text| !text.is_empty());
    }
    Ok(format!("change rule {}", args.id))
}

/// The index of a rule by its id, or by its position such as `#1`.
///
/// # Errors
/// When there is none, with the nearest ids.
pub(super) fn position(environment: &Environment, text: &str) -> Result<usize> {
    let rules = &environment.rules;
    let by_id = rules.iter().position(|rule| rule.id.as_ref().is_some_and(|id| id.as_str() == text));
    let by_position = || text.strip_prefix('#')?.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < rules.len());
    by_id.or_else(by_position).ok_or_else(|| {
        let failure = Failure::new(&change::NOT_THERE, format!("there is no rule `{text}` in {}", environment.name));
        let labels: Vec<String> = rules.iter().enumerate().map(|(index, rule)| rule.label(index)).collect();
        let failure = match did_you_mean(text, labels.iter().map(String::as_str)) {
            Some(hint) => failure.help(hint),
            None => failure,
        };
        if labels.is_empty() {
            failure.help(format!("{} has no rules", environment.name))
        } else {
            failure.help(format!("its rules are {}", labels.join(", ")))
        }
    })
}

/// The index that a rule would be inserted at; `None` when nothing was said.
fn spot(environment: &Environment, spot: &Spot) -> Result<Option<usize>> {
    match spot {
        Spot { before: Some(id), .. } => position(environment, id).map(Some),
        Spot { after: Some(id), .. } => position(environment, id).map(|at| Some(at + 1)),
        Spot { first: true, .. } => Ok(Some(0)),
        Spot { last: true, .. } => Ok(Some(environment.rules.len())),
        _ => Ok(None),
    }
}

/// Moves the rule at `from` to where one inserted at `to` would be.
fn shift(rules: &mut Vec<Rule>, from: usize, to: usize) {
    let rule = rules.remove(from);
    let at = if to > from { to - 1 } else { to };
    rules.insert(at.min(rules.len()), rule);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::boolean;
    use crate::model::{Serve, VariantName};

    fn rule(id: &str) -> Rule {
        let serve = Serve::Variant(VariantName::boolean(true));
        Rule { id: Some(RuleId::new(id).unwrap()), description: None, when: Vec::new(), serve }
    }

    fn environment(ids: &[&str]) -> Environment {
        let mut environment = boolean().environments.remove(0);
        environment.rules = ids.iter().map(|id| rule(id)).collect();
        environment
    }

    fn ids(rules: &[Rule]) -> String {
        rules.iter().enumerate().map(|(index, rule)| rule.label(index)).collect::<Vec<_>>().join(" ")
    }

    const NOWHERE: Spot = Spot { before: None, after: None, first: false, last: false };

    #[test]
    fn rules_are_found_by_id_and_by_position() {
        let environment = environment(&["a", "b"]);
        assert_eq!(position(&environment, "b").unwrap(), 1);
        assert_eq!(position(&environment, "#1").unwrap(), 0);
        for missing in ["c", "#0", "#3", "#", "1"] {
            assert!(position(&environment, missing).is_err(), "{missing}");
        }
    }

    #[test]
    fn rules_move_to_where_they_were_meant() {
        let moved = |from: &str, place: Spot| {
            let mut environment = environment(&["a", "b", "c"]);
            let from = position(&environment, from).unwrap();
            let to = spot(&environment, &place).unwrap().unwrap();
            shift(&mut environment.rules, from, to);
            ids(&environment.rules)
        };
        let before = |id: &str| Spot { before: Some(id.into()), ..NOWHERE };
        let after = |id: &str| Spot { after: Some(id.into()), ..NOWHERE };
        assert_eq!(moved("a", before("c")), "b a c");
        assert_eq!(moved("a", after("c")), "b c a");
        assert_eq!(moved("c", before("a")), "c a b");
        assert_eq!(moved("c", Spot { first: true, ..NOWHERE }), "c a b");
        assert_eq!(moved("a", Spot { last: true, ..NOWHERE }), "b c a");
        assert_eq!(moved("b", before("b")), "a b c");
        assert_eq!(moved("b", after("b")), "a b c");
    }

    #[test]
    fn ids_stay_unique_ignoring_case() {
        let mut environment = environment(&["a", "b"]);
        insert(&mut environment, rule("c"), &Spot { before: Some("b".into()), ..NOWHERE }, "key").unwrap();
        assert_eq!(ids(&environment.rules), "a c b");
        insert(&mut environment, rule("c"), &NOWHERE, "key").unwrap();
        assert_eq!(ids(&environment.rules), "a c b", "the same rule again changes nothing");
        assert!(insert(&mut environment, rule("A"), &NOWHERE, "key").is_err());
    }
}
