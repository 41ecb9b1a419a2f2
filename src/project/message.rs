//! Commit messages of flag changes: a subject for people and trailers for programs.

use std::fmt;

/// The message of a commit that changes flags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// What it is about: a flag's key, or `segment/<name>`, or `project`.
    pub subject: String,
    /// What it changes, one by one, where that is several: keys of flags, `segment/<name>` and `project`.
    pub parts: Vec<String>,
    /// What is done, in a few words: `rollout 10% → 25%`.
    pub what: String,
    /// The verb of the trailer: `rollout`.
    pub action: String,
    /// The environment, where there is exactly one.
    pub environment: Option<String>,
    /// The rule of that environment, where it is about one only.
    pub rule: Option<String>,
    /// A paragraph for people below the subject.
    pub body: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The ticket that asked for it.
    pub ticket: Option<String>,
    /// The commits that are undone, as full ids.
    pub reverts: Vec<String>,
    /// The operation's id.
    pub operation: String,
}

/// The trailers that commits of this tool carry.
pub mod trailer {
    /// The flag's key, or `segment/<name>`, or `project`; once for each where there are several.
    pub const KEY: &str = "Flag-Key";
    /// The environment, where there is exactly one.
    pub const ENVIRONMENT: &str = "Flag-Environment";
    /// The rule, where a rollback is about one rule only.
    pub const RULE: &str = "Flag-Rule";
    /// What was done.
    pub const ACTION: &str = "Flag-Action";
    /// Why.
    pub const REASON: &str = "Flag-Reason";
    /// The ticket.
    pub const TICKET: &str = "Flag-Ticket";
    /// The commit that is undone.
    pub const REVERTS: &str = "Flag-Reverts";
    /// The operation's id.
    pub const OPERATION: &str = "Flag-Op";
}

/// One line: line breaks and other control characters become spaces, so that text can't forge a trailer.
#[must_use]
pub fn fold(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "flag({}): {}", self.subject, fold(&self.what))?;
        if let Some(environment) = &self.environment {
            write!(f, " in {environment}")?;
        }
        f.write_str("\n\n")?;
        if let Some(body) = &self.body {
            writeln!(f, "{}\n", body.trim_end())?;
        }
        for revert in &self.reverts {
            writeln!(f, "This reverts commit {revert}.")?;
        }
        if !self.reverts.is_empty() {
            writeln!(f)?;
        }
        let mut trailer = |name: &str, value: Option<&str>| match value.map(fold).filter(|value| !value.is_empty()) {
            Some(value) => writeln!(f, "{name}: {value}"),
            None => Ok(()),
        };
        let parts = if self.parts.is_empty() { std::slice::from_ref(&self.subject) } else { &self.parts };
        parts.iter().try_for_each(|part| trailer(trailer::KEY, Some(part)))?;
        trailer(trailer::ENVIRONMENT, self.environment.as_deref())?;
        trailer(trailer::RULE, self.rule.as_deref())?;
        trailer(trailer::ACTION, Some(&self.action))?;
        trailer(trailer::REASON, self.reason.as_deref())?;
        trailer(trailer::TICKET, self.ticket.as_deref())?;
        for revert in &self.reverts {
            trailer(trailer::REVERTS, Some(revert))?;
        }
        trailer(trailer::OPERATION, Some(&self.operation))
    }
}

/// The values of the trailers of that name, in the last paragraph of a message, whose lines must all be trailers.
pub fn trailers<'m>(message: &'m str, name: &'m str) -> impl Iterator<Item = &'m str> {
    let paragraph = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    let is_block = paragraph.lines().all(is_trailer) && message.contains('\n');
    values(if is_block { paragraph } else { "" }.lines(), name)
}

fn is_trailer(line: &str) -> bool {
    line.split_once(':').is_some_and(|(token, _)| {
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }) || line.starts_with([' ', '\t'])
}

