//! Commit messages of flag changes: a subject for people and trailers for programs.

use std::fmt;

/// The message of a commit that changes flags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// What it is about: a flag's key, or `segment/<name>`, or `project`.
    pub subject: String,
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
    /// The flag's key, or `segment/<name>`, or `project`.
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
        trailer(trailer::KEY, Some(&self.subject))?;
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
    let is_trailer = |line: &str| {
        line.split_once(':').is_some_and(|(token, _)| {
            !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }) || line.starts_with([' ', '\t'])
    };
    let block = if paragraph.lines().all(is_trailer) && message.contains('\n') { paragraph } else { "" };
    block.lines().filter_map(move |line| {
        let (token, value) = line.split_once(':')?;
        token.eq_ignore_ascii_case(name).then(|| value.trim())
    })
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
    fn only_the_last_paragraph_counts() {
        assert_eq!(trailers("subject\n\nFlag-Op: a\n\nwords\n", "Flag-Op").count(), 0);
        assert_eq!(trailers("Flag-Op: a", "Flag-Op").count(), 0);
        assert_eq!(trailers("s\n\nFlag-Op: a\nSigned-off-by: x\n", "Flag-Op").collect::<Vec<_>>(), ["a"]);
    }
}
