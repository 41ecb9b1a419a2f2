mod exclusive;

use super::arguments::{AtArgs, FormatArgs, broken_flag, key, moment, unknown_flag};
use super::completing::{Environments, Keys};
use super::context_args::ContextArgs;
use super::enriching::{self, enricher};
use crate::commands::Session;
use crate::compare::{Served, Window, forecast};
use crate::diagnostic::codes::change;
use crate::diagnostic::{Diagnostic, Exit, Failure, Result};
use crate::evaluate::{BoundContext, Context, Program, Reason};
use crate::model::{AttributePath, By, Catalog, Condition, EnvironmentName, FlagKey, Seconds, Timestamp, VariantName};
use crate::render::style::{DIM, EMPHASIS, NAME, paint, plain};
use crate::render::table::{Tone, table};
use crate::render::{Format, Outcome, Report, Terminal};
use clap_complete::engine::ArgValueCompleter;
use exclusive::Exclusive;
use serde_json::{Value, json};
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::collections::BTreeMap;

/// Measure how many of many users get what, against what is configured
///
/// Evaluates the flag for made-up users and counts the variants, for each rule that decided and for everyone else. A
/// chi-square test says whether the counts fit the configured shares. Exit code 1 when they do not, as when an earlier rule
/// takes its users by the same buckets. `--exclusive-with` counts for whom two flags choose among variants at once: for
/// nobody, or the exit code is 1.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag distribution new-checkout --env production\n  git flag distribution new-checkout --env production --units 1000000 -c country=DE\n  git flag distribution button-colour --env production --exclusive-with theme"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment; `git config flag.environment` when absent.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    /// How many users.
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    units: u64,

    /// What their ids begin with; a number follows.
    #[arg(long, value_name = "TEXT", default_value = "user-")]
    prefix: String,

    /// Another flag that must not choose for the same users; may be repeated.
    #[arg(long, value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    exclusive_with: Vec<String>,

    #[command(flatten)]
    context: ContextArgs,

    #[command(flatten)]
    at: AtArgs,

    /// Evaluate as if it were this time.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,

    #[command(flatten)]
    format: FormatArgs,
}

/// Below this probability, counts do not come from the configured shares by chance.
const UNLIKELY: f64 = 0.001;
/// A test is not made with fewer expected in a part.
const FEWEST: f64 = 5.0;

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl])?);
    let key = key(&args.key)?;
    let root = session.root_at(args.at.at.as_deref())?;
    let moment = moment(root.repository(), args.at.at.as_deref(), args.now.as_deref(), session.now())?;
    let others = exclusive::keys(&args.exclusive_with)?;
    let loaded = root.load_closure(moment.view, &[std::slice::from_ref(&key), &others[..]].concat())?;
    let catalog = &loaded.catalog;
    if !loaded.flag_files.contains_key(&key) {
        return Err(unknown_flag(key.as_str(), root.keys(moment.view)?.iter().map(FlagKey::as_str)));
    }
    let environment = session.reading_environment(&root, &catalog.project, args.env.as_deref())?;
    let window = Window { from: moment.now, to: moment.now.plus(Seconds::new(1)), points: 2 };
    let configured = forecast(catalog, &key, environment.as_str(), window);
    let Some(stretch) = configured.and_then(|stretches| stretches.into_iter().next()) else {
        return Err(broken_flag(&loaded, &key));
    };
    let mut context = args.context.context(session, &catalog.project)?;
    let program = Program::compile(catalog);
    let enricher = enricher(&root, &program, &catalog.project);
    enriching::enrich_all(&mut context, &enricher, [key.as_str()])?;
    let choices = exclusive::choices(&stretch.serves);
    let mut serves = stretch.serves.clone();
    let mut pairs = Vec::new();
    for other in &others {
        let (pair, theirs) = Exclusive::new(other, &loaded, &environment, window, (&root, moment.view))?;
        pairs.push(pair);
        serves.extend(theirs);
    }
    let units = Units::new(&args, context, &serves, catalog)?;
    let mut counts: Counts = BTreeMap::new();
    for number in 0..args.units {
        let context = units.context(number)?;
        let asked = Deciding { bound: program.bind(&context), environment: &environment, now: moment.now };
        let (who, variant) = asked.who(&key);
        for pair in &mut pairs {
            pair.count(choices.contains(&who), &asked);
        }
        if let Some(variant) = variant {
            *counts.entry(who).or_default().entry(variant).or_default() += 1;
        }
    }
    let groups: Vec<Group> = groups(&stretch.serves, counts);
    let fits = groups.iter().filter_map(|group| group.test.as_ref()).all(|test| test.probability >= UNLIKELY);
    let fits = fits && pairs.iter().all(Exclusive::holds);
    let report = Distribution { key, environment, units: args.units, groups, pairs };
    Ok(Outcome::report(report).exit(if fits { Exit::Done } else { Exit::Negative }))
}