fn values<'m>(lines: impl Iterator<Item = &'m str>, name: &'m str) -> impl Iterator<Item = &'m str> {
    lines.filter_map(move |line| {
        let (token, value) = line.split_once(':')?;
        token.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// What a message tells of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The operation's id.
    pub id: String,
    /// The subject of its own commit.
    pub subject: String,
    trailers: Vec<String>,
}

impl Told {
    /// What one of its trailers says.
    #[must_use]
    pub fn says<'t>(&'t self, name: &'t str) -> Option<&'t str> {
        self.all(name).next()
    }

    /// What all of its trailers of that name say.
    pub fn all<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t str> {
        values(self.trailers.iter().map(String::as_str), name)
    }
}

/// The operations that a message tells of, in its order: one, or all those that were squashed into the commit. Of these
/// the message has one paragraph of trailers each, which may be indented, as `git merge --squash` writes them.
///
/// Somebody may also just talk of operations: whether the commit changed anything is for the caller to see.
#[must_use]
pub fn operations(message: &str) -> Vec<Told> {
    let lines: Vec<&str> = message.lines().collect();
    let mut paragraphs = lines.split(|line| line.trim().is_empty()).filter(|lines| !lines.is_empty());
    let first = paragraphs.next().unwrap_or_default().iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let is_ours = |line: &str| line.starts_with("flag(");
    let (mut found, mut subject) = (Vec::new(), Some(first.clone()).filter(|first| is_ours(first)));
    for paragraph in paragraphs {
        let depth = |line: &&str| line.len() - line.trim_start().len();
        let indent = paragraph.iter().map(depth).min().unwrap_or(0);
        let block: Vec<&str> = paragraph.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
        // `git cherry-pick -x` adds a line that is none.
        if !block.iter().all(|line| is_trailer(line) || line.starts_with("(cherry picked from commit ")) {
            // Bullets are what forges put before the subjects of commits that they squash.
            let mut own = block.iter().map(|line| line.trim_start_matches(['*', '-', ' ']));
            subject = subject.or_else(|| own.find(|line| is_ours(line)).map(str::to_owned));
            continue;
        }
        let is_id = |line: &&str| values(std::iter::once(*line), trailer::OPERATION).next().is_some();
        // The id ends what is told of an operation.
        for told in block.split_inclusive(is_id) {
            let id = values(told.iter().copied(), trailer::OPERATION).next();
            found.extend(id.filter(|id| !id.is_empty()).map(|id| Told {
                id: id.to_owned(),
                subject: subject.take().unwrap_or_else(|| first.clone()),
                trailers: told.iter().map(|line| (*line).to_owned()).collect(),
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Message {
        Message {
            subject: "new-checkout".into(),
            what: "rollout 10% → 25%".into(),
            action: "rollout".into(),
            environment: Some("production".into()),
            reason: Some("looks good\n\nFlag-Op: forged\u{2028}x".into()),
            operation: "op-1".into(),
            ..Message::default()
        }
    }

    #[test]
    fn reasons_cannot_forge_trailers() {
        let text = sample().to_string();
        assert_eq!(
            text,
            "flag(new-checkout): rollout 10% → 25% in production\n\nFlag-Key: new-checkout\nFlag-Environment: production\n\
             Flag-Action: rollout\nFlag-Reason: looks good Flag-Op: forged x\nFlag-Op: op-1\n"
        );
        assert_eq!(trailers(&text, "flag-op").collect::<Vec<_>>(), ["op-1"]);
        assert_eq!(trailers(&text, trailer::REASON).count(), 1);
    }

    #[test]
    fn a_squashed_message_tells_of_all_its_operations() {
        let [one, two] = ["a", "b"].map(|id| {
            let message = Message { subject: id.into(), operation: format!("op-{id}"), ..sample() };
            message.to_string()
        });
        let told = |message: &str| -> Vec<(String, String, Option<String>)> {
            let all = operations(message).into_iter();
            all.map(|it| (it.id.clone(), it.subject.clone(), it.says(trailer::KEY).map(str::to_owned))).collect()
        };
        let expected = |key: &str| {
            let subject = format!("flag({key}): rollout 10% → 25% in production");
            (format!("op-{key}"), subject, Some(key.to_owned()))
        };
        assert_eq!(told(&one), [expected("a")]);
        let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
        let git = format!(
            "Squashed commit of the following:\n\ncommit 1\nAuthor: A <a@b>\nDate:   now\n\n{}\ncommit 2\nAuthor: A\n\n{}",
            indented(&two),
            indented(&one)
        );
        assert_eq!(told(&git), [expected("b"), expected("a")]);
        let forge = format!("Both (#12)\n\n* {one}\n* {two}\nCo-authored-by: Grace <g@x>\n");
        assert_eq!(told(&forge), [expected("a"), expected("b")]);
        let bare = told("Both\n\nFlag-Op: a\nFlag-Op: b\n\nwords\n\nFlag-Op: c\n");
        assert_eq!(bare.iter().map(|(id, ..)| id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(told("Flag-Op: a\n\nwords Flag-Op: b\n"), []);
        // As `git cherry-pick -x` writes it.
        let picked = format!("{}(cherry picked from commit 12ab)\n", sample());
        assert_eq!(operations(&picked).iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["op-1"]);
    }

    #[test]
    fn only_the_last_paragraph_counts() {
        assert_eq!(trailers("subject\n\nFlag-Op: a\n\nwords\n", "Flag-Op").count(), 0);
        assert_eq!(trailers("Flag-Op: a", "Flag-Op").count(), 0);
        assert_eq!(trailers("s\n\nFlag-Op: a\nSigned-off-by: x\n", "Flag-Op").collect::<Vec<_>>(), ["a"]);
    }
}
