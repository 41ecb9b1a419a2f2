//! Files that come from tables are current. `UPDATE=1 cargo test generated` writes them.

use std::fs;
use std::path::Path;

/// Compares a generated file with the one in the repository, or writes it when `UPDATE` is set.
#[track_caller]
fn check(path: &str, content: &[u8]) {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(full.parent().expect("a parent")).expect("a folder");
        fs::write(&full, content).expect("a written file");
        return;
    }
    let there = fs::read(&full).unwrap_or_default();
    assert!(there == content, "{path} is not current: run `UPDATE=1 cargo test --test it generated`");
}

#[test]
fn schemas_are_current() {
    for (file, schema) in git_flag::document::schema::schemas() {
        let text = format!("{schema:#}\n");
        check(&format!("schemas/{file}"), text.as_bytes());
        check(&format!("flags/.schemas/{file}"), text.as_bytes());
    }
}

#[test]
fn completions_are_current() {
    for (shell, file) in git_flag::commands::SHELLS {
        let script = git_flag::commands::completion_script(shell).expect("a known shell");
        check(&format!("completions/{file}"), script.as_bytes());
    }
}

#[test]
fn man_pages_are_current() {
    for (name, page) in git_flag::commands::man_pages() {
        check(&format!("man/{name}"), &page);
    }
}

/// The reference of all commands is the help that they print.
#[test]
fn the_command_reference_is_current() {
    let mut text = String::from(
        "# Command reference\n\nWhat `git flag COMMAND --help` prints, for every command. This page is generated.\n",
    );
    let mut command = git_flag::commands::command();
    command.build();
    let mut names: Vec<&clap::Command> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
    names.sort_by_key(|sub| sub.get_name());
    for sub in names {
        let help = sub.clone().term_width(100).render_long_help().to_string();
        let help: String = help.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        text += &format!("\n## git flag {}\n\n```text\n{}```\n", sub.get_name(), help);
    }
    check("docs/commands.md", text.as_bytes());
}
