use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::codes::{self};
use crate::diagnostic::{Code, Failure, Result, did_you_mean};
use crate::render::style::{DIM, EMPHASIS, paint};
use crate::render::{Format, Outcome, Report, Terminal};
use serde_json::{Value, json};

/// Explain a code of a problem, or list all codes
///
/// Every problem has a stable code such as F041 and a name such as split-sum. Works offline.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git flag explain F002\n  git flag explain duplicate-key\n  git flag explain")]
pub struct Args {
    /// The code or its name; all codes when absent.
    code: Option<String>,

    #[command(flatten)]
    format: super::arguments::FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl])?);
    let Some(wanted) = args.code else { return Ok(Outcome::report(Codes(codes::all().collect()))) };
    match codes::find(&wanted) {
        Some(code) => Ok(Outcome::report(Codes(vec![code]))),
        None => {
            let failure = Failure::new(&change::BAD_ARGUMENT, format!("there is no code `{wanted}`"));
            let names = codes::all().flat_map(|code| [code.id, code.name]);
            Err(failure
                .help(did_you_mean(&wanted, names).unwrap_or_else(|| "`git flag explain` lists all codes".into())))
        }
    }
}

struct Codes(Vec<&'static Code>);

impl Report for Codes {
    fn text(&self, _: &Terminal) -> String {
        if let [code] = self.0[..] {
            let title = paint(EMPHASIS, format!("{} {}", code.id, code.name));
            let level = paint(DIM, format!("({})", code.severity.name()));
            return format!("{title} {level}\n{}.\n\n{}\n", capital(code.summary), wrap(code.explain));
        }
        self.0
            .iter()
            .map(|code| format!("{}  {:<28} {}\n", paint(EMPHASIS, code.id), code.name, code.summary))
            .collect()
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.explain/v1", "codes": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        let record = |code: &&Code| {
            json!({
                "code": code.id, "name": code.name, "severity": code.severity.name(),
                "summary": code.summary, "explanation": code.explain,
            })
        };
        self.0.iter().map(record).collect()
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Wraps paragraphs at 80 columns; indented lines (examples) stay as they are.
fn wrap(text: &str) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        if line.starts_with("    ") || line.is_empty() {
            wrapped += line;
            wrapped.push('\n');
            continue;
        }
        let mut width = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > 80 {
                wrapped.push('\n');
                width = 0;
            } else if width > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped += word;
            width += length;
        }
        wrapped.push('\n');
    }
    wrapped.trim_end().to_owned()
}
