//! Arguments for every command, with which it does its work in the shop.

/// What a command does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It needs no repository of flags.
    Anywhere,
    /// It reads flags.
    Reads,
    /// It reads what happened to them, which needs Git.
    ReadsHistory,
    /// It changes what exists, as a commit.
    Changes,
    /// It makes a file that was not there, as a commit.
    Creates,
    /// It starts a repository of flags.
    Starts,
    /// It changes the hooks of the repository.
    Hooks,
}

/// A command with arguments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The command, with its subcommand where there is one.
    pub(crate) command: &'static str,
    pub(crate) arguments: &'static str,
    pub(crate) effect: Effect,
    /// What has to be done before, in a shell.
    pub(crate) before: &'static str,
}

impl Sample {
    /// All words of the command line. Arguments hold no spaces.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        self.command.split(' ').chain(self.arguments.split_whitespace()).collect()
    }

    /// The words with one more.
    pub(crate) fn with(&self, more: &[&'static str]) -> Vec<&'static str> {
        let mut words = self.words();
        words.extend(more);
        words
    }

    /// Whether it writes a commit.
    pub(crate) fn writes(&self) -> bool {
        matches!(self.effect, Effect::Changes | Effect::Creates)
    }

    /// Whether it only reads.
    pub(crate) fn reads(&self) -> bool {
        matches!(self.effect, Effect::Reads | Effect::ReadsHistory)
    }
}

const fn sample(command: &'static str, arguments: &'static str, effect: Effect) -> Sample {
    Sample { command, arguments, effect, before: "" }
}

const fn after(before: &'static str, command: &'static str, arguments: &'static str) -> Sample {
    Sample { command, arguments, effect: Effect::Changes, before }
}

use Effect::{Anywhere, Changes, Creates, Hooks, Reads, ReadsHistory, Starts};

/// At least one for each command; a test holds the table against the command line.
pub(crate) const SAMPLES: &[Sample] = &[
    sample("init", "", Starts),
    sample("create", "gift-cards --type boolean --owner team-pay --permanent", Creates),
    sample("list", "", Reads),
    sample("show", "new-checkout", Reads),
    sample("enable", "new-checkout --env production --percentage 30", Changes),
    sample("disable", "new-checkout --env production", Changes),
    sample("rollout", "new-checkout 50 --env production", Changes),
    sample("target", "new-checkout --user user-2 --serve true --env production", Changes),
    sample("rule add", "new-checkout --env production --id vip --when plan=pro --serve true", Changes),
    sample("rule set", "new-checkout dach --env production --serve 50", Changes),
    sample("rule move", "new-checkout free --env staging --first", Changes),
    sample("rule remove", "new-checkout dach --env production", Changes),
    sample("variant add", "button-colour other=red", Changes),
    sample("variant set", "button-colour treatment=teal", Changes),
    sample("variant rename", "button-colour treatment green", Changes),
    sample("variant remove", "button-colour treatment", Changes),
    sample("segment create", "dach --include user-3", Creates),
    sample("segment include", "staff user-8", Changes),
    sample("segment exclude", "staff user-9", Changes),
    sample("segment match", "staff --remove 2", Changes),
    sample("segment rename", "staff employees", Changes),
    sample("segment delete", "early-birds", Changes),
    sample("segment list", "", Reads),
    sample("segment show", "staff", Reads),
    sample("schedule", "new-checkout --env production --until 2027-01-01", Changes),
    sample("require", "new-checkout --on payments-v2 --serves true", Changes),
    sample("set", "new-checkout owner=team-web", Changes),
    sample("kill", "new-checkout --reason broken", Changes),
    after("git flag kill new-checkout --reason broken", "revive", "new-checkout"),
    after("git config core.editor 'sed -i s/One-page/Two-page/'", "edit", "new-checkout"),
    sample("eval", "new-checkout --env production --user ada", Reads),
    sample("enabled", "maintenance --env production", Reads),
    sample("simulate", "new-checkout --env production", Reads),
    sample("distribution", "new-checkout --env production --units 1000", Reads),
    sample("test", "", Reads),
    sample("validate", "", Reads),
    sample("diff", "HEAD~2", ReadsHistory),
    sample("log", "new-checkout", ReadsHistory),
    sample("audit", "", ReadsHistory),
    sample("rollback", "new-checkout", Changes),
    after("git flag rollout new-checkout 60 --env production", "undo", ""),
    sample("op status", "op-1", ReadsHistory),
    sample("op log", "", ReadsHistory),
    sample("rename", "new-checkout checkout-v2", Changes),
    sample("archive", "new-checkout", Changes),
    sample("delete", "new-checkout", Changes),
    sample(
        "import",
        concat!("--from flagd --env production ", env!("CARGO_MANIFEST_DIR"), "/tests/conformance/flagd/small.json"),
        Creates,
    ),
    sample("export", "--format openfeature-manifest", Reads),
    sample("hook install", "", Hooks),
    sample("hook uninstall", "", Hooks),
    sample("hook status", "", Hooks),
    sample(
        "merge-driver",
        "/dev/null flags/features/new-checkout.yaml flags/features/new-checkout.yaml flags/a.yaml",
        Anywhere,
    ),
    sample("textconv", "flags/features/new-checkout.yaml", Anywhere),
    sample("help", "exit-codes", Anywhere),
    sample("explain", "F001", Anywhere),
    sample("doctor", "", Anywhere),
    sample("schema", "flag", Anywhere),
    sample("completions", "bash", Anywhere),
];

/// Every command without subcommands of its own, with its full name.
pub(crate) fn leaves() -> Vec<(String, clap::Command)> {
    fn walk(command: &clap::Command, name: &str, found: &mut Vec<(String, clap::Command)>) {
        for sub in command.get_subcommands() {
            let name = if name.is_empty() { sub.get_name().to_owned() } else { format!("{name} {}", sub.get_name()) };
            if sub.has_subcommands() {
                walk(sub, &name, found);
            } else {
                found.push((name, sub.clone()));
            }
        }
    }
    let mut command = git_flag::commands::command();
    command.build();
    let mut found = Vec::new();
    walk(&command, "", &mut found);
    found
}

/// The samples of commands that this program has.
pub(crate) fn samples() -> impl Iterator<Item = &'static Sample> {
    let names: std::collections::BTreeSet<String> = leaves().into_iter().map(|(name, _)| name).collect();
    SAMPLES.iter().filter(move |sample| names.contains(sample.command))
}

#[test]
fn every_command_has_a_sample() {
    let missing: Vec<String> = leaves()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| SAMPLES.iter().all(|sample| sample.command != name))
        .collect();
    assert!(missing.is_empty(), "add samples of {missing:?} to tests/it/support/samples.rs");
}
