use super::arguments::{FormatArgs, key, time, unknown_flag};
use super::completing::{Environments, Keys};
use super::wording::{csv_line, markdown_head, markdown_line};
use super::past::{minute, only_environment, project, tip, warn_when_cut, why};
use crate::commands::Session;
use crate::compare::ASPECTS;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Exit, Failure, Result, did_you_mean};
use crate::git::{CommitId, Repository, Signature, Verdict};
use crate::history::{Entry, timeline};
use crate::model::{FlagKey, Timestamp};
use crate::project::View;
use crate::render::style::plain;
use crate::render::table::{Tone, table};
use crate::render::{Format, Outcome, Report, Terminal};
use clap_complete::engine::ArgValueCompleter;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;

/// List what happened to all flags, or to one, for an audit
///
/// One entry for each flag that a commit changed, newest first, derived from the commits themselves. Every entry carries a
/// SHA-256 digest that is chained to the flag's entry before, so that rewriting an old one changes all later ones.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git flag audit --since 2026-10-01 --env production\n  git flag audit new-checkout --format csv\n  git flag audit --author ada --action kill --verify-signatures")]
pub struct Args {
    /// The flag; all when absent.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: Option<String>,

    /// Only what concerns this environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    /// Only by authors with this text in name or address, ignoring case.
    #[arg(long, value_name = "TEXT")]
    author: Option<String>,

    /// Only this action, such as `rollout`, `kill` or `merged-away`.
    #[arg(long)]
    action: Option<String>,

    /// Only what was committed at or after this time (2026-11-20, or with time and offset).
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Only what was committed before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// At most so many entries, the newest.
    #[arg(short = 'n', long, value_name = "NUMBER")]
    limit: Option<usize>,

    /// Check the signatures of signed commits; a bad one makes the exit code 1.
    #[arg(long)]
    verify_signatures: bool,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Csv, Format::Markdown])?);
    let key = args.key.as_deref().map(key).transpose()?;
    let filter = Filter::new(&args)?;
    let root = session.root_in_git()?;
    let repository = root.git()?;
    let project = project(&root, repository)?;
    let mut entries = match tip(session, repository, None)? {
        Some(tip) => timeline(&root, repository, &project, key.as_ref(), tip)?.entries,
        None => Vec::new(),
    };
    if let Some(key) = key.filter(|_| entries.is_empty()) {
        let keys = root.keys(View::default_for(Some(repository)))?;
        if !keys.contains(&key) {
            return Err(unknown_flag(key.as_str(), keys.iter().map(FlagKey::as_str)));
        }
    }
    if let Some(name) = &args.env {
        only_environment(&mut entries, &project, name)?;
    }
    entries.retain(|entry| filter.wants(entry));
    entries.truncate(args.limit.unwrap_or(usize::MAX));
    let signatures = if args.verify_signatures { Some(signatures(repository, &entries)?) } else { None };
    warn_when_cut(session, repository);
    let audit = Audit { entries, signatures };
    let exit = if audit.has_bad_signature() { Exit::Negative } else { Exit::Done };
    Ok(Outcome::report(audit).exit(exit))
}

struct Filter {
    author: Option<String>,
    action: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Filter {
    fn new(args: &Args) -> Result<Self> {
        Ok(Self {
            author: args.author.as_deref().map(str::to_lowercase),
            action: args.action.as_deref().map(action).transpose()?,
            since: args.since.as_deref().map(time).transpose()?,
            until: args.until.as_deref().map(time).transpose()?,
        })
    }

    fn wants(&self, entry: &Entry) -> bool {
        let commit = &entry.commit;
        let at = commit.committer.time;
        let by = |text: &String| [&commit.author.name, &commit.author.email].into_iter().any(|it| it.to_lowercase().contains(text));
        self.since.is_none_or(|since| at >= since.unix())
            && self.until.is_none_or(|until| at < until.unix())
            && self.action.as_ref().is_none_or(|action| entry.action == action)
            && self.author.as_ref().is_none_or(by)
    }
}

/// Verbs of entries that no difference has.
const OWN_ACTIONS: [&str; 4] = ["change", "merged-away", "move", "reformat"];

/// An action that entries can have.
fn action(word: &str) -> Result<String> {
    let mut all: Vec<&str> = ASPECTS.iter().map(|row| row.action).chain(OWN_ACTIONS).collect();
    all.sort_unstable();
    all.dedup();
    if all.contains(&word) {
        return Ok(word.to_owned());
    }
    let mut failure = Failure::new(&change::BAD_ARGUMENT, format!("there is no action `{word}`"));
    if let Some(hint) = did_you_mean(word, all.iter().copied()) {
        failure = failure.help(hint);
    }
    Err(failure.help(format!("actions are {}", all.join(", "))))
}

/// The verdicts on the signed commits.
fn signatures(repository: &Repository, entries: &[Entry]) -> Result<BTreeMap<CommitId, Signature>> {
    let mut commits: Vec<CommitId> = entries.iter().filter(|entry| entry.commit.signed).map(|entry| entry.commit.id).collect();
    commits.sort_unstable();
    commits.dedup();
    let found = repository.signatures(&commits)?;
    Ok(found.into_iter().map(|signature| (signature.commit, signature)).collect())
}

const VERDICTS: [(Verdict, &str); 7] = [
    (Verdict::Good, "good"),
    (Verdict::Untrusted, "untrusted"),
    (Verdict::Expired, "expired"),
    (Verdict::Revoked, "revoked"),
    (Verdict::Bad, "bad"),
    (Verdict::Unknown, "unknown"),
    (Verdict::Unsigned, "unsigned"),
];

fn word(verdict: Verdict) -> &'static str {
    VERDICTS.iter().find(|(candidate, _)| *candidate == verdict).map_or("unknown", |(_, word)| word)
}

