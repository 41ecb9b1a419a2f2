//! Entries as lines: each is printed for itself, so that only text is kept of them.

use crate::commands::past::{when, why};
use crate::commands::wording::{csv_line, markdown_head, markdown_line};
use crate::git::{CommitId, Signature, Verdict};
use crate::history::{Entry, Place};
use crate::model::Timestamp;
use crate::render::style::plain;
use crate::render::table::{Tone, table};
use crate::render::{Format, Report, Terminal};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;

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

/// Makes lines of entries.
pub(super) struct Printer {
    pub(super) format: Format,
    pub(super) signatures: Option<BTreeMap<CommitId, Signature>>,
    /// The time that times in tables are told from; else they are told as they are.
    pub(super) from: Option<Timestamp>,
}

/// What stands between the cells of a line for a table; cells have no control characters.
const BETWEEN: char = '\u{1f}';

impl Printer {
    pub(super) fn has_bad_signature(&self) -> bool {
        let bad = |signature: &Signature| matches!(signature.verdict, Verdict::Bad | Verdict::Revoked);
        self.signatures.iter().flat_map(BTreeMap::values).any(bad)
    }

    fn signed(&self, entry: &Entry) -> &'static str {
        match &self.signatures {
            Some(signatures) => {
                signatures.get(&entry.commit.id).map_or("unsigned", |signature| word(signature.verdict))
            }
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

    /// What is printed of an entry.
    pub(super) fn line(&self, entry: &Entry) -> String {
        match self.format {
            Format::Json => deeper(4, &pretty(&self.record(entry))),
            Format::Yaml => serde_yaml::to_string(&[self.record(entry)]).unwrap_or_default(),
            Format::Csv => csv_line(&self.csv(entry)),
            Format::Markdown => markdown_line(self.cells(entry, None)),
            Format::Jsonl => compact(&self.record(entry)) + "\n",
            _ => self.cells(entry, self.from).join(&BETWEEN.to_string()),
        }
    }

    /// What is printed of an entry whose place in the chain is not known yet.
    pub(super) fn open_line(&self, entry: &Entry) -> Box<str> {
        let mut line = self.line(entry);
        let end = self.end(&End { previous: None, digest: "" });
        if line.ends_with(&end) {
            line.truncate(line.len() - end.len());
        }
        line.into()
    }

    /// The same when it is.
    pub(super) fn close_line(&self, line: Box<str>, place: Place) -> Box<str> {
        let (previous, digest) = (place.previous.map(|it| it.to_string()), place.digest.to_string());
        let end = self.end(&End { previous: previous.as_deref(), digest: &digest });
        if end.is_empty() { line } else { [&line, end.as_str()].concat().into() }
    }

    /// With what a line ends that tells of the chain.
    fn end(&self, end: &End<'_>) -> String {
        match self.format {
            Format::Json => deeper(4, &pretty(end)).replacen('{', ",", 1),
            Format::Yaml => format!("  {}\n", deeper(2, serde_yaml::to_string(end).unwrap_or_default().trim_end())),
            Format::Csv => format!(",{}", csv_line(&[end.previous.unwrap_or_default(), end.digest])),
            Format::Jsonl => compact(end).replacen('{', ",", 1) + "\n",
            _ => String::new(),
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

    fn cells(&self, entry: &Entry, from: Option<Timestamp>) -> [String; 7] {
        let commit = &entry.commit;
        let mut change = entry.summary();
        if let Some(why) = why(entry) {
            change += &format!(" “{why}”");
        }
        [
            when(&commit.committer, from),
            entry.flag.to_string(),
            entry.action.to_owned(),
            plain(&commit.author.name),
            commit.id.short(),
            self.signed(entry).to_owned(),
            plain(&change),
        ]
    }
}

/// The last fields of an entry.
#[derive(Serialize)]
struct End<'e> {
    previous: Option<&'e str>,
    digest: &'e str,
}

fn compact(value: &impl Serialize) -> String {
    crate::render::json::compact(value)
}

fn pretty(value: &impl Serialize) -> String {
    crate::render::json::pretty(value)
}

/// All lines but the first moved to the right.
fn deeper(spaces: usize, text: &str) -> String {
    text.replace('\n', &format!("\n{:spaces$}", ""))
}

const CSV: [&str; 20] = [
    "time",
    "flag",
    "action",
    "environments",
    "summary",
    "author",
    "email",
    "committer",
    "commit",
    "signed",
    "via",
    "reason",
    "ticket",
    "operation",
    "kind",
    "path",
    "sha256_before",
    "sha256_after",
    "previous",
    "digest",
];

const HEADER: [&str; 7] = ["when", "flag", "action", "author", "commit", "signed", "change"];

/// What is printed.
pub(super) struct Audit {
    pub(super) format: Format,
    pub(super) lines: Vec<Box<str>>,
}

impl Audit {
    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let (head, between, foot) = match self.format {
            Format::Json if self.lines.is_empty() => (JSON.to_owned() + "[]", "", "\n}\n"),
            Format::Json => (JSON.to_owned() + "[\n    ", ",\n    ", "\n  ]\n}\n"),
            Format::Yaml if self.lines.is_empty() => (YAML.to_owned() + " []\n", "", ""),
            Format::Yaml => (YAML.to_owned() + "\n", "", ""),
            Format::Csv => (csv_line(&CSV), "", ""),
            Format::Markdown => (markdown_head(&HEADER), "", ""),
            _ => (String::new(), "", ""),
        };
        out.write_all(head.as_bytes())?;
        for (at, line) in self.lines.iter().enumerate() {
            out.write_all(if at == 0 { b"" } else { between.as_bytes() })?;
            out.write_all(line.as_bytes())?;
        }
        out.write_all(foot.as_bytes())
    }
}

/// What stands before the list of entries.
const JSON: &str = "{\n  \"schema\": \"git-flag.audit/v1\",\n  \"entries\": ";
const YAML: &str = "schema: git-flag.audit/v1\nentries:";

impl Report for Audit {
    fn text(&self, terminal: &Terminal) -> String {
        if self.lines.is_empty() {
            return "no entries\n".into();
        }
        let rows = self.lines.iter().map(|line| line.split(BETWEEN).zip(TONES).map(toned).collect());
        table(terminal, &HEADER, rows.collect())
    }

    fn json(&self) -> Value {
        let entries: Vec<Value> = self.lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        json!({ "schema": "git-flag.audit/v1", "entries": entries })
    }

    fn stream(&self, format: Format, out: &mut dyn io::Write) -> Option<io::Result<()>> {
        (format != Format::Table).then(|| self.write(out))
    }
}

/// How columns are shown; that of signatures depends on what they say.
const TONES: [Option<Tone>; 7] = [
    Some(Tone::Dim),
    Some(Tone::Name),
    Some(Tone::Normal),
    Some(Tone::Normal),
    Some(Tone::Dim),
    None,
    Some(Tone::Normal),
];

fn toned((text, tone): (&str, Option<Tone>)) -> (String, Tone) {
    let tone = tone.unwrap_or(match text {
        "good" => Tone::Good,
        "bad" | "revoked" => Tone::Bad,
        "unsigned" | "signed" => Tone::Dim,
        _ => Tone::Partly,
    });
    (text.to_owned(), tone)
}

/// An entry as it is printed.
#[derive(Serialize)]
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
#[derive(Serialize)]
struct Checked<'a> {
    verdict: &'static str,
    signer: Option<&'a str>,
    key: Option<&'a str>,
}