/// One user, ready to be asked about.
struct Deciding<'p, 'c> {
    bound: BoundContext<'p, 'c>,
    environment: &'c EnvironmentName,
    now: Timestamp,
}

impl Deciding<'_, '_> {
    /// What decides about the user in that flag, and what they get.
    fn who(&self, key: &FlagKey) -> (Who, Option<VariantName>) {
        let decision = self.bound.evaluate(key.as_str(), self.environment.as_str(), self.now);
        // What is served for lack of anything else, and by targets, belongs to nobody's shares.
        let who = match (decision.cause, decision.rule, decision.reason) {
            (Some(_), ..) => Who::Default,
            (None, None, Reason::TargetingMatch) => Who::Targets,
            (None, None, _) => Who::Else,
            (None, Some(rule), _) => Who::Rule(rule.to_owned()),
        };
        (who, decision.variant.and_then(|name| VariantName::new(name).ok()))
    }
}

/// Who got something, by what decided about them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Rule(String),
    /// Those about whom the serve of the environment decided.
    Else,
    Targets,
    /// Those who get the default because the flag is off for them, or they lack the unit.
    Default,
}

impl Who {
    fn of(served: &Served) -> Self {
        served.rule.clone().map_or(Self::Else, Self::Rule)
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Rule(_) => "rule",
            Self::Else => "serve",
            Self::Targets => "targets",
            Self::Default => "default",
        }
    }
}

type Counts = BTreeMap<Who, BTreeMap<VariantName, u64>>;

/// Made-up users.
struct Units {
    prefix: String,
    context: Context,
    /// The attributes that rollouts go by and the context does not have.
    by: Vec<AttributePath>,
}

impl Units {
    fn new(args: &Args, context: Context, serves: &[Served], catalog: &Catalog) -> Result<Self> {
        if args.context.user.is_some() {
            return Err(Failure::new(
                &change::BAD_ARGUMENT,
                "`--user` names one user, of whom there is nothing to count",
            )
            .help("`git flag eval` answers for one; here, `--context` sets what all have in common"));
        }
        let mut by: Vec<AttributePath> =
            serves.iter().filter_map(|served| served.by.as_ref()).flat_map(By::paths).cloned().collect();
        by.extend(drawn(catalog).flat_map(By::paths).cloned());
        by.push(AttributePath::targeting_key());
        by.sort();
        by.dedup();
        by.retain(|path| context.get(path).is_none());
        Ok(Self { prefix: args.prefix.clone(), context, by })
    }

    fn context(&self, number: u64) -> Result<Context> {
        let mut context = self.context.clone();
        for path in &self.by {
            let id = format!("{}{number}", self.prefix);
            context.set(path, id.into()).map_err(|error| Box::<Failure>::from(Diagnostic::from(&error)))?;
        }
        Ok(context)
    }
}

/// What the percentages among conditions go by.
fn drawn(catalog: &Catalog) -> impl Iterator<Item = &By> {
    let environments = catalog.flags.values().flat_map(|flag| &flag.environments);
    let rules = environments.flat_map(|environment| &environment.rules).flat_map(|rule| &rule.when);
    let segments = catalog.segments.values().flat_map(|segment| &segment.conditions);
    rules.chain(segments).flat_map(Condition::walk).filter_map(|condition| match condition {
        Condition::Percentage { by, .. } => by.as_ref(),
        _ => None,
    })
}

/// Those about whom one rule, or the serve for everyone else, decided.
struct Group {
    who: Who,
    /// Variants with how many got them, and the share that is configured.
    parts: Vec<Part>,
    test: Option<Fit>,
}

struct Part {
    variant: VariantName,
    count: u64,
    configured: Option<crate::compare::Portion>,
}

/// Pearson's chi-square test of the counts against the configured shares.
struct Fit {
    statistic: f64,
    freedom: usize,
    probability: f64,
}

fn groups(serves: &[Served], mut counts: Counts) -> Vec<Group> {
    let mut groups = Vec::new();
    for served in serves {
        let who = Who::of(served);
        let Some(mut counted) = counts.remove(&who) else { continue };
        // A variant may have several parts of the line.
        let mut parts: Vec<Part> = Vec::new();
        for (variant, portion) in &served.parts {
            match parts.iter_mut().find(|part| part.variant == *variant) {
                Some(part) => part.configured = part.configured.map(|sum| sum.plus(*portion)),
                None => {
                    let count = counted.remove(variant).unwrap_or(0);
                    parts.push(Part { variant: variant.clone(), count, configured: Some(*portion) });
                }
            }
        }
        parts.extend(counted.into_iter().map(|(variant, count)| Part { variant, count, configured: None }));
        // Members of segments come on top of shares.
        let test = if served.members.is_empty() { fit(&parts) } else { None };
        groups.push(Group { who, parts, test });
    }
    for (who, counted) in counts {
        let parts = counted.into_iter().map(|(variant, count)| Part { variant, count, configured: None }).collect();
        groups.push(Group { who, parts, test: None });
    }
    groups
}