struct Audit {
    entries: Vec<Entry>,
    signatures: Option<BTreeMap<CommitId, Signature>>,
}

impl Audit {
    fn has_bad_signature(&self) -> bool {
        let bad = |signature: &Signature| matches!(signature.verdict, Verdict::Bad | Verdict::Revoked);
        self.signatures.iter().flat_map(BTreeMap::values).any(bad)
    }

    fn signed(&self, entry: &Entry) -> &'static str {
        match &self.signatures {
            Some(signatures) => signatures.get(&entry.commit.id).map_or("unsigned", |signature| word(signature.verdict)),
            None if entry.commit.signed => "signed",
            None => "unsigned",
        }
    }

    fn record<'a>(&'a self, entry: &'a Entry) -> Record<'a> {
        let verdict = |signatures: &'a BTreeMap<CommitId, Signature>| {
            let signature = signatures.get(&entry.commit.id);
            Checked {
                verdict: signature.map_or("unsigned", |signature| word(signature.verdict)),
                signer: signature.map(|it| it.signer.as_str()),
                key: signature.map(|it| it.key.as_str()),
            }
        };
        match &self.signatures {
            Some(signatures) => Record::Checked { entry, signature: verdict(signatures) },
            None => Record::Plain(entry),
        }
    }

    fn csv(&self, entry: &Entry) -> [String; 20] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let commit = &entry.commit;
        [
            Timestamp::from_unix(commit.committer.time).to_string(),
            entry.flag.to_string(),
            entry.action.to_owned(),
            entry.environments().join(" "),
            entry.summary(),
            commit.author.name.clone(),
            commit.author.email.clone(),
            commit.committer.name.clone(),
            commit.id.to_string(),
            self.signed(entry).to_owned(),
            entry.via().to_owned(),
            text(&entry.reason),
            text(&entry.ticket),
            text(&entry.operation),
            entry.kind.name().to_owned(),
            text(&entry.path_after),
            text(&entry.sha256_before),
            text(&entry.sha256_after),
            text(&entry.previous),
            entry.digest.clone(),
        ]
    }

    fn write(&self, format: Format, out: &mut dyn io::Write) -> io::Result<()> {
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                out.write_all(b"\n")
            }
            Format::Yaml => serde_yaml::to_writer(out, self).map_err(io::Error::other),
            Format::Csv => {
                out.write_all(csv_line(&CSV).as_bytes())?;
                self.entries.iter().try_for_each(|entry| out.write_all(csv_line(&self.csv(entry)).as_bytes()))
            }
            Format::Markdown => {
                out.write_all(markdown_head(&HEADER).as_bytes())?;
                self.entries.iter().try_for_each(|entry| {
                    out.write_all(markdown_line(self.cells(entry).into_iter().map(|(text, _)| text)).as_bytes())
                })
            }
            _ => self.entries.iter().try_for_each(|entry| {
                serde_json::to_writer(&mut *out, &self.record(entry))?;
                out.write_all(b"\n")
            }),
        }
    }

    fn cells(&self, entry: &Entry) -> Vec<(String, Tone)> {
        let commit = &entry.commit;
        let signed = self.signed(entry);
        let tone = match signed {
            "good" => Tone::Good,
            "bad" | "revoked" => Tone::Bad,
            "unsigned" | "signed" => Tone::Dim,
            _ => Tone::Partly,
        };
        let mut change = entry.summary();
        if let Some(why) = why(entry) {
            change += &format!(" “{why}”");
        }
        vec![
            (minute(&commit.committer), Tone::Dim),
            (entry.flag.to_string(), Tone::Name),
            (entry.action.to_owned(), Tone::Normal),
            (plain(&commit.author.name), Tone::Normal),
            (commit.id.short(), Tone::Dim),
            (signed.to_owned(), tone),
            (plain(&change), Tone::Normal),
        ]
    }
}

const CSV: [&str; 20] = [
    "time", "flag", "action", "environments", "summary", "author", "email", "committer", "commit", "signed", "via", "reason",
    "ticket", "operation", "kind", "path", "sha256_before", "sha256_after", "previous", "digest",
];

const HEADER: [&str; 7] = ["when", "flag", "action", "author", "commit", "signed", "change"];

impl Report for Audit {
    fn text(&self, terminal: &Terminal) -> String {
        if self.entries.is_empty() {
            return "no entries\n".into();
        }
        table(terminal, &HEADER, self.entries.iter().map(|entry| self.cells(entry)).collect())
    }

    fn json(&self) -> Value {
        json!(self)
    }

    fn stream(&self, format: Format, out: &mut dyn io::Write) -> Option<io::Result<()>> {
        (format != Format::Table).then(|| self.write(format, out))
    }
}

/// The whole as a document of `git-flag.audit/v1`.
impl Serialize for Audit {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Audit", 2)?;
        fields.serialize_field("schema", "git-flag.audit/v1")?;
        fields.serialize_field("entries", &Records(self))?;
        fields.end()
    }
}

struct Records<'a>(&'a Audit);

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.entries.iter().map(|entry| self.0.record(entry)))
    }
}

/// An entry as it is printed.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Record<'a> {
    Plain(&'a Entry),
    Checked {
        #[serde(flatten)]
        entry: &'a Entry,
        signature: Checked<'a>,
    },
}

/// What became of checking its signature.
#[derive(serde::Serialize)]
struct Checked<'a> {
    verdict: &'static str,
    signer: Option<&'a str>,
    key: Option<&'a str>,
}
