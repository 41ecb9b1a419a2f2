//! What `git flag` prints by itself: the commands in groups, and the first steps.

use super::GROUPS;

/// The columns of the narrowest terminal that is common.
const WIDTH: usize = 80;

/// The overview, at most 24 lines of 80 columns.
#[must_use]
pub fn overview() -> String {
    let mut text = String::from("Feature flags as YAML files in Git.  Usage: git flag COMMAND [OPTIONS]\n\n");
    for (group, modules) in GROUPS {
        let names: Vec<String> = modules.iter().map(|module| module.replace('_', "-")).collect();
        let mut line = format!("  {group:<10}");
        for name in names {
            if line.len() + 1 + name.len() > WIDTH {
                text += &format!("{line}\n");
                line = " ".repeat(12);
            }
            line += &format!(" {name}");
        }
        text += &format!("{line}\n");
    }
    text += "\nExamples:\n\
        \x20 git flag create new-checkout --type boolean --owner team-pay\n\
        \x20 git flag rollout new-checkout 25 --env production\n\
        \x20 git flag eval new-checkout --env production --user ada --explain\n\n\
        `git flag COMMAND -h` explains a command, `git flag explain CODE` a problem.\n";
    text
}