/// `None` when there is nothing to choose between, or there are too few.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn fit(parts: &[Part]) -> Option<Fit> {
    let total: u64 = parts.iter().map(|part| part.count).sum();
    let expected = |part: &Part| part.configured.map_or(0.0, |portion| portion.ratio() * total as f64);
    if parts.len() < 2 || parts.iter().any(|part| part.configured.is_some() && expected(part) < FEWEST) {
        return None;
    }
    let statistic = parts.iter().map(|part| {
        let (expected, found) = (expected(part), part.count as f64);
        // Nobody is expected there at all.
        if expected == 0.0 { f64::INFINITY } else { (found - expected).powi(2) / expected }
    });
    let (statistic, freedom) = (statistic.sum::<f64>(), parts.len() - 1);
    let distribution = ChiSquared::new(freedom as f64).ok()?;
    let probability = if statistic.is_finite() { distribution.sf(statistic) } else { 0.0 };
    Some(Fit { statistic, freedom, probability })
}

struct Distribution {
    key: FlagKey,
    environment: EnvironmentName,
    units: u64,
    groups: Vec<Group>,
    pairs: Vec<Exclusive>,
}

impl Group {
    fn total(&self) -> u64 {
        self.parts.iter().map(|part| part.count).sum()
    }

    fn json(&self) -> Value {
        let parts = self.parts.iter().map(
            |part| json!({ "variant": part.variant.as_str(), "units": part.count, "configured": part.configured }),
        );
        let test = self.test.as_ref().map(|test| {
            json!({
                "chiSquare": test.statistic.is_finite().then_some(test.statistic),
                "degreesOfFreedom": test.freedom,
                "pValue": test.probability,
                "fits": test.probability >= UNLIKELY,
            })
        });
        let rule = if let Who::Rule(rule) = &self.who { Some(rule) } else { None };
        json!({ "by": self.who.kind(), "rule": rule, "units": self.total(), "parts": parts.collect::<Vec<_>>(), "test": test })
    }

    fn name(&self, alone: bool) -> String {
        match &self.who {
            Who::Rule(rule) => format!("rule {rule}"),
            Who::Else if alone => "everyone".to_owned(),
            Who::Else => "everyone else".to_owned(),
            Who::Targets => "who is targeted".to_owned(),
            Who::Default => "who gets the default".to_owned(),
        }
    }
}

/// A part of a whole in percent with three decimals.
fn percent(part: u64, whole: u64) -> String {
    let thousandths = u128::from(part) * 100_000 / u128::from(whole.max(1));
    format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
}

impl Fit {
    fn verdict(&self) -> &'static str {
        if self.probability < UNLIKELY { "not as configured" } else { "as configured" }
    }
}

impl Report for Distribution {
    fn text(&self, terminal: &Terminal) -> String {
        let head = format!("{} units", self.units);
        let mut text =
            format!("{} in {}  {}\n\n", paint(EMPHASIS, &self.key), paint(NAME, &self.environment), paint(DIM, head));
        let mut rows = Vec::new();
        for group in &self.groups {
            let mut name = group.name(self.groups.len() == 1);
            for part in &group.parts {
                rows.push(vec![
                    (plain(&std::mem::take(&mut name)), Tone::Name),
                    (part.variant.to_string(), Tone::Normal),
                    (part.count.to_string(), Tone::Normal),
                    (percent(part.count, group.total()), Tone::Normal),
                    (part.configured.map_or_else(|| "-".to_owned(), |portion| portion.to_string()), Tone::Dim),
                ]);
            }
        }
        text += &table(terminal, &["for", "variant", "units", "share", "configured"], rows);
        for group in &self.groups {
            let Some(test) = &group.test else { continue };
            text += &format!(
                "\n{}: {} (chi-square {:.3}, {} of freedom, p = {:.4})\n",
                plain(&group.name(self.groups.len() == 1)),
                test.verdict(),
                test.statistic,
                super::wording::count(test.freedom, "degree"),
                test.probability
            );
            if test.probability < UNLIKELY {
                text += &paint(
                    DIM,
                    "an earlier rule may take its users by the same buckets: a `salt` of its own sets them apart\n",
                );
            }
        }
        for pair in &self.pairs {
            text += &pair.text();
        }
        text
    }

    fn json(&self) -> Value {
        json!({
            "schema": "git-flag.distribution/v1",
            "flag": self.key.as_str(),
            "environment": self.environment.as_str(),
            "units": self.units,
            "groups": self.groups.iter().map(Group::json).collect::<Vec<_>>(),
            "exclusive": self.pairs.iter().map(Exclusive::json).collect::<Vec<_>>(),
        })
    }

    fn records(&self) -> Vec<Value> {
        self.groups.iter().map(Group::json).chain(self.pairs.iter().map(Exclusive::json)).collect()
    }
}
